// What one gets without a compressor, within the same budget: the least that a compressor must beat.
import { segmentsOf, type Segment } from '../src/compress/segment.ts';
import { contentWords } from '../src/compress/words.ts';
import type { Observation } from '../src/memory.ts';
import { citedLines, type Entry } from './entry.ts';
import { MOST_LINES, MOST_TOKENS } from './judge.ts';

export type CountTokens = (text: string) => number;

/** The first sentence of each reply, in order, until the budget is used up. */
export function firstSentences(observations: readonly Observation[], budgetTokens: number, countTokens: CountTokens): Entry[] {
  const firsts = observations.flatMap((observation) => {
    const first = observation.role === 'reply' && segmentsOf(observation).find(({ shape }) => shape === 'sentence' || shape === 'item');
    return first ? [first] : [];
  });
  return withinBudget(firsts, budgetTokens, countTokens);
}

/** The sentences, items and lines whose words are most said in the session (mean of 1 + log count, Luhn 1958), best first, until the budget is used up. */
export function salientSentences(observations: readonly Observation[], budgetTokens: number, countTokens: CountTokens): Entry[] {
  const segments = observations.flatMap(segmentsOf).filter(({ shape }) => shape === 'sentence' || shape === 'item');
  const counts = new Map<string, number>();
  for (const { text } of segments) for (const word of contentWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const salience = (text: string): number => {
    const words = [...contentWords(text)];
    // Very short ones would win by a single common word.
    return words.reduce((sum, word) => sum + Math.log(1 + (counts.get(word) ?? 0)), 0) / Math.max(6, words.length);
  };
  const ranked = segments.map((segment) => ({ segment, salience: salience(segment.text) })).sort((a, b) => b.salience - a.salience);
  return withinBudget(
    ranked.map(({ segment }) => segment),
    budgetTokens,
    countTokens,
  );
}

function withinBudget(segments: readonly Segment[], budgetTokens: number, countTokens: CountTokens): Entry[] {
  const entries: Entry[] = [];
  const said = new Set<string>();
  let left = budgetTokens;
  for (const { text, observation, firstLine, lastLine } of segments) {
    const tokens = countTokens(`- ${text}\n`);
    const { line: start = 1, isLineByLine } = observation.place;
    const [first, last] = isLineByLine ? [start + firstLine, start + lastLine] : [start, start];
    if (said.has(text) || tokens > left || countTokens(text) > MOST_TOKENS || last - first >= MOST_LINES) continue;
    said.add(text);
    left -= tokens;
    entries.push({ text, outcome: null, lines: citedLines([[first, last]]) });
  }
  return entries;
}
