// Labelled sessions → what the encoder is taught: the segments as the product lays them out, with the facts that each is evidence of. One JSON line a
// session on stdout: `node training/export_units.ts --data FOLDER > units.jsonl`. The product's own reader and segmenter, so that what is learnt is what is met.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ownerOf, readLabels, readSession, type LabelledSession } from '../bench/labels.ts';
import { observed } from '../bench/product.ts';
import { episodesOf } from '../src/compress/episodes.ts';
import { type Scene, type Unit, scenesOf } from '../src/compress/scene.ts';
import { unitsHolding } from './holding.ts';

const { data } = parseArgs({ options: { data: { type: 'string' } } }).values;
if (data === undefined) throw new Error('--data FOLDER is missing: the folder that holds sessions/ and labels/');

let quotes = 0;
let lost = 0;
for (const label of readLabels(path.join(data, 'labels'))) {
  const { lines, signals } = readSession(path.join(data, 'sessions'), label.file);
  const observations = await observed(signals);
  process.stdout.write(`${JSON.stringify(sessionOf(label, lines, scenesOf(episodesOf(observations))))}\n`);
}
console.error(`${quotes} quotes, ${lost} of them in no segment`);

function sessionOf(label: LabelledSession, lines: readonly string[], scenes: readonly Scene[]): unknown {
  const units = scenes.flatMap((scene) => scene.units);
  const facts = new Map<Unit, number[]>();
  const best = new Map<Unit, number>();
  for (const [index, { evidence }] of label.facts.entries()) {
    for (const [rank, quote] of evidence.entries()) {
      const held = unitsHolding(quote, units, lines);
      quotes += 1;
      if (held.length === 0) lost += 1;
      for (const unit of held) {
        facts.set(unit, [...(facts.get(unit) ?? []), index]);
        if (rank === 0 || !best.has(unit)) best.set(unit, index);
      }
    }
  }
  const noise = new Set(label.noise.flatMap((quote) => unitsHolding(quote, units, lines)));
  return {
    file: label.file,
    owner: ownerOf(label.file),
    facts: label.facts.map(({ kind, outcome, statement }) => ({ kind, outcome, statement })),
    episodes: scenes.map((scene) => ({
      request: scene.episode.request?.text ?? '',
      units: scene.units.map((unit) => ({
        role: unit.segment.observation.role,
        isFailure: unit.segment.observation.isFailure,
        text: unit.segment.text,
        at: unit.at,
        cues: unit.cues,
        facts: facts.get(unit) ?? [],
        best: best.get(unit) ?? -1,
        isNoise: noise.has(unit),
      })),
    })),
  };
}
