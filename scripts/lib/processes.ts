// Programs that scripts and tests start: run to the end, or kept as a group that is ended whole, also when the script dies.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** 'inherit' shows the output as it comes; 'collect' returns it. */
  readonly output?: 'inherit' | 'collect';
  readonly timeoutMs?: number;
}
export interface RunResult {
  /** 128 + n when a signal ended it, as shells count; 124 when the time ran out. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The programs still running, so that none outlives this process. */
const groups = new Set<number>();

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It ended by itself: the wanted state.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(process.platform === 'win32' ? pid : -pid, 0);
  } catch {
    return false;
  }
}

/** How long programs get to end what they started themselves, when this process is ending. */
const LAST_WORDS_MS = 2000;

process.on('exit', () => {
  for (const pid of groups) killGroup(pid, 'SIGTERM');
  const until = Date.now() + LAST_WORDS_MS;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while ([...groups].some(isAlive) && Date.now() < until) Atomics.wait(clock, 0, 0, 20);
  for (const pid of groups) killGroup(pid, 'SIGKILL');
});

/**
 * Makes Ctrl-C, `kill` and a closed terminal end this process by `process.exit`, so that what it started ends with it: by default a signal
 * runs no exit handlers. Returns a function that gives the signals to another handler instead.
 */
export function exitOnSignals(): (handler: () => void) => void {
  let handle = (): void => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => handle());
  return (handler) => (handle = handler);
}

function track(child: ChildProcess): void {
  const { pid } = child;
  // Kept until `end` or the exit handler: the leader's end is not the end of its group.
  if (pid !== undefined) groups.add(pid);
}

/** Runs a program to its end, its stdin closed. Never rejects for a non-zero code; rejects when it cannot be started. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const isCollecting = options.output === 'collect';
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? process.env,
      stdio: ['ignore', isCollecting ? 'pipe' : 'inherit', isCollecting ? 'pipe' : 'inherit'],
      detached: process.platform !== 'win32',
      // Windows starts .cmd files only through a shell.
      shell: process.platform === 'win32' && /\.(cmd|bat)$/i.test(command),
    });
    track(child);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    let isLate = false;
    const { pid } = child;
    const timer = options.timeoutMs
      ? setTimeout(() => {
          isLate = true;
          if (pid !== undefined) killGroup(pid, 'SIGKILL');
        }, options.timeoutMs)
      : undefined;
    const done = () => {
      clearTimeout(timer);
      if (pid === undefined) return;
      killGroup(pid, 'SIGKILL');
      groups.delete(pid);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    // 'exit' rather than 'close': a daemon that the program left behind would hold the pipes open for ever. What it wrote before its
    // own end has reached the pipe by then; a turn of the event loop brings it here.
    child.on('exit', (code, signal) => {
      setTimeout(() => {
        done();
        resolve({ code: isLate ? 124 : (code ?? 128 + (signal === 'SIGKILL' ? 9 : 15)), stdout, stderr });
      }, 50);
    });
  });
}

/** A long-running program and everything it starts. */
export interface Group {
  readonly pid: number;
  /** Resolves with the exit code once the leader has ended. */
  readonly exited: Promise<number>;
  /** Asks the whole group to end, and after three seconds makes it. Safe to call twice. */
  end(): Promise<void>;
}

/** Starts a program in a process group of its own, its output appended to `logFile`. */
export function startGroup(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly logFile: string },
): Group {
  const log = fs.openSync(options.logFile, 'a');
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', log, log],
    detached: process.platform !== 'win32',
  });
  fs.closeSync(log);
  const { pid } = child;
  const exited = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 143 : 1)));
  });
  // Nobody may be waiting when the program cannot be started: `pid` undefined says so below.
  exited.catch(() => undefined);
  if (pid === undefined) throw new Error(`${path.basename(command)} could not be started`);
  track(child);
  return {
    pid,
    exited,
    async end() {
      if (!groups.has(pid)) return;
      killGroup(pid, 'SIGTERM');
      await Promise.race([exited, delay(3000, undefined, { ref: false })]);
      killGroup(pid, 'SIGKILL');
      groups.delete(pid);
    },
  };
}

/** The first of `names` on PATH, as an absolute path. */
export function findProgram(...names: readonly string[]): string | undefined {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', ''] : [''];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      for (const ending of endings) {
        const file = path.join(folder, name + ending);
        try {
          fs.accessSync(file, fs.constants.X_OK);
          if (fs.statSync(file).isFile()) return file;
        } catch {
          // Not here: look on.
        }
      }
    }
  }
  return undefined;
}
