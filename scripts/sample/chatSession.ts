// A conversation as VS Code writes its own chat: a log of changes under User/workspaceStorage/<hash>/chatSessions/<session>.jsonl.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { uuidOf } from './claudeTranscript.ts';
import type { Conversation, Step } from './story.ts';

const uriOf = (file: string) => ({
  $mid: 1,
  fsPath: file,
  external: pathToFileURL(file).href,
  path: pathToFileURL(file).pathname,
  scheme: 'file',
});

function partsOf(step: Step, folder: string, id: string, atMs: number): object[] {
  if ('say' in step) return [{ value: step.say, isTrusted: false, supportThemeIcons: false, supportHtml: false }];
  const isRun = 'run' in step;
  const invocation = {
    kind: 'toolInvocationSerialized',
    toolCallId: `call_${id}__vscode-1`,
    isConfirmed: { type: 4 },
    isComplete: true,
    source: { type: 'internal', label: 'Built-In' },
  };
  if (isRun) {
    const state = { exitCode: step.exitCode, timestamp: atMs, duration: 2100 };
    const terminalCommandOutput = { text: step.output, truncated: false, lineCount: step.output.split('\n').length };
    const toolSpecificData = {
      kind: 'terminal',
      commandLine: { original: step.run },
      language: 'sh',
      terminalCommandOutput,
      terminalCommandState: state,
    };
    return [
      {
        ...invocation,
        toolId: 'run_in_terminal',
        invocationMessage: 'Running a command',
        pastTenseMessage: 'Ran a command',
        toolSpecificData,
      },
    ];
  }
  const uri = uriOf(path.join(folder, step.edit));
  const edited = {
    ...invocation,
    toolId: 'copilot_replaceString',
    presentation: 'hidden',
    invocationMessage: 'Editing',
    pastTenseMessage: 'Edited',
  };
  const range = { startLineNumber: 3, startColumn: 1, endLineNumber: 3, endColumn: step.before.length + 1 };
  return [edited, { kind: 'textEditGroup', uri, edits: [[{ text: step.after, range }], []], done: true }];
}

/** The call as the model made it, and what it got: kept beside the parts that people see. */
function roundOf(step: Exclude<Step, { say: string }>, folder: string, id: string) {
  const isRun = 'run' in step;
  const args = isRun
    ? { command: step.run, explanation: 'Run it', isBackground: false }
    : { filePath: path.join(folder, step.edit), oldString: step.before, newString: step.after };
  const call = { id: `call_${id}`, name: isRun ? 'run_in_terminal' : 'replace_string_in_file', arguments: JSON.stringify(args) };
  const value = isRun ? `${step.output}\n\nCommand exited with code ${step.exitCode}` : 'The file was edited successfully.';
  return { call, result: { $mid: 20, content: [{ $mid: 21, value }] } };
}

/** The lines of the log, times relative to `nowMs`. `folder` is the project's real path. */
export function chatSession(conversation: Conversation, folder: string, nowMs: number): { session: string; lines: string[] } {
  const session = uuidOf('vscode-chat', conversation.title);
  const begunMs = nowMs - conversation.hoursAgo * 3_600_000;
  const lines: object[] = [
    {
      kind: 0,
      v: {
        version: 3,
        responderUsername: 'GitHub Copilot',
        initialLocation: 'panel',
        sessionId: session,
        creationDate: begunMs,
        requests: [],
      },
    },
    { kind: 1, k: ['customTitle'], v: conversation.title },
  ];
  conversation.turns.forEach(({ prompt, steps }, index) => {
    const timestamp = begunMs + index * 300_000;
    const at = ['requests', index];
    const idOf = (step: number) => uuidOf(session, String(index), String(step)).slice(0, 8);
    const request = {
      requestId: `request_${uuidOf(session, 'request', String(index))}`,
      timestamp,
      message: { text: prompt, parts: [{ kind: 'text', text: prompt, range: { start: 0, endExclusive: prompt.length } }] },
      variableData: { variables: [] },
      agent: { id: 'github.copilot.editsAgent', name: 'agent' },
      modelId: 'customendpoint/fake-1',
      responseId: `response_${uuidOf(session, 'response', String(index))}`,
      response: [],
    };
    lines.push({ kind: 2, k: ['requests'], v: [request] });
    steps.forEach((step, i) => lines.push({ kind: 2, k: [...at, 'response'], v: partsOf(step, folder, idOf(i), timestamp + i * 20_000) }));
    const rounds = steps.flatMap((step, i) => ('say' in step ? [] : [roundOf(step, folder, idOf(i))]));
    const metadata = {
      toolCallRounds: rounds.map(({ call }, i) => ({ id: idOf(i), response: '', toolCalls: [call] })),
      toolCallResults: Object.fromEntries(rounds.map(({ call, result }) => [call.id, result])),
    };
    const elapsed = steps.length * 20_000;
    lines.push({ kind: 1, k: [...at, 'result'], v: { timings: { firstProgress: 900, totalElapsed: elapsed }, metadata } });
    // 1: complete. Until a request says so it is still being answered.
    lines.push({ kind: 1, k: [...at, 'modelState'], v: { value: 1, completedAt: timestamp + elapsed } });
  });
  return { session, lines: lines.map((line) => JSON.stringify(line)) };
}

/** Writes the log into a window's workspace storage folder. Returns its path. */
export function writeChatSession(conversation: Conversation, folder: string, workspaceStorage: string, nowMs: number): string {
  const { session, lines } = chatSession(conversation, folder, nowMs);
  const file = path.join(workspaceStorage, 'chatSessions', `${session}.jsonl`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** The name of the folder's storage in a desktop VS Code: its path salted with what tells a folder from a later one of the same name. */
export function desktopStorageName(folder: string): string {
  const { ino, birthtime, birthtimeMs } = fs.statSync(folder);
  const salts: Partial<Record<NodeJS.Platform, number>> = { linux: ino, darwin: birthtime.getTime(), win32: Math.floor(birthtimeMs) };
  return createHash('md5')
    .update(folder)
    .update(String(salts[process.platform] ?? ''))
    .digest('hex');
}

/** The name of the folder's storage in a browser VS Code: a 32-bit hash of its address, which holds the server's host and port. */
export function browserStorageName(folder: string, port: number): string {
  const uri = `vscode-remote://127.0.0.1:${port}${folder}`;
  let hash = 0;
  const mix = (value: number) => (hash = (hash * 31 + value) | 0);
  // VS Code's own `hash()` of a string: a mark of its type first.
  mix(149_417);
  for (let i = 0; i < uri.length; i++) mix(uri.charCodeAt(i));
  return hash.toString(16);
}
