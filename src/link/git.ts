// Asks the user's own git, so that it changes nothing, asks nobody and fetches nothing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface GitLimits {
  readonly withinMs: number;
  /** Of what it prints. Default 1 MB. */
  readonly mostBytes?: number;
}

const QUIET = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  // A partial clone would get what it lacks from its remote: no byte leaves the machine for us.
  GIT_ALLOW_PROTOCOL: 'none',
};

/** What `git` prints, run in a folder. Rejects where there is no git, where it fails (`code`: how it ended), and beyond the limits. */
export async function git(folder: string, args: readonly string[], { withinMs, mostBytes = 1_000_000 }: GitLimits): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-c', 'core.fsmonitor=false', ...args], {
    cwd: folder,
    timeout: withinMs,
    maxBuffer: mostBytes,
    windowsHide: true,
    env: { ...process.env, ...QUIET },
  });
  return stdout;
}
