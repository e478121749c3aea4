// Whether a memory that an assistant was given was of use: whether it comes back in what followed. Pure.
//
// The rule. A memory has *marks*: its symbols, its files by their names, its commands, other names of code in its text, and its values. It was used when one of
// them stands in a reply, a call, an edit or a command that followed, unless the mark had been said by then by somebody else: in the prompt that came with
// the giving or after it, or in a tool's output; then nothing says that it came from the memory. A memory without marks was used when at least three of its
// rarest words, and half of them, stand in one reply, less those that somebody else had said.
//
// It errs on the side of "not used": a decision that is simply obeyed leaves no trace.
import type { Memory, Observation } from '../memory.ts';
import { distinctTermsOf } from '../search/terms.ts';

/** What a memory would be known by. */
export interface Marks {
  /** As they are spelled; commands with single spaces. */
  readonly names: readonly string[];
  /** As `valuesIn` gives them. */
  readonly values: readonly string[];
  /** Terms, only of a memory that has no marks. */
  readonly words: readonly string[];
  /** So many of the words must come back; 0 without words. */
  readonly wordsNeeded: number;
}

/** Of a memory without marks, so many words are looked for. The longer a word, the rarer it is: no count of all memories is needed. */
const RAREST = 8;
const FEWEST_WORDS = 3;
const SHORTEST_WORD = 5;
const SHORTEST_NAME = 3;

/** Names in code: camelCase, PascalCase of two words, snake_case, CONSTANTS, calls, flags, codes of errors, dotted paths. */
const CODE_NAME =
  /(?<![\w$])(?:[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|[A-Za-z][A-Za-z0-9]*_\w+|[A-Za-z_$][\w.$]*(?=\(\))|[A-Z]{2,}-?\d{2,}|[a-z]\w*(?:\.[a-z_]\w+)+|--[a-z][\w-]{2,})/g;
const CODE_SPAN = /`([^`\n]{3,120})`/g;
/** Everybody says these. */
const COMMON_NAMES = new Set('GitHub GitLab JavaScript TypeScript VSCode macOS iOS e.g i.e node.js Node.js'.split(' '));
/** Every folder has them: they are known by their folder only. */
const COMMON_FILES =
  /^(?:index|main|mod|lib|app|utils?|helpers?|types?|config|setup|__init__|readme|license|changelog|package|package-lock|tsconfig|makefile|dockerfile|cargo|go|pom|requirements|pyproject)(?:\.\w+)*$/i;
/** What is run every day, whatever is remembered. */
const COMMON_COMMANDS =
  /^(?:(?:npm|pnpm|yarn|bun) (?:i|ci|install|test|start|run (?:build|test|dev|lint|start))|(?:cargo|go|dotnet) (?:build|test|run|check)|git (?:status|add|diff|log|pull|push|fetch|commit)(?: [-.]\S*)?|make|pytest|tsc|eslint|node|python3?|\w+)$/;

export function marksOf({ text, entities }: Pick<Memory, 'text' | 'entities'>): Marks {
  const spans = [...text.matchAll(CODE_SPAN)].map(([, span]) => oneSpaced(span ?? ''));
  const commands = [...entities.commands.map(oneSpaced), ...spans.filter((span) => span.includes(' '))];
  const files = entities.files.flatMap(tellingPart);
  const spelled = [...entities.symbols, ...spans.filter((span) => !span.includes(' ')), ...(text.match(CODE_NAME) ?? [])];
  // A file's bare name is no name by itself where it is a common one.
  const names = [
    ...files,
    ...commands.filter((command) => !COMMON_COMMANDS.test(command)),
    ...spelled.filter(
      (name) => name.length >= SHORTEST_NAME && !COMMON_NAMES.has(name) && !COMMON_FILES.test(name) && !/^[a-z]{1,4}$/.test(name),
    ),
  ];
  const values = valuesIn(text);
  if (names.length + values.length > 0) return { names: unique(names), values, words: [], wordsNeeded: 0 };
  const words = distinctTermsOf(text).filter((term) => term.length >= SHORTEST_WORD);
  const rarest = words.sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, RAREST);
  const wordsNeeded = Math.max(FEWEST_WORDS, Math.ceil(rarest.length / 2));
  return rarest.length < FEWEST_WORDS ? NONE : { names: [], values: [], words: rarest, wordsNeeded };
}

const NONE: Marks = { names: [], values: [], words: [], wordsNeeded: 0 };

/** True while anything could still tell that the memory was used. */
export function isTelling({ names, values, words, wordsNeeded }: Marks): boolean {
  return names.length > 0 || values.length > 0 || (wordsNeeded > 0 && words.length >= wordsNeeded);
}

/** What is left of the marks once somebody else has said `text`. */
export function withoutSaid(marks: Marks, text: string): Marks {
  const names = marks.names.filter((name) => !holds(text, name));
  const values = without(marks.values, () => new Set(valuesIn(text)));
  const words = without(marks.words, () => new Set(distinctTermsOf(text)));
  return { names, values, words, wordsNeeded: marks.wordsNeeded };
}

/** Whether the memory comes back in an observation: a reply, a call, an edit or a command. False for all others. */
export function isUsedIn(marks: Marks, observation: Pick<Observation, 'role' | 'text' | 'files'>): boolean {
  const said = sayingOf(observation);
  if (said === undefined) return false;
  if (marks.names.some((name) => holds(said, name))) return true;
  if (marks.values.length > 0 && valuesIn(said).some((value) => marks.values.includes(value))) return true;
  if (marks.wordsNeeded === 0 || observation.role !== 'reply') return false;
  const terms = new Set(distinctTermsOf(said));
  return marks.words.filter((word) => terms.has(word)).length >= marks.wordsNeeded;
}

/** What the assistant, or the person at the editor, said or did; undefined where it is not theirs. */
function sayingOf({ role, text, files }: Pick<Observation, 'role' | 'text' | 'files'>): string | undefined {
  switch (role) {
    case 'reply':
    case 'call':
      return [text, ...files].join('\n');
    case 'edit': {
      // Of a diff only what is new.
      const added = text.split('\n').filter((line) => line.startsWith('+'));
      return [...(added.length > 0 ? added : [text]), ...files].join('\n');
    }
    case 'command':
      // The rest is what the program printed.
      return text.split('\n', 1)[0] ?? '';
    case 'request':
    case 'result':
    case 'commit':
    case 'revert':
      return undefined;
  }
}

/** `auth.ts` of `src/auth.ts`, but `auth/index.ts` of `src/auth/index.ts`; nothing of a common name alone. */
function tellingPart(file: string): string[] {
  const parts = file.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1) ?? '';
  if (!COMMON_FILES.test(name)) return name.length >= SHORTEST_NAME ? [name] : [];
  const folder = parts.at(-2);
  return folder === undefined || folder === '~' || folder === '..' ? [] : [`${folder}/${name}`];
}

const UNIT_VALUE =
  /(?<![\w.])(\d+(?:\.\d+)?)\s?-?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|weeks?|months?|kb|mb|gb|tb|px|%|tokens?)(?![\p{L}\p{N}_])/giu;
const UNITS: Readonly<Record<string, string>> = { m: 'min', mi: 'min', mo: 'month' };
/** Versions, and numbers of four digits and more that are no years: ports, limits. */
const BARE_VALUE = /(?<=(?<![\w.])v?)(?<![\d.])(?:\d+\.\d+(?:\.\d+)*|\d{4,})(?![\w]|\.\d)/g;

/** Numbers that tell something: with a unit (`15 min` however it is spelled), versions, ports. */
export function valuesIn(text: string): string[] {
  const withUnits = [...text.matchAll(UNIT_VALUE)].map(([, number = '', unit = '']) => `${number} ${unitOf(unit.toLowerCase())}`);
  const bare = (text.match(BARE_VALUE) ?? []).filter((value) => !/^(?:19|20)\d\d$/.test(value));
  return unique([...withUnits, ...bare]);
}

function unitOf(unit: string): string {
  if (/^(?:kb|mb|gb|tb|px|%|ms)$/.test(unit)) return unit;
  if (unit.startsWith('milli')) return 'ms';
  return UNITS[unit] ?? UNITS[unit.slice(0, 2)] ?? unit.slice(0, 1);
}

/** Whether a name stands in a text by itself, not as a part of another. */
function holds(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\w$]$/.test(text.slice(Math.max(0, at - 1), at)) && !/^(?:[\w$]|-\w)/.test(text.slice(at + name.length, at + name.length + 2)))
      return true;
  }
  return false;
}

const oneSpaced = (text: string): string => text.replace(/\s+/g, ' ').trim();
const unique = (some: readonly string[]): string[] => [...new Set(some)];
function without(some: readonly string[], said: () => ReadonlySet<string>): readonly string[] {
  if (some.length === 0) return some;
  const all = said();
  return some.filter((one) => !all.has(one));
}
