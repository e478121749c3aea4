// The measures of one way of making memories, over all sessions. Shares are 0 to 1; a share of nothing is null.
import { KINDS, type Kind } from '../src/memory.ts';
import { isBad, saysPolarity, type Judged, type JudgedFact } from './judge.ts';
import { interval, mean, percentile, share } from './metrics.ts';

export interface Figures {
  /** Share of the facts that are carried. */
  readonly recall: number | null;
  readonly byKind: Readonly<Partial<Record<Kind, { readonly n: number; readonly recall: number | null }>>>;
  /** Share of the memories that carry a fact. */
  readonly precision: number | null;
  /** Share of the carried facts whose memory is of their kind; null for a way that tells no kinds. */
  readonly kindAccuracy: number | null;
  readonly failures: {
    /** Facts that failed or were abandoned. */
    readonly n: number;
    readonly carried: number | null;
    /** Share of the carried ones whose memory says so, by its outcome or in its words. */
    readonly outcomeKept: number | null;
    /** How many of the carried ones come out as a success. */
    readonly toldAsSuccess: number;
    /** Share of the other carried facts that come out as failed or abandoned. */
    readonly falseFailures: number | null;
  };
  /** Share of the carried facts with words that say which way they go whose memory says so. */
  readonly polarityKept: number | null;
  /** Shares of the memories that carry no fact: on lines marked as noise, and on others. */
  readonly noiseRate: number | null;
  readonly unlabelledRate: number | null;
  /** Share of the memories all of whose content words stand in the lines they cite. */
  readonly faithfulness: number | null;
  /** Memories beyond what one may be: they carry nothing. */
  readonly tooLong: number;
  readonly memoriesPerSession: number | null;
  /** o200k tokens of the memories as an assistant reads them. */
  readonly tokensPerSession: { readonly mean: number | null; readonly median: number | null; readonly p95: number | null };
}

export function figuresOf(sessions: readonly Judged[]): Figures {
  const facts = sessions.flatMap((judged) => judged.facts);
  const entries = sessions.flatMap((judged) => judged.entries);
  const carried = facts.filter(({ carrier }) => carrier);
  const bad = facts.filter(({ fact }) => isBad(fact.outcome));
  const badCarried = bad.filter(({ carrier }) => carrier);
  const otherCarried = carried.filter(({ fact }) => !isBad(fact.outcome));
  const withPolarity = carried.filter(({ fact }) => fact.polarity.length > 0);
  const tellsKinds = entries.some(({ entry }) => entry.kind !== undefined);
  const tokens = sessions.map(tokensOf);
  return {
    recall: recallOf(facts),
    byKind: Object.fromEntries(
      KINDS.map((kind) => {
        const of = facts.filter(({ fact }) => fact.kind === kind);
        return [kind, { n: of.length, recall: recallOf(of) }];
      }),
    ),
    precision: precisionOf(sessions),
    kindAccuracy: tellsKinds ? share(carried, ({ fact, carrier }) => carrier?.kind === fact.kind) : null,
    failures: {
      n: bad.length,
      carried: recallOf(bad),
      outcomeKept: share(badCarried, saysThatItFailed),
      toldAsSuccess: badCarried.filter(({ carrier }) => carrier?.outcome === 'worked').length,
      falseFailures: share(otherCarried, ({ carrier }) => carrier !== undefined && isBad(carrier.outcome)),
    },
    polarityKept: share(withPolarity, (one) => saysWhichWay(one) || (isBad(one.fact.outcome) && saysThatItFailed(one))),
    noiseRate: share(entries, (entry) => entry.facts.length === 0 && entry.isOnNoise),
    unlabelledRate: share(entries, (entry) => entry.facts.length === 0 && !entry.isOnNoise),
    faithfulness: share(entries, (entry) => entry.isFaithful),
    tooLong: entries.filter((entry) => entry.isTooLong).length,
    memoriesPerSession: mean(sessions.map((judged) => judged.entries.length)),
    tokensPerSession: { mean: mean(tokens), median: percentile(tokens, 0.5), p95: percentile(tokens, 0.95) },
  };
}

const saysWhichWay = ({ fact, carrier }: JudgedFact): boolean => carrier !== undefined && saysPolarity(carrier.text, fact.polarity);

const saysThatItFailed = (one: JudgedFact): boolean => one.carrier !== undefined && (isBad(one.carrier.outcome) || saysWhichWay(one));

export const recallOf = (facts: readonly JudgedFact[]): number | null => share(facts, ({ carrier }) => carrier !== undefined);

export function precisionOf(sessions: readonly Judged[]): number | null {
  return share(
    sessions.flatMap((judged) => judged.entries),
    (entry) => entry.facts.length > 0,
  );
}

export const tokensOf = (judged: Judged): number => judged.entries.reduce((sum, { tokens }) => sum + tokens, 0);

/** Fact recall of each session that has facts. */
export const recallBySession = (sessions: readonly Judged[]): number[] => sessions.flatMap(({ facts }) => recallOf(facts) ?? []);

/** What one way has over another. */
export interface Lead {
  /** Difference of fact recall, mean over the sessions that have facts. */
  readonly mean: number | null;
  /** The middle 95 % of what other sessions like these would give. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** `sessions` and `others`: the same sessions in the same order. Session by session, so that hard ones weigh on both. */
export function leadOf(sessions: readonly Judged[], others: readonly Judged[], seed: number): Lead {
  const theirs = recallBySession(others);
  const differences = recallBySession(sessions).map((recall, i) => recall - (theirs[i] as number));
  return { mean: mean(differences), interval: interval(differences, seed) };
}
