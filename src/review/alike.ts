// How two memories stand to each other: they tell the same, or the later one overrides the earlier. Judged with care: people answer for whole groups at once.
import { wordsOfTheSource } from '../compress/faithful.ts';
import { overrides, sameNumbers, tellsTheSame } from '../compress/merge.ts';
import { FAILURE, NEGATION } from '../compress/words.ts';
import { isFailure, type Memory } from '../memory.ts';
import { distinctTermsOf } from '../search/terms.ts';

/** `overrides`: this one is the later, and leaves what the other stands for. */
export type Relation = 'same' | 'overrides' | 'overridden';

type Telling = Pick<Memory, 'kind' | 'text' | 'outcome' | 'atMs'>;

/**
 * From this cosine on two memories may tell the same in other words, from this share of all their words without it. Seen on 1,627 memories of real sessions, from
 * which the compressor had taken plain repetitions: of the pairs from .9 on nearly all do tell the same, below .88 most only tell of the same work. With what is
 * asked below, 15 pairs are left, 13 of them rightly.
 */
export const NEAR = 0.9;
export const SHARED_WHERE_NEAR = 0.3;
export const SHARED = 0.6;
/** What a memory and the one that it overrides have in common at least: some of the matter, since the words for it change. */
export const SHARED_WITH_OVERRIDDEN = 0.2;

/** The words of a memory by which it is compared. */
export function comparedTerms({ text }: Pick<Memory, 'text'>): string[] {
  return distinctTermsOf(wordsOfTheSource(text));
}

/**
 * True when two active memories tell the same, in the same words or in others. `shared`: the share of all their terms that both have, 0 to 1; `similarity`: cosine,
 * absent where it is not known.
 */
export function isSame(a: Telling, b: Telling, shared: number, similarity: number | undefined): boolean {
  // The cheapest first: among memories of one mould most pairs differ in a number or a name.
  if (!sameNumbers(a.text, b.text) || nameOthers(a.text, b.text) || isOpposed(a, b)) return false;
  const isNear = similarity !== undefined && similarity >= NEAR && shared >= SHARED_WHERE_NEAR;
  return shared >= SHARED || isNear || tellsTheSame(a, b);
}

/** True when the later of two active memories says that it leaves what the earlier stands for, and both speak of the same things. */
export function isOverridden(older: Telling, newer: Telling): boolean {
  return older.atMs < newer.atMs && !nameOthers(older.text, newer.text) && overrides(newer, older);
}

/** A failure beside what is none, a negation that only one has: near in words, and not the same at all. */
function isOpposed(a: Telling, b: Telling): boolean {
  if ((a.kind === 'failed_attempt') !== (b.kind === 'failed_attempt')) return true;
  if (isFailure(a.outcome) !== isFailure(b.outcome)) return true;
  return [NEGATION, FAILURE].some((pattern) => pattern.test(a.text) !== pattern.test(b.text));
}

/** Files, identifiers, flags, code, and words with a capital within a sentence: what a memory is about. */
const NAME =
  /`[^`\n]+`|(?:[\w.@-]+[/\\])+[\w.@-]+|--?[a-z][\w-]+|\b\w+(?:[._]\w+)+\b|\b[a-z]+[A-Z]\w*|\b[A-Z]\w*[A-Z]\w*|(?<=[^.:;!?\s] )[A-Z]\w+/g;

/** True when each names something that the other does not: one rule for two files is told twice, and is not the same. */
function nameOthers(a: string, b: string): boolean {
  return namesMore(a, b) && namesMore(b, a);
}

function namesMore(a: string, b: string): boolean {
  const other = b.toLowerCase();
  return (a.match(NAME) ?? []).some((name) => !other.includes(bare(name)));
}

/** Without what marks it as code, and without folders, which are told or left out. */
function bare(name: string): string {
  const plain = name.replaceAll('`', '').toLowerCase();
  return /\s/.test(plain) ? plain : plain.slice(Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\')) + 1);
}
