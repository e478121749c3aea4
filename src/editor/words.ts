// How memories are put into words for people: the same in the tree, the picker and the status.
import type { Kind, Memory, SourceId } from '../memory.ts';

/** Kinds in the order in which the tree shows them: what holds, then what happened, then what is open. */
export const KIND_LABELS: Readonly<Record<Kind, { readonly many: string; readonly icon: string }>> = {
  decision: { many: 'Decisions', icon: 'law' },
  preference: { many: 'Preferences', icon: 'heart' },
  pattern: { many: 'Patterns', icon: 'symbol-structure' },
  architecture: { many: 'Architecture', icon: 'circuit-board' },
  failed_attempt: { many: 'Failed attempts', icon: 'error' },
  bug_fix: { many: 'Bug fixes', icon: 'bug' },
  command: { many: 'Commands', icon: 'terminal' },
  todo: { many: 'To do', icon: 'checklist' },
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
export const rendered = (memory: Memory): string => `${memory.kind.toUpperCase()} ${memory.text}`;

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
