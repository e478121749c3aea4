// What each segment of a scene is: by the model where there is one, by its cues where there is none. The rest of the compressor does not know which.
import { type Kind, KINDS, type Outcome } from '../memory.ts';
import type { Encoder, FittedWeights, SegmentReading } from '../model/encoder.ts';
import { CUE_WEIGHTS } from './cueWeights.ts';
import { KIND, KIND_BASE, OUTCOME, OUTCOME_BASE, WEIGHT, WEIGHT_BASE } from './plainWeights.ts';
import type { Scene, Unit } from './scene.ts';

/** As the encoder's, but for what only a model has. */
export type Reading = Omit<SegmentReading, 'link' | 'keep'> & Partial<Pick<SegmentReading, 'link' | 'keep'>>;

/** A segment as it was read, with what is fitted to such readings. */
export type ReadUnit = Unit & { readonly reading: Reading; readonly fitted: FittedWeights };

const OUTCOMES: readonly (Outcome | 'none')[] = ['worked', 'failed', 'abandoned', 'none'];

/** One reading a unit, in order. Rejects as the encoder does; the signal's reason when aborted. */
export async function readScene(encoder: Encoder | undefined, scene: Scene, signal?: AbortSignal): Promise<ReadUnit[]> {
  signal?.throwIfAborted();
  if (!encoder || scene.units.length === 0) return readPlainly(scene.units);
  const segments = scene.units.map(({ segment, cues }) => ({
    role: segment.observation.role,
    text: segment.text,
    isFailure: segment.observation.isFailure,
    cues,
  }));
  const readings = await encoder.read({ request: scene.episode.request?.text ?? '', segments }, signal);
  return scene.units.map((unit, i) => {
    const reading = readings[i];
    if (!reading) throw new RangeError(`the encoder read ${readings.length} of ${segments.length} segments`);
    return { ...unit, reading, fitted: encoder.fitted };
  });
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
      noise: 0,
      kinds: record(KINDS, (_, k) => kinds[k] ?? 0),
      outcomes: record(OUTCOMES, (_, o) => outcomes[o] ?? 0),
    };
    return { ...unit, reading, fitted: CUE_WEIGHTS };
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
