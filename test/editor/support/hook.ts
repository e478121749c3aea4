// The hook as Claude Code calls it: the launcher that its settings name, a call on stdin, the answer on stdout.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { launcherPath } from '../../../src/link/launcher.ts';
import { type Bed, until } from './bed.ts';

/** What an assistant would read; empty where the hook is silent. */
export async function askHook({ home, workspace }: Bed, call: { readonly session: string; readonly prompt?: string }): Promise<string> {
  const cairnHome = path.join(home, '.cairn');
  const event =
    call.prompt === undefined
      ? { hook_event_name: 'SessionStart', source: 'startup' }
      : { hook_event_name: 'UserPromptSubmit', prompt: call.prompt };
  const child = spawn(launcherPath(cairnHome), ['hook', 'claude-code'], {
    cwd: workspace,
    env: { PATH: process.env['PATH'], HOME: home, CAIRN_HOME: cairnHome },
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stdin.end(JSON.stringify({ session_id: call.session, cwd: workspace, ...event }));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  assert.equal(code, 0);
  if (stdout === '') return '';
  const answer = JSON.parse(stdout) as { readonly hookSpecificOutput: { readonly additionalContext: string } };
  return answer.hookSpecificOutput.additionalContext;
}

/**
 * As `askHook`, by one new session after the other until an answer is as wanted: on a loaded machine the service may take longer than the 150 ms that a
 * hook waits, and the hook is then silent or tells what was rendered beforehand.
 */
export function hookSays(bed: Bed, prompt: string | undefined, isWanted: (text: string) => boolean): Promise<string> {
  return until(`the hook says what is wanted${prompt === undefined ? '' : ` to "${prompt}"`}`, async () => {
    const session = `asker-${(asked += 1)}`;
    const text = await askHook(bed, prompt === undefined ? { session } : { session, prompt });
    return isWanted(text) ? text : undefined;
  });
}
let asked = 0;
