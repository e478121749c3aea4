// What the folds' models say of the segments of each labelled session (`make_encoder.py --readings`), as the product has it.
import fs from 'node:fs';
import { KINDS, OUTCOMES } from '../src/memory.ts';
import type { SegmentReading } from '../src/model/encoder.ts';

/** As `make_encoder.py` writes it. */
export interface WrittenReading {
  readonly t: string;
  readonly w: number;
  readonly n: number;
  readonly k: readonly number[];
  readonly o: readonly number[];
  readonly l: readonly number[];
  readonly p: readonly number[];
}

/** By session; empty without a file. */
export function readReadings(file: string | undefined): ReadonlyMap<string, readonly WrittenReading[]> {
  const read = new Map<string, readonly WrittenReading[]>();
  for (const line of file === undefined ? [] : fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { file: session, units } = JSON.parse(line) as { file: string; units: WrittenReading[] };
    read.set(session, units);
  }
  return read;
}

export function asReading(written: WrittenReading | undefined): SegmentReading {
  if (!written) throw new Error('the readings are of other segments: make them anew');
  const named = <Name extends string>(names: readonly Name[], values: readonly number[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0])) as Record<Name, number>;
  return {
    weight: written.w,
    noise: written.n,
    kinds: named(KINDS, written.k),
    outcomes: named([...OUTCOMES, 'none'], written.o),
    link: Float32Array.from(written.l),
    keep: Float32Array.from(written.p),
  };
}
