// Memories drawn by lot, as Markdown for people to read and grade: shares say how many are right, only reading says how they sound.
import { randomOf } from '../scripts/lib/random.ts';
import type { CompressedSession } from './compressSession.ts';
import { shownAs } from './entry.ts';
import type { JudgedEntry } from './judge.ts';
import { shuffled } from './metrics.ts';
import { WHOLE } from './ways.ts';

/** So much of a line is shown: tool results have lines that no one reads to their end. */
const LINE_CHARACTERS = 1_000;

/**
 * `count` memories of the product, each memory of each session equally likely, all when there are fewer; in the order drawn, the same for the same seed.
 * `readLines`: the lines of a session's file.
 */
export function drawn(
  sessions: readonly CompressedSession[],
  count: number,
  seed: number,
  readLines: (file: string) => readonly string[],
): string {
  const all = sessions.flatMap(({ label, ways }) => (ways.get(WHOLE)?.entries ?? []).map((judged) => ({ file: label.file, judged })));
  const some = shuffled(all, randomOf(seed)).slice(0, count);
  const head = `## ${some.length} of ${all.length} memories, drawn by lot\n\nGrade each: clear alone, needs the source, or wrong or useless.`;
  return [head, ...some.map(({ file, judged }, i) => told(judged, i + 1, file, readLines(file)))].join('\n\n');
}

function told(judged: JudgedEntry, at: number, file: string, lines: readonly string[]): string {
  const { entry, facts, isOnNoise } = judged;
  const facing = facts.map((fact) => `Carries the fact: ${fact.statement} (${[fact.kind, fact.outcome].filter(Boolean).join(', ')})`);
  const verdict = [...(facing.length > 0 ? facing : ['Carries no labelled fact.']), ...(isOnNoise ? ['Stands on noise.'] : [])];
  const cited = [...entry.lines].sort((a, b) => a - b);
  // A block set in by four spaces: nothing in it can end it.
  const source = cited.map((line) => `    ${line}: ${cut(lines[line - 1] ?? '')}`);
  return [`### ${at}. ${file}`, `> ${shownAs(entry).replace(/^- /, '')}`, verdict.join('  \n'), source.join('\n'), 'Grade:'].join('\n\n');
}

function cut(line: string): string {
  const more = line.length - LINE_CHARACTERS;
  return more > 0 ? `${line.slice(0, LINE_CHARACTERS)} [and ${more} characters more]` : line;
}
