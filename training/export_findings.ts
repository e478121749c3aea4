// What the compressor sees and finds in the labelled sessions, with what is right: what `fit_weights.py` fits its tables to. Two kinds of JSON lines on
// stdout: pairs of segments (do both tell one fact?) and findings (does what is said carry a fact?).
//   node training/export_findings.ts --data FOLDER [--readings FILE [--weights FILE]] > findings.jsonl
// With readings (`make_encoder.py --readings`) as the model gives them for sessions that it has not seen; without, as the cues alone give them.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isBad, judge } from '../bench/judge.ts';
import { readLabels, readSession } from '../bench/labels.ts';
import { observed } from '../bench/product.ts';
import { failuresOf } from '../src/compress/chains.ts';
import { MOST_LINKED, factsOf, nearOf } from '../src/compress/choose.ts';
import { MOST_LINES, MOST_TOKENS, evidenceOf } from '../src/compress/compress.ts';
import { CUE_WEIGHTS } from '../src/compress/cueWeights.ts';
import { episodesOf } from '../src/compress/episodes.ts';
import { kindCues } from '../src/compress/kinds.ts';
import { linkCues } from '../src/compress/links.ts';
import { failureCues } from '../src/compress/failureOdds.ts';
import { happeningsOf } from '../src/compress/outcome.ts';
import { type ReadUnit, readPlainly } from '../src/compress/read.ts';
import { say } from '../src/compress/say.ts';
import { scenesOf } from '../src/compress/scene.ts';
import { worthCues } from '../src/compress/worth.ts';
import { countTokens } from '../src/inject/tokens.ts';
import type { FittedWeights } from '../src/model/encoder.ts';
import { unitsHolding } from './holding.ts';
import { asReading, readReadings } from './readings.ts';

const { data, readings, weights } = parseArgs({
  options: { data: { type: 'string' }, readings: { type: 'string' }, weights: { type: 'string' } },
}).values;
if (data === undefined) throw new Error('--data FOLDER is missing: the folder that holds sessions/ and labels/');
/** The tables by which links are chosen: a first fitting has none yet for these readings, and takes those of the cues. */
const fitted = weights === undefined ? CUE_WEIGHTS : (JSON.parse(fs.readFileSync(weights, 'utf8')) as FittedWeights);
const read = readReadings(readings);

for (const label of readLabels(path.join(data, 'labels'))) {
  const of = read.get(label.file);
  if (readings !== undefined && !of) continue;
  const { lines, signals } = readSession(path.join(data, 'sessions'), label.file);
  const observations = await observed(signals);
  const scenes = scenesOf(episodesOf(observations));
  const units = scenes.flatMap((scene) =>
    readPlainly(scene.units).map((unit) => (of ? { ...unit, fitted, reading: asReading(of[unit.at]) } : unit)),
  );
  const factsAt = new Map<ReadUnit, Set<number>>();
  for (const [index, { evidence }] of label.facts.entries())
    for (const quote of evidence)
      for (const unit of unitsHolding(quote, units, lines)) factsAt.set(unit, (factsAt.get(unit) ?? new Set()).add(index));

  const near = nearOf(units);
  for (const [anchor, facts] of factsAt)
    for (const other of near(anchor))
      print({ is: 'pair', file: label.file, cues: linkCues(anchor, other), right: !facts.isDisjointFrom(factsAt.get(other) ?? new Set()) });

  const happenings = happeningsOf(scenes);
  const byObservation = Map.groupBy(units, ({ observation }) => observation);
  for (const finding of [...failuresOf({ units, byObservation, happenings }), ...factsOf(units, MOST_LINKED)]) {
    const said = say(finding, { happenings, countTokens, mostTokens: MOST_TOKENS, mostLines: MOST_LINES, isShortened: true });
    if (said.kind === 'dropped') continue;
    const cited = said.parts
      .map(evidenceOf)
      .flatMap(({ lines: [first, last] = [0, -1] }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
    const entry = { kind: said.memoryKind, text: said.text, outcome: said.outcome, lines: new Set(cited) };
    const [judged] = judge([entry], label, lines, countTokens).entries;
    const carried = judged?.facts ?? [];
    const isOnNoise = carried.length === 0 && (judged?.isOnNoise ?? false);
    print({ is: 'finding', file: label.file, cues: worthCues(finding, said), right: carried.length > 0, isOnNoise });
    if (finding.is !== 'fact' || carried.length === 0) continue;
    print({
      is: 'failure',
      file: label.file,
      cues: failureCues(said.parts, happenings),
      right: carried.some(({ outcome }) => isBad(outcome)),
    });
    print({ is: 'kind', file: label.file, cues: kindCues(finding.anchor, finding.linked), right: carried.map(({ kind }) => kind) });
  }
}

function print(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
