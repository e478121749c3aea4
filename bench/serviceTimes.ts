// The processes as they run at a user's: the bundled service over a store on disk, and hooks that ask it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keepService } from '../src/link/childService.ts';
import { launcherPath, writeLauncher } from '../src/link/launcher.ts';
import { UserError } from '../src/util/errors.ts';
import { percentile } from './metrics.ts';
import { benchLog } from './product.ts';
import { DIST, residentMb, settingsFor } from './service.ts';

const STARTS = 5;
/** Loading a hundred thousand memories on a busy machine. */
const LIMIT_MS = 120_000;

export interface ServiceTimes {
  /** From the start of the process to the first answer, which words may give alone, and to the first that meaning has a part in. Medians. */
  readonly coldFirstMs: number | null;
  readonly coldFullMs: number | null;
  /** Resident memory of the warm service; null where the system does not tell in /proc. */
  readonly rssMb: number | null;
  /** From starting the launcher to its end, as an assistant waits for it; the service warm. */
  readonly hookMedianMs: number | null;
  readonly hookP95Ms: number | null;
  /** Share of the hooks that said something. */
  readonly hookAnswered: number | null;
}

export interface ServiceGiven {
  /** Scratch folder that holds everything; the caller's to remove. */
  readonly base: string;
  /** The folder of a closed store within it. */
  readonly storage: string;
  readonly models: string;
  readonly queries: readonly string[];
  readonly hooks: number;
}

/** Needs the bundles. */
export async function serviceTimes({ base, storage, models, queries, hooks }: ServiceGiven): Promise<ServiceTimes> {
  const home = path.join(base, 'home', '.cairn');
  const project = path.join(base, 'project');
  fs.mkdirSync(project, { recursive: true });
  Object.assign(process.env, { HOME: path.dirname(home), CAIRN_HOME: home });
  const settings = settingsFor({
    roots: [{ folder: fs.realpathSync(project), storage }],
    globalStorage: path.join(base, 'global'),
    models,
  });
  const folder = settings.roots[0]?.folder;

  const first: number[] = [];
  const full: number[] = [];
  for (let start = 0; ; start++) {
    const service = keepService({ script: path.join(DIST, 'service.cjs'), log: benchLog });
    try {
      const startedAt = performance.now();
      await service.api.configure(settings);
      const query = { text: queries[start % queries.length] ?? '', atMs: Date.now(), limit: 10 };
      await service.api.recall(folder, query, 'asked');
      first.push(performance.now() - startedAt);
      for (;;) {
        const { model, stores } = await service.api.status();
        if (model === 'missing') throw new UserError(`The service has found no model in ${models}. Give its folder as --model.`);
        if (model === 'ready' && stores.find((store) => store.folder === folder)?.vectorKind !== 'none') break;
        if (performance.now() - startedAt > LIMIT_MS) throw new Error('the service does not load its model');
        await delay(10);
      }
      await service.api.recall(folder, { ...query, text: queries[(start + 1) % queries.length] ?? '' }, 'asked');
      full.push(performance.now() - startedAt);
      if (start < STARTS - 1) continue;

      writeLauncher(home, { path: process.execPath, dist: DIST });
      const times: number[] = [];
      let answered = 0;
      for (let i = 0; i < hooks; i++) {
        const { ms, said } = await hook(launcherPath(home), project, queries[i % queries.length] ?? '', `hook ${i}`);
        times.push(ms);
        answered += Number(said !== '');
      }
      return {
        coldFirstMs: percentile(first, 0.5),
        coldFullMs: percentile(full, 0.5),
        rssMb: residentMb(service.pid, 'VmRSS'),
        hookMedianMs: percentile(times, 0.5),
        hookP95Ms: percentile(times, 0.95),
        hookAnswered: hooks === 0 ? null : answered / hooks,
      };
    } finally {
      await service.end();
    }
  }
}

/** One call as Claude Code makes it. */
function hook(launcher: string, cwd: string, prompt: string, session: string): Promise<{ readonly ms: number; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(launcher, ['hook', 'claude-code'], {
      cwd,
      shell: process.platform === 'win32',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ ms: performance.now() - startedAt, said });
      else reject(new Error(`the hook ended with code ${code}`));
    });
    child.stdin.end(JSON.stringify({ hook_event_name: 'UserPromptSubmit', session_id: session, cwd, prompt, transcript_path: '' }));
  });
}
