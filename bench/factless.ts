// Stretches of a session in which there is nothing to remember, for all that a careful reader marked: memories made of them are noise.
import { episodesOf } from '../src/compress/episodes.ts';
import type { Observation } from '../src/memory.ts';
import { linesOf, type LabelledSession } from './labels.ts';

/** Runs of whole episodes in which no line is evidence of a fact, each as if it were a session. */
export function stretchesWithoutFacts(
  observations: readonly Observation[],
  label: LabelledSession,
  lines: readonly string[],
): Observation[][] {
  const factLines = new Set(label.facts.flatMap((fact) => fact.evidence.flatMap((quote) => linesOf(quote, lines))));
  const isTold = ({ place, text }: Observation): boolean => {
    const first = place.line ?? 0;
    const last = place.isLineByLine ? first + text.split('\n').length - 1 : first;
    for (let line = first; line <= last; line++) if (factLines.has(line)) return true;
    return false;
  };
  const stretches: Observation[][] = [[]];
  for (const { observations: members } of episodesOf(observations)) {
    if (members.some(isTold)) stretches.push([]);
    else stretches.at(-1)?.push(...members);
  }
  return stretches.filter((stretch) => stretch.length > 0);
}
