// A tool call in a few readable lines, the same for every assistant. Tools are told by the shape of their arguments rather than by a list of
// names, since names differ between assistants and change with their versions, while arguments are part of what models were trained on.
import { asList, asObject, asText, type Loose } from './loose.ts';

/** Enough to see what an edit did; whole files are in the repository. */
const MAX_DIFF_LINES = 60;
/** A result is kept from both ends: commands say what they do first, and what went wrong last. */
const MAX_RESULT_CHARS = 16_000;
/** Prompts to subagents and other long arguments. */
const MAX_ARGUMENT_CHARS = 600;

export interface ToolWords {
  readonly text: string;
  /** Files it names, as the assistant spells them. */
  readonly files: readonly string[];
}

/** The call in words: `Bash: npm test`, `Edit src/a.ts` with its lines, `Grep: pattern in path`. */
export function wordsOfCall(tool: string, input: unknown): ToolWords {
  const given = asObject(input) ?? {};
  const files = filesOf(given);
  const on = files.length > 0 ? `${tool} ${files.join(', ')}` : tool;
  const command = commandOf(given);
  if (command !== undefined) return { text: `${tool}: ${command}`, files };

  const patch = asText(input) ?? asText(given['patch']) ?? asText(given['input']);
  if (patch?.includes('*** Begin Patch')) return { text: `${tool}\n${firstLines(patch)}`, files: filesOfPatch(patch) };

  const edits = [given, ...asList(given['edits']), ...asList(given['replacements'])]
    .map((edit) => asObject(edit) ?? {})
    .flatMap(linesOfEdit);
  if (edits.length > 0) return { text: `${on}\n${limited(edits)}`, files };

  const content = asText(given['content']) ?? asText(given['file_text']);
  if (content !== undefined && files.length > 0)
    return { text: `${on}\n${limited(content.split('\n').map((line) => `+ ${line}`))}`, files };

  const asked = asList(given['questions'])
    .map((question) => asText(asObject(question)?.['question']) ?? '')
    .join(' ');
  if (asked !== '') return { text: `${tool}: ${asked}`, files };
  const plan = asText(given['plan']);
  if (plan !== undefined) return { text: `${tool}\n${plan}`, files: [] };
  const said = ['pattern', 'query', 'url', 'description', 'question', 'skill', 'prompt'].map((key) => asText(given[key])).find(Boolean);
  if (said !== undefined) return { text: `${on}: ${cut(said)}`, files };
  if (files.length > 0) return { text: on, files };
  const rest = JSON.stringify(input ?? {});
  return { text: rest === '{}' ? tool : `${tool}: ${cut(rest)}`, files };
}

/** The lines of a unified patch as Claude Code keeps it (`structuredPatch`); empty when there is none. */
export function linesOfPatch(structuredPatch: unknown): string {
  const lines = asList(structuredPatch).flatMap((hunk) => asList(asObject(hunk)?.['lines']).filter((line) => typeof line === 'string'));
  const changed = lines
    .filter((line) => line.startsWith('+') || line.startsWith('-'))
    .map((line) => `${line.slice(0, 1)} ${line.slice(1)}`);
  return limited(changed);
}

/** A result's text, cut in the middle where it is very long. */
export function wordsOfResult(text: string): string {
  if (text.length <= MAX_RESULT_CHARS) return text;
  const half = MAX_RESULT_CHARS / 2;
  return `${text.slice(0, half)}\n[…]\n${text.slice(-half)}`;
}

/** A call's id as its model gave it: VS Code adds `__vscode-<n>`. Empty when there is none. */
export const callIdOf = (id: unknown): string => (asText(id) ?? '').replace(/__vscode-\d+$/, '');

/** The exit code that a result's prose names, in the spellings of Claude Code, Copilot and VS Code; undefined when it names none. */
export function exitCodeIn(text: string): number | undefined {
  const found =
    /^(?:Error: )?Exit code (-?\d+)\b/.exec(text) ??
    /<exited with exit code (-?\d+)>\s*$/.exec(text) ??
    /<shellId: [^>]*? completed with exit code (-?\d+)>\s*$/.exec(text) ??
    /^Command exited with code (-?\d+)\s*$/m.exec(text);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** An assistant's own lists, menus and waiting: they say nothing about the project that its words and deeds do not say. */
export function isBookkeeping(tool: string): boolean {
  return BOOKKEEPING.has(tool);
}
const BOOKKEEPING = new Set([
  ...['TodoWrite', 'TodoRead', 'TaskCreate', 'TaskUpdate', 'TaskList', 'TaskGet', 'TaskOutput', 'ToolSearch', 'BashOutput', 'KillShell'],
  ...['manage_todo_list', 'update_todo', 'report_intent', 'read_bash', 'stop_bash', 'list_bash', 'tool_search', 'get_terminal_output'],
]);

/** Tools whose success is not news: what was read stands in the repository, what was changed has been told by the call. */
export function isQuietWhenDone(tool: string): boolean {
  return QUIET.has(tool.replace(/^copilot_/, ''));
}
const QUIET = new Set([
  ...['Read', 'NotebookRead', 'Glob', 'Grep', 'LS', 'WebFetch', 'Edit', 'MultiEdit', 'Write', 'NotebookEdit'],
  ...['view', 'glob', 'grep', 'rg', 'web_fetch', 'edit', 'create', 'apply_patch', 'str_replace', 'str_replace_editor'],
  ...[
    'read_file',
    'readFile',
    'list_dir',
    'listDirectory',
    'file_search',
    'findFiles',
    'grep_search',
    'findTextInFiles',
    'semantic_search',
  ],
  ...['searchCodebase', 'fetch_webpage', 'fetchWebPage', 'vscode_fetchWebPage_internal', 'get_changed_files', 'getChangedFiles'],
  ...['create_file', 'createFile', 'insert_edit_into_file', 'editFile', 'replace_string_in_file', 'replaceString'],
  ...['multi_replace_string_in_file', 'multiReplaceString', 'applyPatch', 'edit_notebook_file', 'editNotebook'],
]);

function commandOf(given: Loose): string | undefined {
  const command = given['command'] ?? given['commandLine'] ?? given['cmd'];
  return Array.isArray(command) ? command.filter((part) => typeof part === 'string').join(' ') : asText(command);
}

function filesOf(given: Loose): string[] {
  const named = [given, ...asList(given['replacements'])]
    .map((part) => asObject(part) ?? {})
    .flatMap((part) => PATH_KEYS.map((key) => part[key]));
  return [...new Set(named.filter((file) => typeof file === 'string' && file !== '') as string[])];
}
const PATH_KEYS = ['file_path', 'filePath', 'notebook_path', 'path'];

function filesOfPatch(patch: string): string[] {
  return [...patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)].map((match) => match[1]?.trim() ?? '');
}

function linesOfEdit(edit: Loose): string[] {
  const before = asText(edit['old_string'] ?? edit['oldString'] ?? edit['old_str']);
  const after = asText(edit['new_string'] ?? edit['newString'] ?? edit['new_str'] ?? edit['newText']);
  return before === undefined && after === undefined ? [] : changedLines(before ?? '', after ?? '');
}

/** The lines that differ, old ones first. Equal lines at both ends go: models quote several around each edit only to place it. */
function changedLines(before: string, after: string): string[] {
  const old = before === '' ? [] : before.split('\n');
  const now = after === '' ? [] : after.split('\n');
  while (old.length > 0 && now.length > 0 && old[0] === now[0]) {
    old.shift();
    now.shift();
  }
  while (old.length > 0 && now.length > 0 && old.at(-1) === now.at(-1)) {
    old.pop();
    now.pop();
  }
  return [...old.map((line) => `- ${line}`), ...now.map((line) => `+ ${line}`)];
}

function limited(lines: readonly string[]): string {
  if (lines.length <= MAX_DIFF_LINES) return lines.join('\n');
  return [...lines.slice(0, MAX_DIFF_LINES), `… ${lines.length - MAX_DIFF_LINES} more lines`].join('\n');
}

const firstLines = (text: string): string => limited(text.split('\n'));
const cut = (text: string): string => (text.length <= MAX_ARGUMENT_CHARS ? text : `${text.slice(0, MAX_ARGUMENT_CHARS)}…`);
