// How memories, ages and amounts are put into words here. Kinds and sources read as they do in the tree.
import type { Age, Facet, Given, Kind, MemoryRow, Order, Outcome, ReviewReason, SourceId, Tab } from './protocol.ts';

export const TAB_WORDS: Readonly<Record<Tab, string>> = { next: 'Next', given: 'Given', review: 'Review', all: 'All' };

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  decision: 'Decision',
  preference: 'Preference',
  pattern: 'Pattern',
  architecture: 'Architecture',
  failed_attempt: 'Failed attempt',
  bug_fix: 'Bug fix',
  command: 'Command',
  todo: 'To do',
};
export const KINDS = Object.keys(KIND_WORDS) as readonly Kind[];

const SOURCE_WORDS: Readonly<Record<SourceId, string>> = {
  'claude-code': 'Claude Code',
  'vscode-chat': 'VS Code chat',
  copilot: 'Copilot',
  edits: 'edits',
  terminal: 'terminal',
  git: 'git',
  user: 'you',
};
/** Names of assistants stand in the ledger as their hooks tell them: one that is not known is shown as it is. */
export const sourceWords = (source: string): string => SOURCE_WORDS[source as SourceId] ?? source;

export const OUTCOME_WORDS: Readonly<Record<Outcome | 'none', string>> = {
  worked: 'Worked',
  failed: 'Failed',
  abandoned: 'Abandoned',
  none: 'No outcome',
};
const AGE_WORDS: Readonly<Record<Age, string>> = {
  day: 'Today and yesterday',
  week: 'This week',
  month: 'This month',
  year: 'This year',
  older: 'Older',
};
const STATUS_WORDS: Readonly<Record<string, string>> = { active: 'In use', superseded: 'Overridden', pinned: 'Pinned' };
const SCOPE_WORDS: Readonly<Record<string, string>> = { project: 'This project', global: 'Everywhere' };

export const FACET_WORDS: Readonly<Record<Facet, string>> = {
  kind: 'Kind',
  outcome: 'Outcome',
  scope: 'Scope',
  source: 'From',
  age: 'Age',
  status: 'Status',
  file: 'File',
};
export const FACETS = Object.keys(FACET_WORDS) as readonly Facet[];

/** A facet's value; one that is not known is shown as it is. */
export function facetValueWords(facet: Facet, value: string): string {
  const words: Readonly<Record<Facet, Readonly<Record<string, string>>>> = {
    kind: KIND_WORDS,
    outcome: OUTCOME_WORDS,
    scope: SCOPE_WORDS,
    source: SOURCE_WORDS,
    age: AGE_WORDS,
    status: STATUS_WORDS,
    file: {},
  };
  return words[facet][value] ?? value;
}

export const ORDER_WORDS: Readonly<Record<Order, string>> = {
  relevance: 'Best match',
  newest: 'Newest first',
  oldest: 'Oldest first',
  doubtful: 'Most doubtful first',
  unused: 'Given and never used',
};

export interface ReasonWords {
  readonly label: string;
  /** "old one", of what the question is about. */
  readonly one: string;
  readonly many: string;
}
export const REASON_WORDS: Readonly<Record<ReviewReason, ReasonWords>> = {
  superseded: { label: 'Overridden', one: 'overridden one', many: 'overridden ones' },
  duplicate: { label: 'Told twice', one: 'group', many: 'groups' },
  stale: { label: 'Stale', one: 'stale one', many: 'stale ones' },
  unused: { label: 'Never used', one: 'one never used', many: 'that were never used' },
  doubtful: { label: 'Doubtful', one: 'doubtful one', many: 'doubtful ones' },
  old: { label: 'Old', one: 'old one', many: 'old ones' },
};
export const REASONS = Object.keys(REASON_WORDS) as readonly ReviewReason[];

export const OCCASION_WORDS: Readonly<Record<Given['occasion'], string>> = {
  session_start: 'at its start',
  prompt: 'with a prompt',
  asked: 'when it asked',
};

const NUMBER = new Intl.NumberFormat('en');
export const number = (value: number): string => NUMBER.format(value);

/** "1 memory", "1,204 memories". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}
export const memories = (value: number): string => count(value, 'memory', 'memories');
export const tokens = (value: number): string => count(value, 'token');

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['week', 7 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "3 days ago". */
export function age(atMs: number, nowMs = Date.now()): string {
  const past = nowMs - atMs;
  for (const [unit, ms] of UNITS) if (past >= ms) return RELATIVE.format(-Math.floor(past / ms), unit);
  return 'just now';
}

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
export const date = (atMs: number): string => DATE.format(atMs);
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
/** A week by its first and last day: "17 – 23 Nov". */
export const week = (fromMs: number): string => DAY.formatRange(fromMs, fromMs + 6 * 86_400_000);

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** "given 4 times, used 2"; empty when it was never given. */
export function uses({ uses: { given, used } }: MemoryRow): string {
  if (given === 0) return '';
  return `given ${given === 1 ? 'once' : `${number(given)} times`}, ${used === 0 ? 'never used' : `used ${number(used)}`}`;
}

/** A path's last part. */
export const fileName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;
