// What a search for each labelled fact should find: the memory that carries it, its quotes with what stands around them, and memories of the same session
// that tell something else. One JSON line a fact on stdout; what `embedding.py` learns from, together with `questions.jsonl`.
//   node training/export_memories.ts --data FOLDER --readings FILE [--weights FILE]
// With the readings of models that have not seen the session (`make_encoder.py --readings`): memories are then as the product makes them of what is new to it.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Entry, entryOf } from '../bench/entry.ts';
import { judge } from '../bench/judge.ts';
import { linesOf, readLabels, readSession } from '../bench/labels.ts';
import { observed, openCompressor } from '../bench/product.ts';
import { countTokens } from '../src/inject/tokens.ts';
import type { Encoder, EpisodeText, FittedWeights, SegmentReading } from '../src/model/encoder.ts';
import { embeddedText } from '../src/search/searchedText.ts';
import { asReading, readReadings, type WrittenReading } from './readings.ts';

/** Lines before and after a quote that stand for its surroundings. */
const AROUND = 5;
/** A memory that cites a line this near a quote may tell the same. */
const NEAR = 3;
const LONGEST_QUOTES = 350;

const { data, readings, weights } = parseArgs({
  options: { data: { type: 'string' }, readings: { type: 'string' }, weights: { type: 'string' } },
}).values;
if (data === undefined || readings === undefined) throw new Error('--data FOLDER and --readings FILE are needed');
const shipped = path.join(import.meta.dirname, '../models/weights.json');
const fitted = JSON.parse(fs.readFileSync(weights ?? shipped, 'utf8')) as FittedWeights;
const read = readReadings(readings);

for (const label of readLabels(path.join(data, 'labels'))) {
  const { lines, signals } = readSession(path.join(data, 'sessions'), label.file);
  const compressor = openCompressor(replaying(read.get(label.file) ?? []), { segmentHash: (text) => text, isForgotten: () => false });
  const { memories } = await compressor.compress(await observed(signals));
  const entries = memories.map(entryOf);
  const carriers = judge(entries, label, lines, countTokens).facts.map(({ carrier }) => (carrier ? entries.indexOf(carrier) : -1));
  for (const [index, { statement, evidence }] of label.facts.entries()) {
    const at = evidence.flatMap((quote) => linesOf(quote, lines));
    const first = Math.min(...at);
    const around = Number.isFinite(first) ? lines.slice(Math.max(0, first - 1 - AROUND), first + AROUND).filter((line) => line.trim()) : [];
    const carrier = memories[carriers[index] ?? -1];
    const others = memories.filter((memory, i) => memory !== carrier && !isNear(entries[i] as Entry, at));
    const row = {
      file: label.file,
      fact: index,
      statement,
      texts: [
        embeddedText({ text: evidence.join('; ').slice(0, LONGEST_QUOTES), context: around.join('\n') }),
        ...(carrier ? [embeddedText(carrier)] : []),
      ],
      others: others.map(embeddedText),
    };
    process.stdout.write(`${JSON.stringify(row)}\n`);
  }
}

/** An encoder that says of a session's segments what was written down, in their order. */
function replaying(units: readonly WrittenReading[]): Encoder {
  const byText = Map.groupBy(units, ({ t }) => t);
  const next = (text: string): SegmentReading => {
    const same = byText.get(text) ?? [];
    return asReading(same.length > 1 ? same.shift() : same[0]);
  };
  return {
    id: 'written',
    dimensions: 1,
    fitted,
    embed: async () => [],
    read: async ({ segments }: EpisodeText) => segments.map(({ text }) => next(text)),
    dispose: async () => undefined,
  };
}

function isNear(entry: Entry, lines: readonly number[]): boolean {
  return lines.some((line) => [...entry.lines].some((cited) => Math.abs(cited - line) <= NEAR));
}
