// How memories are put into words for people: the same in the tree, the picker and the status.
import type { Imported, Uses } from '../browsing.ts';
import { MOST_TEXT, type Kind, type SourceId } from '../memory.ts';

/** Kinds in the order in which the tree shows them: what holds, then what happened, then what is open. */
export const KIND_LABELS: Readonly<Record<Kind, { readonly one: string; readonly many: string; readonly icon: string }>> = {
  decision: { one: 'Decision', many: 'Decisions', icon: 'law' },
  preference: { one: 'Preference', many: 'Preferences', icon: 'heart' },
  pattern: { one: 'Pattern', many: 'Patterns', icon: 'symbol-structure' },
  architecture: { one: 'Architecture', many: 'Architecture', icon: 'circuit-board' },
  failed_attempt: { one: 'Failed attempt', many: 'Failed attempts', icon: 'error' },
  bug_fix: { one: 'Bug fix', many: 'Bug fixes', icon: 'bug' },
  command: { one: 'Command', many: 'Commands', icon: 'terminal' },
  todo: { one: 'To do', many: 'To do', icon: 'checklist' },
};

const SOURCE_LABELS: Readonly<Record<SourceId, string>> = {
  'claude-code': 'Claude Code',
  'vscode-chat': 'VS Code chat',
  copilot: 'Copilot',
  edits: 'edits',
  terminal: 'terminal',
  git: 'git',
  user: 'you',
};

export const sourceLabel = (source: SourceId): string => SOURCE_LABELS[source];

/** The rendered form: `DECISION JWT with refresh tokens, …`. */
export const rendered = (memory: { readonly kind: Kind; readonly text: string }): string => `${memory.kind.toUpperCase()} ${memory.text}`;

export const counted = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'memory' : 'memories'}`;

/** More line numbers than this nobody reads in a message. */
const MOST_LINES = 10;

/** What became of a file's memories: "Imported 3 memories; 2 were here already." and, where some were too long, which lines to shorten. */
export function importedInWords({ added, known, forgotten, leftOut, tooLong }: Imported): string {
  const counts = [
    `Imported ${counted(added)}`,
    known > 0 && `${known} were here already`,
    forgotten > 0 && `${forgotten} were forgotten here and stay so`,
    leftOut > 0 && `${leftOut} held nothing that may be kept`,
    tooLong.length > 0 && `${tooLong.length} left out as too long`,
  ].filter(Boolean);
  const said = `${counts.join('; ')}.`;
  if (tooLong.length === 0) return said;
  const lines = tooLong.slice(0, MOST_LINES).map(String);
  if (tooLong.length > MOST_LINES) lines.push(`${tooLong.length - MOST_LINES} more`);
  const where = `${tooLong.length === 1 ? 'line' : 'lines'} ${new Intl.ListFormat('en').format(lines)}`;
  return `${said} A memory can be at most ${MOST_TEXT.toLocaleString('en')} characters: shorten ${where} of the file, then import it again.`;
}

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

/** "Given 4 times, used twice." */
export function usesInWords({ given, used }: Uses): string {
  if (given === 0) return 'Not given to an assistant yet.';
  return `Given ${times(given)}, ${used === 0 ? 'not used yet' : `used ${times(used)}`}.`;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['week', 7 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "3 days ago". */
export function age(atMs: number, nowMs: number): string {
  const past = nowMs - atMs;
  for (const [unit, ms] of UNITS) if (past >= ms) return relative.format(-Math.floor(past / ms), unit);
  return 'just now';
}
