// Starts one of the store's test processes and listens to its lines.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import path from 'node:path';

/** Starting Node on a busy machine takes a second or two. */
const PATIENCE_MS = 15_000;

export interface Talking {
  readonly child: ChildProcess;
  /** All whole lines so far. */
  readonly lines: string[];
  /** Resolves when a line passes; rejects when the process ends before, or takes too long. */
  until(passes: (line: string) => boolean): Promise<void>;
  /** Kills it, and resolves when it is dead and its last words are read. */
  kill(): Promise<void>;
}

export function start(script: 'storeTaker.ts' | 'storeOwner.ts', ...args: string[]): Talking {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let errors = '';
  let isClosed = false;
  const closed = new Promise<void>((resolve) =>
    child.on('close', () => {
      isClosed = true;
      for (const check of waiting) check();
      resolve();
    }),
  );
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const check of waiting) check();
  });
  return {
    child,
    lines,
    until: (passes) =>
      new Promise((resolve, reject) => {
        const end = (failure?: string) => {
          waiting.delete(check);
          clearTimeout(limit);
          if (failure === undefined) resolve();
          else reject(new Error(`${failure}; it said ${lines.length} lines, and ${errors || 'no errors'}`));
        };
        const check = () => {
          if (lines.some(passes)) end();
          else if (isClosed) end('the process ended before it said so');
        };
        const limit = setTimeout(() => end('the process did not say so in time'), PATIENCE_MS);
        waiting.add(check);
        check();
      }),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
