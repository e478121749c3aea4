// Which segments a quote of a label stands in.
import { linesOf } from '../bench/labels.ts';
import type { Unit } from '../src/compress/scene.ts';

/** A quote that stands in more lines than this says little of where. */
const MOST_PLACES = 3;

/** The segments that hold most of a quote, or most of which the quote holds. */
export function unitsHolding<U extends Unit>(quote: string, units: readonly U[], lines: readonly string[]): U[] {
  const places = linesOf(quote, lines).slice(0, MOST_PLACES);
  return units.filter(({ segment }) => {
    const { line: start, isLineByLine } = segment.observation.place;
    if (start === undefined) return false;
    const [first, last] = isLineByLine ? [start + segment.firstLine, start + segment.lastLine] : [start, start];
    return places.some((place) => place >= first && place <= last && isMostly(segment.text, quote, lines[place - 1] ?? ''));
  });
}

/** At least half of the shorter of the two lies in the other, by their places in the line; where the text was joined or cleaned, by their words. */
function isMostly(text: string, quote: string, line: string): boolean {
  const [t, q] = [line.indexOf(text), line.indexOf(quote)];
  const half = 0.5 * Math.min(text.length, quote.length);
  if (t >= 0 && q >= 0) return Math.min(t + text.length, q + quote.length) - Math.max(t, q) >= half;
  const wordsOf = (of: string): string[] => of.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const [few, many] = [wordsOf(text), wordsOf(quote)].sort((a, b) => a.length - b.length) as [string[], string[]];
  const all = new Set(many);
  return few.length > 0 && few.filter((word) => all.has(word)).length >= 0.6 * few.length;
}
