// What the compressor has found before it is put into words: the segments that tell one fact, and what part each plays.
import type { Kind } from '../memory.ts';
import type { ReadUnit } from './read.ts';

export interface Fact {
  readonly is: 'fact';
  readonly anchor: ReadUnit;
  /** One to three others that tell the same fact; none when it stands alone. */
  readonly linked: readonly ReadUnit[];
  /** How likely it is of each kind: log-odds. */
  readonly kinds: Readonly<Record<Kind, number>>;
  readonly weight: number;
}

/** Something tried that came to nothing: links of a chain of events. */
export interface Failure {
  readonly is: 'failure';
  readonly tried: readonly ReadUnit[];
  readonly why: readonly ReadUnit[];
  readonly instead: readonly ReadUnit[];
  readonly outcome: 'failed' | 'abandoned';
  /** How it came to light; weighs differently. */
  readonly from: 'run' | 'told' | 'refuted';
  readonly weight: number;
}

export type Finding = Fact | Failure;

/** The segments, the most telling first. */
export function partsOf(finding: Finding): readonly ReadUnit[] {
  return finding.is === 'fact' ? [finding.anchor, ...finding.linked] : [...finding.why, ...finding.tried, ...finding.instead];
}
