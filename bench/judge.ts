// Holds what was made of one session against what was marked in it.
import { wordsOfTheSource } from '../src/compress/faithful.ts';
import { contentWords } from '../src/compress/words.ts';
import { REDACTED } from '../src/capture/secrets.ts';
import type { Outcome } from '../src/memory.ts';
import { carries } from './carries.ts';
import { shownAs, type Entry } from './entry.ts';
import { linesOf, type LabelledFact, type LabelledSession } from './labels.ts';

export const MOST_TOKENS = 80;
export const MOST_LINES = 6;
/** A memory counts for at most so many facts. */
const FACTS_PER_MEMORY = 2;

export interface JudgedEntry {
  readonly entry: Entry;
  /** The facts that it carries. */
  readonly facts: readonly LabelledFact[];
  readonly isOnNoise: boolean;
  /** All of its content words stand in the lines that it cites. */
  readonly isFaithful: boolean;
  /** Longer than a memory may be, or citing more: it carries nothing. */
  readonly isTooLong: boolean;
  /** As an assistant reads it, the end of its line included. */
  readonly tokens: number;
}

export interface JudgedFact {
  readonly fact: LabelledFact;
  /** The memory that carries it. */
  readonly carrier: Entry | undefined;
}

export interface Judged {
  readonly facts: readonly JudgedFact[];
  readonly entries: readonly JudgedEntry[];
}

export function judge(
  entries: readonly Entry[],
  label: LabelledSession,
  lines: readonly string[],
  countTokens: (text: string) => number,
): Judged {
  const factLines = new Map(label.facts.map((fact) => [fact, new Set(fact.evidence.flatMap((quote) => linesOf(quote, lines)))]));
  const noiseLines = new Set(label.noise.flatMap((quote) => linesOf(quote, lines)));
  const judged = entries.map((entry): JudgedEntry => {
    const isTooLong = countTokens(entry.text) > MOST_TOKENS || entry.lines.size > MOST_LINES;
    const facts = isTooLong
      ? []
      : label.facts.filter((fact) => carries(entry.text, entry.lines, factLines.get(fact) ?? new Set(), fact.statement, fact.must_have));
    return {
      entry,
      facts,
      isOnNoise: !entry.lines.isDisjointFrom(noiseLines),
      isFaithful: isSaidBy(entry, lines),
      isTooLong,
      tokens: countTokens(`${shownAs(entry)}\n`),
    };
  });
  const carriers = assigned(judged);
  return { entries: judged, facts: label.facts.map((fact) => ({ fact, carrier: carriers.get(fact)?.entry })) };
}

/** Which memory counts for which fact: as many facts as can be had while none counts for more than two (augmenting paths, Kuhn 1955). */
function assigned(entries: readonly JudgedEntry[]): ReadonlyMap<LabelledFact, JudgedEntry> {
  const carrierOf = new Map<LabelledFact, JudgedEntry>();
  const countedFor = (entry: JudgedEntry): LabelledFact[] => entry.facts.filter((fact) => carrierOf.get(fact) === entry);
  const place = (fact: LabelledFact, tried: Set<JudgedEntry>): boolean => {
    for (const entry of entries) {
      if (!entry.facts.includes(fact) || tried.has(entry)) continue;
      tried.add(entry);
      const counted = countedFor(entry);
      // Full: one of its facts may find another carrier.
      if (counted.length < FACTS_PER_MEMORY || counted.some((other) => place(other, tried))) {
        carrierOf.set(fact, entry);
        return true;
      }
    }
    return false;
  };
  const facts = new Set(entries.flatMap((entry) => entry.facts));
  for (const fact of facts) place(fact, new Set());
  return carrierOf;
}

const OURS = contentWords(REDACTED);

/** Our own labels do not count, nor do the signs of JSON in which an assistant's call may stand. */
function isSaidBy(entry: Entry, lines: readonly string[]): boolean {
  const cited = [...entry.lines].sort((a, b) => a - b).map((line) => lines[line - 1] ?? '');
  const source = cited.join('\n');
  const said = contentWords(`${source}\n${source.replace(/\\[nrt"]/g, ' ')}`);
  return contentWords(wordsOfTheSource(entry.text)).isSubsetOf(said.union(OURS));
}

export const isBad = (outcome: Outcome | null): boolean => outcome === 'failed' || outcome === 'abandoned';

/** One of the words by which the reader marked which way a fact goes stands in the text. */
export function saysPolarity(text: string, polarity: readonly string[]): boolean {
  const flat = text.toLowerCase();
  return polarity.some((word) => flat.includes(word.toLowerCase()));
}
