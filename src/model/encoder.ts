// What the pipeline asks of the model. Two things can answer: onnxruntime's native build and its WebAssembly one.
import type { Kind, Outcome, Role } from '../memory.ts';

/** A piece of an episode as the encoder sees it: one sentence, list item, or line of output. */
export interface WindowSegment {
  readonly role: Role;
  readonly text: string;
  /** True when the segment stands inside a failed tool result or a command with a non-zero exit code. */
  readonly isFailure: boolean;
  /** Names of what can be seen of it without a model (`compress/cues.ts`); the encoder passes over those that it does not know. */
  readonly cues: readonly string[];
}

/** A request and the segments that followed, in order. The encoder cuts it into windows of its own length. */
export interface EpisodeText {
  /** Empty when no request began the episode. */
  readonly request: string;
  readonly segments: readonly WindowSegment[];
}

/** What the encoder says of one segment. */
export interface SegmentReading {
  /** Probability of each kind given that the segment is evidence of a memory; sums to 1. */
  readonly kinds: Readonly<Record<Kind, number>>;
  /** Calibrated probability that the segment is evidence of something worth keeping, 0 to 1. */
  readonly weight: number;
  /** Probability, 0 to 1, that a careless tool would keep it and should not: plans announced, boasts, chatter. */
  readonly noise: number;
  /** Probability of each outcome; sums to 1. */
  readonly outcomes: Readonly<Record<Outcome | 'none', number>>;
  /** L2-normalised; the inner product of two segments' vectors grows with how likely they tell the same fact. */
  readonly link: Float32Array;
  /** For each word (run between white space) of the text, how likely it belongs to what is worth keeping, 0 to 1; 1 where nothing is known. */
  readonly keep: Float32Array;
}

/** What each cue is worth, in log-odds; one that is not named is worth nothing. */
export interface Weights {
  readonly base: number;
  readonly of: Readonly<Record<string, number>>;
}

/** Fitted to readings of one kind, on sessions that gave them without having been learnt from: with other readings they are other ones. */
export interface FittedWeights {
  /** When two segments tell the same fact. */
  readonly link: Weights;
  /** When what is told came to nothing. */
  readonly failure: Weights;
  /** When a finding, as it is said, tells something that a careful reader would keep. */
  readonly worth: Weights;
  /** Of which kind a fact is. */
  readonly kinds: Readonly<Record<Kind, Weights>>;
  /** Probability of being worth keeping, 0 to 1, from which a finding is kept. */
  readonly keepFrom: number;
  /** Log-odds of having come to nothing from which a fact is told as a failed attempt. */
  readonly failedFrom: number;
}

export interface Encoder {
  /** Changes with the weights: indexes made by another id are rebuilt. */
  readonly id: string;
  /** Length of an embedding. */
  readonly dimensions: number;
  /** For its readings. */
  readonly fitted: FittedWeights;
  /**
   * Embeddings of finished texts, L2-normalised, one each, in order. Texts over 512 tokens are cut at the end.
   * `purpose` matters to models that embed questions and answers differently.
   */
  embed(texts: readonly string[], purpose: 'query' | 'memory'): Promise<Float32Array[]>;
  /** One reading a segment, in order. Costs about one pass over the episode's tokens. */
  read(episode: EpisodeText, signal?: AbortSignal): Promise<SegmentReading[]>;
  dispose(): Promise<void>;
}
