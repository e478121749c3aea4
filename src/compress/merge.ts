// When two memories tell the same, and when a later one overrules an earlier one. Both judged by words alone, and with care: a wrong merge loses a
// fact for good, a missed one costs a line.
import { isFailure, type Evidence, type Kind, type MemoryDraft } from '../memory.ts';
import { wordsOfTheSource } from './faithful.ts';
import { share } from './scene.ts';
import { FAILURE, NEGATION, contentWords } from './words.ts';

type Told = Pick<MemoryDraft, 'kind' | 'text' | 'outcome'>;

/** Share of all words that two texts have in common, and share of the shorter's that the longer has, from which they tell the same. */
const SAME_OF_ALL = 0.7;
const SAME_OF_SHORTER = 0.9;
const MOST_LINES = 6;

/**
 * True for near-duplicates: nearly the same words, the same numbers, and no negation or failure that only one of them has. A failed attempt is
 * never the same as something that is not one.
 */
export function tellsTheSame(a: Told, b: Told): boolean {
  if ((a.kind === 'failed_attempt') !== (b.kind === 'failed_attempt')) return false;
  if (isFailed(a) !== isFailed(b) && a.outcome !== null && b.outcome !== null) return false;
  for (const pattern of [NEGATION, FAILURE]) if (pattern.test(a.text) !== pattern.test(b.text)) return false;
  const [few, many] = [contentWords(wordsOfTheSource(a.text)), contentWords(wordsOfTheSource(b.text))].sort((x, y) => x.size - y.size);
  if (!few || !many || few.size === 0) return false;
  if (!sameNumbers(a.text, b.text)) return false;
  const common = share(few, many) * few.size;
  return common / (few.size + many.size - common) >= SAME_OF_ALL || (few.size >= 5 && common / few.size >= SAME_OF_SHORTER);
}

const isFailed = ({ outcome }: Told): boolean => isFailure(outcome);

/** Single digits are no content words, so numbers are compared by themselves: those of the text with fewer must all be in the other. */
export function sameNumbers(a: string, b: string): boolean {
  const numbers = (text: string) => new Set(text.match(/\d+(?:\.\d+)*/g));
  const [few, many] = [numbers(a), numbers(b)].sort((x, y) => x.size - y.size);
  return !few || !many || (few.size === 0 ? many.size === 0 : share(few, many) === 1);
}

/** One memory out of two that tell the same: the words of the better (heavier, else the first), the evidence of both within six lines. */
export function merged(a: MemoryDraft, b: MemoryDraft): MemoryDraft {
  const [better, other] = b.weight > a.weight ? [b, a] : [a, b];
  return {
    kind: better.kind,
    text: better.text,
    outcome: better.outcome ?? other.outcome,
    scope: better.scope,
    entities: better.entities,
    evidence: someEvidence([...better.evidence, ...other.evidence]),
    weight: better.weight,
    context: better.context,
    segments: [...new Set([...better.segments, ...other.segments])],
  };
}

/** The first of them, each once, up to six lines in all. */
export function someEvidence(all: readonly Evidence[]): Evidence[] {
  const kept: Evidence[] = [];
  let lines = 0;
  for (const evidence of all) {
    const size = evidence.lines ? evidence.lines[1] - evidence.lines[0] + 1 : 1;
    const isKnown = kept.some(
      ({ place, quote }) => quote === evidence.quote && place.session === evidence.place.session && place.record === evidence.place.record,
    );
    if (isKnown || lines + size > MOST_LINES) continue;
    kept.push(evidence);
    lines += size;
  }
  return kept;
}

/** What a text says was left behind, and for what. */
interface Override {
  readonly left: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
}

const THING =
  '((?:`[^`]+`|[\\w@./+#-]+)(?: (?!to\\b|with\\b|by\\b|for\\b|in\\b|and\\b|because\\b|as\\b|since\\b|on\\b|at\\b)(?:`[^`]+`|[\\w@./+#-]+)){0,3})';
const FROM_TO = new RegExp(
  `\\b(?:mov|switch|migrat|chang|convert|port|renam|upgrad|downgrad)\\w*\\b[^.;]{0,60}?\\bfrom (?:the )?${THING} to (?:the )?${THING}`,
  'i',
);
const REPLACED = new RegExp(`\\breplac\\w+ (?:the )?${THING} (?:with|by) (?:the )?${THING}`, 'i');
const INSTEAD = new RegExp(`${THING} (?:instead of|rather than|in place of) (?:the )?${THING}`, 'i');
const NO_LONGER = new RegExp(
  `\\b(?:no longer|stop(?:ped)?|do(?:n['’]t| not)) (?:us(?:e|es|ing)|need(?:s|ed)?|want|rely on|support(?:s)?) (?:the )?${THING}`,
  'i',
);

function overrideOf(text: string): Override | undefined {
  const fromTo = FROM_TO.exec(text) ?? REPLACED.exec(text);
  if (fromTo) return { left: contentWords(fromTo[1] ?? ''), taken: contentWords(fromTo[2] ?? '') };
  const instead = INSTEAD.exec(text);
  if (instead) return { left: contentWords(instead[2] ?? ''), taken: contentWords(instead[1] ?? '') };
  const noLonger = NO_LONGER.exec(text);
  return noLonger ? { left: contentWords(noLonger[1] ?? ''), taken: new Set() } : undefined;
}

/** Kinds that say how things are or shall be, and so can be overruled. */
const STANDING: ReadonlySet<Kind> = new Set(['decision', 'preference', 'pattern', 'architecture', 'command']);

/** True when the text says that something was left for something else: only then is it worth asking what it overrules. */
export function saysOverride(told: Pick<MemoryDraft, 'kind' | 'text'>): boolean {
  return leftBehind(told) !== undefined;
}

/** The words for what the text says was left for something else; undefined where it says no such thing. What it overrules has them all. */
export function leftBehind({ kind, text }: Pick<MemoryDraft, 'kind' | 'text'>): ReadonlySet<string> | undefined {
  return STANDING.has(kind) ? overrideOf(text)?.left : undefined;
}

/**
 * True when the newer one clearly overrules the older: it names what it leaves ("moved from X to Y", "Y instead of X", "no longer X"), the older one
 * stands for X and not for Y, and both speak of the same matter beyond X and Y. Which is newer is for the caller to know.
 */
export function overrides(newer: Pick<MemoryDraft, 'kind' | 'text'>, older: Pick<MemoryDraft, 'kind' | 'text'>): boolean {
  if (!STANDING.has(newer.kind) || !STANDING.has(older.kind)) return false;
  const change = overrideOf(newer.text);
  if (!change || change.left.size === 0) return false;
  const before = contentWords(older.text);
  if (share(change.left, before) < 1) return false;
  if (change.taken.size > 0 && share(change.taken, before) === 1) return false;
  const earlier = overrideOf(older.text);
  if (earlier && share(earlier.left, change.left) > 0.5) return false;
  if (NEGATION.test(older.text)) return false;
  const matter = new Set(
    [...contentWords(newer.text)].filter((word) => !change.left.has(word) && !change.taken.has(word) && !WORN.has(word)),
  );
  return [...matter].some((word) => before.has(word));
}

/** Words that two memories share without speaking of the same matter. */
const WORN = new Set(
  'use uses used using instead moved switched changed replaced from no longer new now all must always add added file files code'.split(' '),
);
