// What each segment of a scene is: by the model where there is one, by its cues where there is none. The rest of the compressor does not know which.
import { type Kind, KINDS, type Outcome } from '../memory.ts';
import type { Encoder, SegmentReading } from '../model/encoder.ts';
import { KIND, KIND_BASE, OUTCOME, OUTCOME_BASE, WEIGHT, WEIGHT_BASE } from './plainWeights.ts';
import type { Scene, Unit } from './scene.ts';

/** As the encoder's, but for the link vector, which only a model has. */
export type Reading = Omit<SegmentReading, 'link'> & { readonly link?: Float32Array };

/** A segment as it was read. */
export type ReadUnit = Unit & { readonly reading: Reading };

/** Segments less likely than this by their cues alone are not shown to the model: 9 % of all on the tuning repositories, 2.5 % of the evidence. */
const NOT_SHOWN_BELOW = 0.008;
/**
 * What the cues say against what the model says, as log-odds. A first setting: tried at .2, .4, .6 and 1 on 19 sessions that both had seen.
 * To be set anew on models that have not seen what they are judged on.
 */
const SHARE_OF_CUES = 0.6;

const OUTCOMES: readonly (Outcome | 'none')[] = ['worked', 'failed', 'abandoned', 'none'];

/** One reading a unit, in order. Rejects as the encoder does; the signal's reason when aborted. */
export async function readScene(encoder: Encoder | undefined, scene: Scene, signal?: AbortSignal): Promise<ReadUnit[]> {
  signal?.throwIfAborted();
  const plain = readPlainly(scene.units);
  const shown = encoder ? plain.filter(({ reading }) => reading.weight >= NOT_SHOWN_BELOW) : [];
  if (!encoder || shown.length === 0) return plain;
  const segments = shown.map(({ segment }) => ({
    role: segment.observation.role,
    text: segment.text,
    isFailure: segment.observation.isFailure,
  }));
  const readings = await encoder.read({ request: scene.episode.request?.text ?? '', segments }, signal);
  const byUnit = new Map(shown.map(({ at }, i) => [at, readings[i]]));
  return plain.map((unit) => {
    const read = byUnit.get(unit.at);
    return read ? { ...unit, reading: both(unit.reading, read) } : unit;
  });
}

function both(plain: Reading, read: SegmentReading): Reading {
  const mean = (a: number, b: number) => a * SHARE_OF_CUES + b * (1 - SHARE_OF_CUES);
  return {
    weight: sigmoid(mean(logit(plain.weight), logit(read.weight))),
    kinds: record(KINDS, (kind) => mean(plain.kinds[kind], read.kinds[kind])),
    outcomes: record(OUTCOMES, (outcome) => mean(plain.outcomes[outcome], read.outcomes[outcome])),
    link: read.link,
  };
}

/** The reading without a model. Neighbours in the list count as neighbours in the episode. */
export function readPlainly(units: readonly Unit[]): ReadUnit[] {
  return units.map((unit, i) => {
    let odds = WEIGHT_BASE;
    for (const cue of unit.cues) odds += WEIGHT[cue] ?? 0;
    for (const cue of units[i - 1]?.cues ?? []) odds += WEIGHT[`before:${cue}`] ?? 0;
    for (const cue of units[i + 1]?.cues ?? []) odds += WEIGHT[`after:${cue}`] ?? 0;
    const kinds = softmax(KIND_BASE, KIND, unit.cues);
    const outcomes = softmax(OUTCOME_BASE, OUTCOME, unit.cues);
    const reading: Reading = {
      weight: sigmoid(odds),
      kinds: record(KINDS, (_, k) => kinds[k] ?? 0),
      outcomes: record(OUTCOMES, (_, o) => outcomes[o] ?? 0),
    };
    return { ...unit, reading };
  });
}

function softmax(base: readonly number[], table: Readonly<Record<string, readonly number[]>>, cues: readonly string[]): number[] {
  const odds = [...base];
  for (const cue of cues) for (const [i, worth] of (table[cue] ?? []).entries()) odds[i] = (odds[i] ?? 0) + worth;
  const most = Math.max(...odds);
  const raised = odds.map((value) => Math.exp(value - most));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((value) => value / sum);
}

function record<K extends string>(keys: readonly K[], value: (key: K, i: number) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key, i) => [key, value(key, i)])) as Record<K, number>;
}

/** The likeliest kind, `except` left out. */
export function likeliestKind(kinds: Readonly<Record<Kind, number>>, except?: Kind): Kind {
  return KINDS.filter((kind) => kind !== except).reduce((best, kind) => (kinds[kind] > kinds[best] ? kind : best));
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const logit = (p: number): number => {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(inside / (1 - inside));
};
