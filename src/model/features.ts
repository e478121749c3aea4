// What the heads see of a segment: the mirror of `training/features.py`. Both read `models/features.json`; a test holds them equal on examples
// that Python dumped. A change here is a change there, and needs the heads trained anew.
import type { Role } from '../memory.ts';
import type { WindowSegment } from './encoder.ts';

/** `features.json` as it stands in the file. */
export interface FeaturePlan {
  /** How many segments before, and after, go into the mean that stands for the surroundings. */
  readonly neighbours: number;
  readonly failureReach: number;
  readonly similarityReach: number;
  /** Roles that the training data hardly knows share the place of the nearest one that it knows. */
  readonly roles: Readonly<Record<Role, number>>;
  readonly cues: readonly { readonly name: string; readonly pattern: string; readonly isCaseSensitive?: boolean }[];
}

const SPACE = /[ \t\r\n\f\v\u00a0]+/g;
const EDGES = /^ +| +$/g;
const MARKER = /^(?:[-*+•>]|#{1,6}|[0-9]{1,3}[.)]) /;
/** The place of replies in `FeaturePlan.roles`. */
const REPLY = 1;

/** Text as it is embedded: white space collapsed; in prose, marks of lists, headings, quotes and bold are gone. */
export function clean(role: Role, text: string): string {
  let out = text.replace(SPACE, ' ').replace(EDGES, '');
  if (role === 'request' || role === 'reply') out = out.replace(MARKER, '').replace(MARKER, '').replaceAll('**', '');
  return out;
}

export class FeatureMaker {
  readonly #plan: FeaturePlan;
  readonly #cues: readonly RegExp[];
  readonly #roleCount: number;

  constructor(plan: FeaturePlan) {
    this.#plan = plan;
    this.#cues = plan.cues.map(({ pattern, isCaseSensitive }) => new RegExp(pattern, isCaseSensitive ? '' : 'i'));
    this.#roleCount = Math.max(...Object.values(plan.roles)) + 1;
  }

  /**
   * One row a segment from `from` to `to`: its embedding, the means of those before and after it, the request's (zeros where there is none), then
   * the scalars. `texts` are cleaned, `vectors` L2-normalised; both are those of the whole episode.
   */
  rows(
    segments: readonly WindowSegment[],
    texts: readonly string[],
    vectors: readonly Float32Array[],
    request: Float32Array,
    from: number,
    to: number,
  ): { readonly rows: Float32Array; readonly width: number } {
    const { neighbours, similarityReach } = this.#plan;
    const layout = this.#layoutOf(segments);
    const made = Array.from({ length: to - from }, (_, offset) => {
      const i = from + offset;
      const own = at(vectors, i);
      const before = mean(vectors.slice(Math.max(0, i - neighbours), i), own.length);
      const after = mean(vectors.slice(i + 1, i + 1 + neighbours), own.length);
      const scalars = [
        ...layout(i),
        cosine(own, request),
        cosine(own, before),
        cosine(own, after),
        nearest(own, vectors.slice(Math.max(0, i - similarityReach), i)),
        nearest(own, vectors.slice(i + 1, i + 1 + similarityReach)),
        ...this.#ofText(at(texts, i)),
      ];
      return { own, before, after, scalars };
    });
    const width = 4 * request.length + (made[0]?.scalars.length ?? 0);
    const rows = new Float32Array(made.length * width);
    made.forEach(({ own, before, after, scalars }, row) => {
      [own, before, after, request].forEach((vector, k) => rows.set(vector, row * width + k * request.length));
      rows.set(scalars, row * width + 4 * request.length);
    });
    return { rows, width };
  }

  /** Role, failures near by, and place: in the episode and in the stretch of one role. */
  #layoutOf(segments: readonly WindowSegment[]): (i: number) => number[] {
    const { roles, failureReach } = this.#plan;
    const n = segments.length;
    const classes = segments.map(({ role }) => roles[role]);
    const starts = classes.flatMap((role, i) => (i === 0 || role !== classes[i - 1] ? [i] : []));
    const runOf = new Int32Array(n);
    starts.forEach((start, run) => runOf.fill(run, start));
    const replyRuns = starts.flatMap((start, run) => (classes[start] === REPLY ? [run] : []));
    const failures = (from: number, to: number) =>
      segments.slice(Math.max(0, from), to).filter(({ isFailure }) => isFailure).length / failureReach;
    return (i) => {
      const run = runOf[i] ?? 0;
      const start = starts[run] ?? 0;
      const end = starts[run + 1] ?? n;
      return [
        ...Array.from({ length: this.#roleCount }, (_, role) => Number(classes[i] === role)),
        Number(segments[i]?.isFailure ?? false),
        failures(i - failureReach, i),
        failures(i + 1, i + 1 + failureReach),
        n > 1 ? i / (n - 1) : 0,
        logShare(i, 8),
        logShare(n - 1 - i, 8),
        logShare(i - start, 5),
        logShare(end - 1 - i, 5),
        Number(run === replyRuns[0]),
        Number(run === replyRuns.at(-1)),
        logShare(starts.length - 1 - run, 5),
      ];
    };
  }

  /** What a cleaned text shows by itself. Lengths count code points, as Python does. */
  #ofText(text: string): number[] {
    const points = [...text].length;
    const length = Math.max(1, points);
    const letters = count(text, /[A-Za-z]/g);
    return [
      logShare(points, 6),
      logShare(text.split(' ').length, 4),
      letters / length,
      count(text, /[A-Z]/g) / Math.max(1, letters),
      count(text, /[0-9]/g) / length,
      count(text, /[!-/:-@[-`{-~]/g) / length,
      ...this.#cues.map((cue) => Number(cue.test(text))),
    ];
  }
}

function logShare(amount: number, scale: number): number {
  return Math.log1p(amount) / scale;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function at<T>(list: readonly T[], i: number): T {
  const item = list[i];
  if (item === undefined) throw new RangeError(`no item ${i} of ${list.length}`);
  return item;
}

function mean(vectors: readonly Float32Array[], dimensions: number): Float32Array {
  const out = new Float32Array(dimensions);
  for (const vector of vectors) for (let k = 0; k < dimensions; k++) out[k]! += vector[k]! / vectors.length;
  return out;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** `own` is of length 1; 0 where the other is all zeros. */
function cosine(own: Float32Array, other: Float32Array): number {
  const norm = Math.sqrt(dot(other, other));
  return norm > 0 ? dot(own, other) / norm : 0;
}

function nearest(own: Float32Array, others: readonly Float32Array[]): number {
  return others.length > 0 ? Math.max(...others.map((other) => dot(own, other))) : 0;
}
