// A conversation as Claude Code 2.1 writes it: JSON Lines under ~/.claude/projects/<folder with dashes>/<session>.jsonl.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Conversation, Step } from './story.ts';

/** Seconds between one record and the next. */
const PACE_MS = 7000;

/** A uuid that is always the same for the same words, so that a sample made twice has the same sessions. */
export function uuidOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\0')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

interface Use {
  readonly name: string;
  readonly input: object;
  readonly result: string;
  readonly isError: boolean;
  readonly toolUseResult: unknown;
}

function useOf(step: Exclude<Step, { say: string }>, folder: string): Use {
  if ('edit' in step) {
    const file_path = path.join(folder, step.edit);
    return {
      name: 'Edit',
      input: { replace_all: false, file_path, old_string: step.before, new_string: step.after },
      result: `The file ${file_path} has been updated successfully.`,
      isError: false,
      toolUseResult: {
        filePath: file_path,
        oldString: step.before,
        newString: step.after,
        structuredPatch: [{ oldStart: 3, oldLines: 1, newStart: 3, newLines: 1, lines: [`-${step.before}`, `+${step.after}`] }],
        userModified: false,
        replaceAll: false,
      },
    };
  }
  const isError = step.exitCode !== 0;
  const result = isError ? `Exit code ${step.exitCode}\n${step.output}` : step.output;
  return {
    name: 'Bash',
    input: { command: step.run, description: 'Run it' },
    result,
    isError,
    toolUseResult: isError ? `Error: ${result}` : { stdout: step.output, stderr: '', interrupted: false, isImage: false },
  };
}

/** The lines of the transcript, times relative to `nowMs`. `folder` is the project's real path. */
export function claudeTranscript(conversation: Conversation, folder: string, nowMs: number): { session: string; lines: string[] } {
  const session = uuidOf('claude-code', conversation.title);
  const lines: string[] = [];
  let atMs = nowMs - conversation.hoursAgo * 3_600_000;
  let parentUuid: string | null = null;
  const write = (record: object) => {
    const uuid = uuidOf(session, String(lines.length));
    const common = { userType: 'external', entrypoint: 'cli', cwd: folder, sessionId: session, version: '2.1.329', gitBranch: 'main' };
    lines.push(JSON.stringify({ parentUuid, isSidechain: false, ...record, uuid, timestamp: new Date(atMs).toISOString(), ...common }));
    parentUuid = uuid;
    atMs += PACE_MS;
  };
  for (const [turnIndex, { prompt, steps }] of conversation.turns.entries()) {
    const promptId = uuidOf(session, 'prompt', String(turnIndex));
    write({ promptId, type: 'user', message: { role: 'user', content: prompt }, permissionMode: 'default' });
    steps.forEach((step, stepIndex) => {
      const answer = (content: object, stop_reason: string) =>
        write({
          type: 'assistant',
          message: {
            id: `msg_${turnIndex}${stepIndex}`,
            type: 'message',
            role: 'assistant',
            model: 'claude-opus-5-5',
            content: [content],
            stop_reason,
            stop_sequence: null,
            usage: { input_tokens: 100, output_tokens: 20 },
          },
        });
      if ('say' in step) return answer({ type: 'text', text: step.say }, stepIndex === steps.length - 1 ? 'end_turn' : 'tool_use');
      const use = useOf(step, folder);
      const id = `toolu_${uuidOf(session, String(lines.length)).replaceAll('-', '').slice(0, 18)}`;
      answer({ type: 'tool_use', id, name: use.name, input: use.input }, 'tool_use');
      const result = { tool_use_id: id, type: 'tool_result', content: use.result, is_error: use.isError };
      write({ promptId, type: 'user', message: { role: 'user', content: [result] }, toolUseResult: use.toolUseResult });
    });
    atMs += 120_000;
  }
  return { session, lines };
}

/** Writes the transcript where Claude Code would, under `home`. Returns its path. */
export function writeClaudeTranscript(conversation: Conversation, folder: string, home: string, nowMs: number): string {
  const { session, lines } = claudeTranscript(conversation, folder, nowMs);
  const file = path.join(home, '.claude/projects', folder.replaceAll(/[^A-Za-z0-9]/g, '-'), `${session}.jsonl`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
