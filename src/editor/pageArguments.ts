// What the panel's page asks, checked at the boundary: a page is only as trustworthy as what it shows. What does not fit is a bug or worse, never a person's
// mistake, and is refused as such; only what a person can type too much of is refused in words for them.
import { AGES, ORDERS, REVIEW_REASONS, type Facet } from '../browsing.ts';
import { ASSISTANTS, KINDS, OUTCOMES, SCOPES, type MemoryId, type SessionId } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import type { Facets, MergeGroup, PageQuestions, Question } from '../../webview/protocol.ts';

/** A prompt may well be a pasted log, and so may a memory's text, which the service then refuses; words searched for are few. Characters. */
const LONGEST = { pasted: 1_000_000, search: 5_000, id: 300, path: 5_000 };
const MOST_IDS = 100_000;
const MOST_ROWS = 1_000;

/** Arguments as they came, or a TypeError that names nothing of them. */
type Check<Q extends Question> = (args: readonly unknown[]) => Parameters<PageQuestions[Q]>;

const CHECKS: { readonly [Q in Question]: Check<Q> } = {
  browse: ([query, from, count]) => [browseQuery(query), whole(from), Math.min(whole(count), MOST_ROWS)],
  memory: ([id]) => [memoryId(id)],
  preview: ([query]) => [previewQuery(query)],
  holdBack: ([id, session, isHeldBack]) => [memoryId(id), optional(session, sessionId), truth(isHeldBack)],
  given: ([beforeMs, limit]) => [optional(beforeMs, whole), Math.min(whole(limit), MOST_ROWS)],
  review: ([limit]) => [Math.min(whole(limit), MOST_IDS)],
  keep: ([reason, ids]) => [oneOf(REVIEW_REASONS)(reason), memoryIds(ids)],
  merge: ([groups]) => [list(groups, mergeGroup, MOST_IDS)],
  edit: ([id, change]) => [memoryId(id), edit(change)],
  setScope: ([ids, scope]) => [memoryIds(ids), oneOf(SCOPES)(scope)],
  setPinned: ([ids, pinned]) => [memoryIds(ids), truth(pinned)],
  forget: ([ids]) => [memoryIds(ids)],
  undo: () => [],
  copy: ([ids]) => [memoryIds(ids)],
  openSource: ([id]) => [memoryId(id)],
  restart: () => [],
  showLog: () => [],
  hello: () => [],
};

/** A question as it came: only its number is known to be one. */
export interface RawAsk {
  readonly number: number;
  readonly question: unknown;
  readonly args: unknown;
}

/** The question in a message from the page; undefined for what is no question, to which there is nobody to answer. */
export function askOf(message: unknown): RawAsk | undefined {
  if (!isRecord(message) || message['kind'] !== 'ask' || typeof message['number'] !== 'number') return undefined;
  return { number: message['number'], question: message['question'], args: message['args'] };
}

export const isQuestion = (value: unknown): value is Question => typeof value === 'string' && Object.hasOwn(CHECKS, value);

/** Throws a TypeError for arguments that do not fit the question, a `UserError` for a text that is too long or empty. */
export function checked<Q extends Question>(question: Q, args: unknown): Parameters<PageQuestions[Q]> {
  return Array.isArray(args) ? CHECKS[question](args) : unfit();
}

function unfit(): never {
  throw new TypeError('an argument of the page does not fit its question');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : unfit());
const truth = (value: unknown): boolean => (typeof value === 'boolean' ? value : unfit());
/** A whole number from 0. */
const whole = (value: unknown): number => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : unfit());

function text(value: unknown, longest: number): string {
  if (typeof value !== 'string') return unfit();
  if (value.length > longest) throw new UserError(`This text is longer than ${longest} characters. Shorten it.`);
  return value;
}

function list<T>(value: unknown, element: (one: unknown) => T, most: number): T[] {
  return Array.isArray(value) && value.length <= most ? value.map(element) : unfit();
}

const oneOf =
  <T extends string>(allowed: readonly T[]) =>
  (value: unknown): T =>
    allowed.find((one) => one === value) ?? unfit();

/** On its way here an absent argument has become null: JSON has no undefined. */
const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === undefined || value === null ? undefined : read(value);

const name = (value: unknown): string => text(value, LONGEST.id) || unfit();
const memoryId = (value: unknown): MemoryId => name(value) as MemoryId;
const sessionId = (value: unknown): SessionId => name(value) as SessionId;
const memoryIds = (value: unknown): MemoryId[] => list(value, memoryId, MOST_IDS);

function mergeGroup(value: unknown): MergeGroup {
  const { id, others } = record(value);
  const group = { id: memoryId(id), others: memoryIds(others) };
  return group.others.includes(group.id) ? unfit() : group;
}

const FACETS: { readonly [F in Facet]: (value: unknown) => NonNullable<Facets[F]>[number] } = {
  kind: oneOf(KINDS),
  outcome: oneOf([...OUTCOMES, 'none'] as const),
  scope: oneOf(SCOPES),
  source: oneOf([...ASSISTANTS, 'edits', 'terminal', 'git', 'user'] as const),
  age: oneOf(AGES),
  status: oneOf(['active', 'superseded', 'pinned'] as const),
  file: (value) => text(value, LONGEST.path),
};

function browseQuery(value: unknown): Parameters<PageQuestions['browse']>[0] {
  const { text: words, facets, order } = record(value);
  const chosen = Object.entries(record(facets)).map(([facet, values]) => {
    if (!Object.hasOwn(FACETS, facet)) return unfit();
    return [facet, list(values, FACETS[facet as Facet], MOST_ROWS)] as const;
  });
  return { text: text(words, LONGEST.search), facets: Object.fromEntries(chosen) as Facets, order: oneOf(ORDERS)(order) };
}

function previewQuery(value: unknown): Parameters<PageQuestions['preview']>[0] {
  const { occasion, session } = record(value);
  const { kind, prompt } = record(occasion);
  const named = optional(session, sessionId);
  return {
    occasion:
      oneOf(['session_start', 'prompt'])(kind) === 'prompt'
        ? { kind: 'prompt', prompt: text(prompt, LONGEST.pasted) }
        : { kind: 'session_start' },
    ...(named !== undefined && { session: named }),
  };
}

function sentence(value: unknown): string {
  const words = text(value, LONGEST.pasted).trim();
  if (words === '') throw new UserError('A memory needs words. Forget it if it is not worth any.');
  return words;
}

function edit(value: unknown): Parameters<PageQuestions['edit']>[1] {
  const { text: words, kind, outcome } = record(value);
  return {
    ...(words !== undefined && { text: sentence(words) }),
    ...(kind !== undefined && { kind: oneOf(KINDS)(kind) }),
    // Here null means none.
    ...(outcome !== undefined && { outcome: outcome === null ? null : oneOf(OUTCOMES)(outcome) }),
  };
}
