// The real Claude Code, from npm, run against a model server on loopback with a home of its own.
import path from 'node:path';
import { bedFolder, installPinned } from '../../../scripts/lib/bed.ts';
import { type RunResult, run } from '../../../scripts/lib/processes.ts';

/** Raised by hand, when what its hooks and transcripts look like has been looked at again. */
export const CLAUDE_CODE = '2.1.329';

const folder = path.join(bedFolder, 'clients/claude-code');
const program = path.join(folder, 'node_modules/.bin/claude');

/** Installs it into `.bed/` (361 MB, about 10 s) unless it is there. Throws `Missing`. */
export async function installClaudeCode(say: (line: string) => void): Promise<void> {
  await installPinned(folder, [`@anthropic-ai/claude-code@${CLAUDE_CODE}`], say);
}

export interface ClaudeRun {
  /** HOME: settings, transcripts and credentials lie under it. */
  readonly home: string;
  /** The project it works in. */
  readonly cwd: string;
  readonly prompt: string;
  /** Of the fake model server. */
  readonly modelUrl: string;
  /** More arguments, e.g. `['--allowedTools', 'Read']`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/**
 * One `claude -p`, stdin closed, and nothing of this process's environment but PATH. Resolves with its exit code and output;
 * about 3 s. Hooks of `~/.claude/settings.json` and servers of `~/.claude.json` run as for a user.
 */
export function runClaude({ home, cwd, prompt, modelUrl, args = [], env = {}, timeoutMs = 60_000 }: ClaudeRun): Promise<RunResult> {
  return run(program, ['-p', prompt, ...args], {
    cwd,
    output: 'collect',
    timeoutMs,
    env: {
      HOME: home,
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      ANTHROPIC_BASE_URL: modelUrl,
      ANTHROPIC_API_KEY: 'none',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      ...env,
    },
  });
}
