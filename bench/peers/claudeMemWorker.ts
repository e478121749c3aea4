// claude-mem's worker as it runs at a user's, but on loopback and with everything off that would leave the machine.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../src/util/errors.ts';
import type { ClaudeMemFiles, VectorFiles } from './claudeMemFiles.ts';
import { startInBackground } from './processes.ts';

const HEALTHY_WITHIN_MS = 120_000;
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

export interface Worker {
  /** From the start of the process to an answer that it is ready. */
  readonly readyMs: number;
  /** The worker and all that it started; null where the system does not tell. */
  residentMb(): Promise<number | null>;
  get(route: string, query?: Readonly<Record<string, string>>): Promise<Response>;
  post(route: string, body: unknown): Promise<Response>;
  stop(): Promise<void>;
}

/** `data`: its data folder. Without `vectors` it searches by words alone, as where there is no Python. Stopped by the caller. */
export async function startWorker(files: ClaudeMemFiles, data: string, vectors: VectorFiles | undefined): Promise<Worker> {
  fs.mkdirSync(data, { recursive: true });
  const port = await freePort();
  const log = path.join(data, 'bench.log');
  const startedAt = performance.now();
  const process_ = startInBackground(files.bun, ['--no-install', files.worker], {
    folder: data,
    env: environment(files, data, port, vectors),
    log,
  });
  const ask = async (route: string, request: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(`http://127.0.0.1:${port}${route}`, request);
    if (!answer.ok) throw new Error(`claude-mem answered ${answer.status} to ${route.replace(/\?.*/s, '')}: ${await answer.text()}`);
    return answer;
  };
  const isReady = (): Promise<boolean> =>
    ask('/api/readiness').then(
      () => true,
      () => false, // not yet: asked again below
    );
  while (!(await isReady())) {
    const { pid, exitCode } = process_.child;
    const isLate = performance.now() - startedAt > HEALTHY_WITHIN_MS;
    if (pid === undefined || exitCode !== null || isLate) {
      await process_.stop();
      throw new UserError(`claude-mem's worker did not get ready. Look into ${log}.`);
    }
    await delay(20);
  }
  return {
    readyMs: performance.now() - startedAt,
    residentMb: () => process_.treeMb(),
    get: (route, query = {}) => ask(`${route}?${new URLSearchParams(query)}`),
    post: (route, body) => ask(route, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    stop: () => process_.stop(),
  };
}

function environment(files: ClaudeMemFiles, data: string, port: number, vectors: VectorFiles | undefined): NodeJS.ProcessEnv {
  const home = path.join(files.scratch, 'home');
  const programs = [path.dirname(files.bun), ...(vectors ? [vectors.programs] : []), process.env['PATH'] ?? ''];
  return {
    // Of this machine's variables only where programs are: no key of an account comes along.
    PATH: programs.join(path.delimiter),
    ...(process.env['SystemRoot'] !== undefined && { SystemRoot: process.env['SystemRoot'] }),
    HOME: home,
    USERPROFILE: home,
    CLAUDE_CONFIG_DIR: path.join(home, '.claude'),
    CLAUDE_MEM_DATA_DIR: data,
    CLAUDE_MEM_WORKER_HOST: '127.0.0.1',
    CLAUDE_MEM_WORKER_PORT: String(port),
    CLAUDE_MEM_PROVIDER: 'openrouter',
    CLAUDE_MEM_OPENROUTER_BASE_URL: NOWHERE,
    CLAUDE_MEM_CLOUD_SYNC_TOKEN: '',
    CLAUDE_MEM_TRANSCRIPTS_ENABLED: 'false',
    CLAUDE_MEM_CHROMA_ENABLED: String(vectors !== undefined),
    CLAUDE_MEM_TELEMETRY: '0',
    DO_NOT_TRACK: '1',
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    NO_PROXY: '127.0.0.1,localhost',
    ...vectors?.env,
  };
}

/** A port of loopback that nobody has just now. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
