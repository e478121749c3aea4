// Other programs that the bench runs: to their end, or until it stops them and all that they started.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../../src/util/errors.ts';
import { residentMb } from '../service.ts';

const run = promisify(execFile);
const ENDS_WITHIN_MS = 10_000;

export interface Running {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end.
 * @throws UserError with the last lines of what it said, when it fails
 */
export async function runToEnd(program: string, args: readonly string[], { folder, env }: Running): Promise<void> {
  try {
    // npm is a script on Windows, which only a shell runs.
    await run(program, args, { cwd: folder, env, shell: process.platform === 'win32', maxBuffer: 1 << 26, signal: interrupted.signal });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().split('\n').slice(-3).join('\n') : '';
    throw new UserError(`${program} ${args.join(' ')} failed. ${said}`, { cause });
  }
}

export interface Background {
  readonly child: ChildProcess;
  /** It and all that it started; null where the system does not tell in /proc. */
  treeMb(): Promise<number | null>;
  /** Stops it and all that it started, and throws when something of it is still there. */
  stop(): Promise<void>;
}

/** Everything that was started and not yet stopped. */
const started = new Set<Background>();
const interrupted = new AbortController();

/** From now on an interrupt stops what was started before this process ends, and an end that waits for nobody ends it by force. */
export function stopAllAtEnd(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      interrupted.abort();
      void Promise.allSettled([...started].map((one) => one.stop())).then(() => process.exit(1));
    });
  }
  process.once('exit', () => {
    for (const { child } of started) endGroup(child);
  });
}

/** What it says goes into `log`. Stopped by the caller; see `stopAllAtEnd`. */
export function startInBackground(program: string, args: readonly string[], { folder, env, log }: Running & { log: string }): Background {
  const output = fs.openSync(log, 'a');
  // A process group of its own: Ctrl+C in the terminal comes to the bench, which then stops it.
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', output, output], detached: process.platform !== 'win32' });
  fs.closeSync(output);
  // A program that is not there shows as one that has ended: whoever waits for it looks at `exitCode` and `pid`.
  child.on('error', () => undefined);
  const background: Background = {
    child,
    async treeMb() {
      const sizes = (await treeOf(child.pid)).map((pid) => residentMb(pid, 'VmRSS'));
      return sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    },
    async stop() {
      const tree = await treeOf(child.pid);
      if (isRunning(child)) child.kill('SIGTERM');
      await untilGone(tree);
      // What it started meanwhile is in its group or below it.
      for (const pid of new Set([...tree, ...(await treeOf(child.pid))])) forceEnd(pid);
      endGroup(child);
      await untilGone(tree);
      started.delete(background);
      const left = tree.filter(isAlive);
      if (left.length > 0) throw new Error(`processes still there: ${left.join(', ')}`);
    },
  };
  started.add(background);
  return background;
}

const isRunning = (child: ChildProcess): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;

async function untilGone(pids: readonly number[]): Promise<void> {
  const endsAt = performance.now() + ENDS_WITHIN_MS;
  while (pids.some(isAlive) && performance.now() < endsAt) await delay(50);
}

/** A process and its children's children; empty where there is none. Only the process itself on Windows, whose worker ends its own. */
async function treeOf(root: number | undefined): Promise<number[]> {
  if (root === undefined) return [];
  if (process.platform === 'win32') return [root];
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = new Set(rows.flatMap(([pid, , group]) => (pid === root || group === root ? [pid ?? NaN] : [])));
  // A set grows while it is walked: children of children come in turn.
  for (const parent of tree) for (const [pid, of] of rows) if (of === parent && pid !== undefined) tree.add(pid);
  return [...tree];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended and that nobody has asked after holds nothing but its number.
    return !/^State:\s+Z/m.test(fs.existsSync(`/proc/${pid}/status`) ? fs.readFileSync(`/proc/${pid}/status`, 'utf8') : '');
  } catch {
    return false; // it is gone: that is the answer
  }
}

function forceEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid !== undefined) forceEnd(process.platform === 'win32' ? child.pid : -child.pid);
}
