// How likely a memory is to be of use: pure formulas. One table of weights for everything that asks.
//
// Figures come from the questions for development (`bench/questions/development.jsonl`) and the odd conversations of LoCoMo (turns as memories), half each, by
// the likelihood of the gold among all candidates (softmax); see `bench/`. What these cannot teach (files, kinds, age, pins) has small weights by judgement:
// they settle near-ties and no more.
import { isFailure, type Kind, type Memory, type RecallManner } from '../memory.ts';

/** A memory that words or vectors brought up, with all that ranking looks at. */
export interface Candidate {
  readonly memory: Memory;
  /** BM25+ of the query's text; 0 when no word matched. */
  readonly words: number;
  /** BM25+ of what surrounds the query (recent commands, the branch); 0 likewise. */
  readonly aroundWords: number;
  /** Share of the query's rarity that matched, 0 to 1. */
  readonly coverage: number;
  /** Cosine similarity; absent without a model or for a memory that has no vector yet. */
  readonly similarity?: number;
  /** Which one it is of its session, in order of time; neighbours differ by one. */
  readonly position: number;
}

/** What the ranking knows of the query besides the candidates. */
export interface Asked {
  /** The query's words as typed, for the kind of question. */
  readonly text: string;
  readonly files: readonly string[];
  readonly atMs: number;
  /** Mean and deviation of the similarity to memories at large. */
  readonly spread?: { readonly mean: number; readonly deviation: number };
}

export interface Features {
  readonly words: number;
  readonly nearWords: number;
  readonly sessionWords: number;
  readonly coverage: number;
  readonly meaning: number;
  readonly nearMeaning: number;
  readonly sessionMeaning: number;
  readonly aroundWords: number;
  readonly asks: number;
  readonly recency: number;
  readonly files: number;
  readonly kind: number;
  readonly pinned: number;
}

/** What each feature counts. The first seven and `asks` were fitted together, then rounded; the others are judgement, not measured. */
export const WEIGHTS: Features = {
  words: 0.33,
  nearWords: 0.12,
  sessionWords: 0.76,
  coverage: 0.74,
  meaning: 0.25,
  nearMeaning: 0.12,
  sessionMeaning: 0.15,
  asks: -0.53,
  aroundWords: 0.25,
  recency: 0.08,
  files: 0.2,
  kind: 0.12,
  pinned: 0.1,
};

export interface Ranked {
  readonly candidate: Candidate;
  readonly features: Features;
  /** Sum of the weighted features: orders the candidates of one query, says nothing across queries. */
  readonly strength: number;
  /** Probability of being of use, 0 to 1. In the order of `strength` within a query. */
  readonly score: number;
}

/** Best first; ties by id, so that the same question has the same answer. */
export function rank(candidates: readonly Candidate[], asked: Asked): Ranked[] {
  const sessions = bySession(candidates);
  const wordsOf = normalised(candidates.map((c) => [c.memory.id, c.words]));
  const aroundOf = normalised(candidates.map((c) => [c.memory.id, c.aroundWords]));
  const nearOf = normalised(candidates.map((c) => [c.memory.id, nearWords(c, sessions)]));
  const sessionOf = normalised([...sessions].map(([session, members]) => [session, sessionWords(members)]));
  const fits = kindsAskedFor(asked.text);
  const coverage = candidates.reduce((max, candidate) => Math.max(max, candidate.coverage), 0);
  const trust = trustInWords(coverage);
  const ranked = candidates.map((candidate) => {
    const { memory } = candidate;
    const members = sessions.get(memory.session) ?? [];
    const features: Features = {
      words: trust * (wordsOf.get(memory.id) ?? 0),
      nearWords: trust * (nearOf.get(memory.id) ?? 0),
      sessionWords: trust * (sessionOf.get(memory.session) ?? 0),
      coverage: candidate.coverage,
      meaning: meaning(candidate, asked),
      nearMeaning: nearMeaning(candidate, members, asked),
      sessionMeaning: sessionMeaning(members, asked),
      aroundWords: aroundOf.get(memory.id) ?? 0,
      asks: asks(memory),
      recency: recency(memory, asked.atMs),
      files: fileAffinity(memory, asked.files),
      kind: kindFit(memory, fits),
      pinned: Number(memory.pinned),
    };
    return { candidate, features, strength: strengthOf(features) };
  });
  ranked.sort((a, b) => b.strength - a.strength || (a.candidate.memory.id < b.candidate.memory.id ? -1 : 1));
  const score = usefulness(ranked[0]?.strength ?? 0, coverage, asked);
  return ranked.map((one) => ({ ...one, score: score(one) }));
}

function strengthOf(features: Features): number {
  let sum = 0;
  for (const name of Object.keys(WEIGHTS) as (keyof Features)[]) sum += WEIGHTS[name] * features[name];
  return sum;
}

/** Each value divided by the greatest (max-norm): BM25 has no upper bound, and one query's scores say nothing of another's. */
function normalised<K>(values: readonly (readonly [K, number])[]): Map<K, number> {
  const greatest = values.reduce((max, [, value]) => Math.max(max, value), 0);
  return new Map(values.map(([key, value]) => [key, greatest > 0 ? value / greatest : 0]));
}

/** The share of a query's rarity that must match for its words to count in full. Of .3, .5, .7 and 1 on the questions for development; .5 costs LoCoMo least of what helps them. */
const TRUSTED_COVERAGE = 0.5;

/**
 * 0 to 1: how far the query's words say what it is about. Where none of its rarer words stands in any memory (it is put in other words), the best match of
 * the common ones is still the best match, and means little: then meaning decides.
 */
function trustInWords(coverage: number): number {
  return Math.min(1, coverage / TRUSTED_COVERAGE);
}

/** Weight of a neighbour one and two places away in its session. */
const KERNEL = [1, 0.5];

function neighbours(candidate: Candidate, members: readonly Candidate[]): { readonly other: Candidate; readonly weight: number }[] {
  return members.flatMap((other) => {
    const weight = KERNEL[Math.abs(other.position - candidate.position) - 1];
    return weight === undefined || other === candidate ? [] : [{ other, weight }];
  });
}

/** Σ weight · words over the neighbours: what stands beside a hit is often the answer to it. */
function nearWords(candidate: Candidate, sessions: ReadonlyMap<string, readonly Candidate[]>): number {
  return neighbours(candidate, sessions.get(candidate.memory.session) ?? []).reduce(
    (sum, { other, weight }) => sum + weight * other.words,
    0,
  );
}

/** √Σ words² over the session's hits: a session that speaks of it often, without long ones winning by length alone. */
function sessionWords(members: readonly Candidate[]): number {
  return Math.sqrt(members.reduce((sum, member) => sum + member.words ** 2, 0));
}

/** The z-score of the similarity, (cos − mean) / deviation, from −2 to 6: a model's cosines stand close together, and differently for each query. */
function meaning(candidate: Candidate, asked: Asked): number {
  if (candidate.similarity === undefined || !asked.spread) return 0;
  return Math.min(6, Math.max(-2, (candidate.similarity - asked.spread.mean) / asked.spread.deviation));
}

/** Weighted mean of the neighbours' z-scores. */
function nearMeaning(candidate: Candidate, members: readonly Candidate[], asked: Asked): number {
  let sum = 0;
  let weights = 0;
  for (const { other, weight } of neighbours(candidate, members)) {
    if (other.similarity === undefined) continue;
    sum += weight * meaning(other, asked);
    weights += weight;
  }
  return weights > 0 ? sum / weights : 0;
}

/** Mean of the three best z-scores of the session. */
function sessionMeaning(members: readonly Candidate[], asked: Asked): number {
  const best = members.map((member) => meaning(member, asked)).sort((a, b) => b - a);
  return best.slice(0, 3).reduce((sum, z) => sum + z, 0) / 3;
}

/** 1 for a memory that asks: a question repeats the words of a question, and answers nothing. */
function asks(memory: Memory): number {
  return Number(/[?？]\s*$/.test(memory.text));
}

/** Age at which a memory has lost half of its recency. */
const HALF_LIFE_MS = 30 * 24 * 3_600_000;

/** 1 / (1 + age / half-life), 1 to 0: falls quickly at first and never to nothing. No cut-off. */
export function recency(memory: Memory, atMs: number): number {
  return 1 / (1 + Math.max(0, atMs - memory.atMs) / HALF_LIFE_MS);
}

/** 1 when the memory is of the active file, .6 of another open one, .25 of a file in the same folder; 0 otherwise. */
export function fileAffinity(memory: Memory, files: readonly string[]): number {
  if (files.length === 0) return 0;
  const own = [
    ...memory.entities.files,
    ...memory.evidence.flatMap((evidence) => (evidence.place.source === 'edits' ? (evidence.place.path ?? []) : [])),
  ];
  let best = 0;
  for (const [i, file] of files.entries()) {
    for (const other of own) {
      if (isSameFile(file, other)) best = Math.max(best, i === 0 ? 1 : 0.6);
      else if (folderOf(file) !== '' && isSameFile(folderOf(file), folderOf(other))) best = Math.max(best, 0.25);
    }
  }
  return best;
}

/** One of the two may be relative: whole trailing parts must agree. */
export function isSameFile(a: string, b: string): boolean {
  const one = `/${a.replace(/\\/g, '/').replace(/^\/+|^\.\//, '')}`;
  const other = `/${b.replace(/\\/g, '/').replace(/^\/+|^\.\//, '')}`;
  return one.length > 1 && other.length > 1 && (one.endsWith(other) || other.endsWith(one));
}

function folderOf(file: string): string {
  const slashed = file.replace(/\\/g, '/');
  return slashed.slice(0, Math.max(0, slashed.lastIndexOf('/')));
}

/** Words that ask for a kind of memory. */
const ASKS_FOR: readonly (readonly [RegExp, readonly Kind[]])[] = [
  [/\b(?:decid\w*|decision|why|chose|choose|instead of|rather than|agreed?)\b/i, ['decision', 'architecture']],
  [
    /\b(?:tried|try|attempt\w*|fail\w*|did(?:n't| not) work|does(?:n't| not) work|again|still|went wrong)\b/i,
    ['failed_attempt', 'bug_fix'],
  ],
  [/\b(?:bug|fix\w*|error|broke\w*|crash\w*|exception|regression|stack trace)\b/i, ['bug_fix', 'failed_attempt']],
  [/\b(?:run|command|start|build|deploy|install|script|how do (?:i|we|you))\b/i, ['command']],
  [/\b(?:prefer\w*|always|never|style|convention|like it)\b/i, ['preference', 'pattern']],
  [/\b(?:todo|next|left|remaining|open|unfinished|later)\b/i, ['todo']],
  [/\b(?:where|structure|architecture|module|layer|which file|organi[sz]ed|flow)\b/i, ['architecture', 'pattern']],
];

function kindsAskedFor(text: string): ReadonlySet<Kind> {
  return new Set(ASKS_FOR.flatMap(([pattern, kinds]) => (pattern.test(text) ? kinds : [])));
}

/** 1 when the question asks for this kind; else half of how much the memory is worth keeping (its weight). A failure counts as one, whatever its kind. */
function kindFit(memory: Memory, fits: ReadonlySet<Kind>): number {
  return fits.has(memory.kind) || (isFailure(memory.outcome) && fits.has('failed_attempt')) ? 1 : 0.5 * memory.weight;
}

function bySession(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const sessions = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const members = sessions.get(candidate.memory.session);
    if (members) members.push(candidate);
    else sessions.set(candidate.memory.session, [candidate]);
  }
  return sessions;
}

// --- the floor

/**
 * Logistic regression of "is of use": on the share of the query's rarity that the best candidate covers, on the strength, and on how far it is behind the first. Fitted on
 * the first ten answers to each of the questions for development, with the gold in the store and with the gold left out. Rises with the strength, so that one order
 * serves the list, the floor and the block. The greatest z-score, the gap to the tenth, own coverage and z-score apart were tried: they tell no more beside these.
 */
export const FLOOR_MODEL = {
  both: { constant: -5.42, coverage: 1.66, strength: 0.93, behind: 0.99 },
  words: { constant: -7.55, coverage: 2.59, strength: 2.5, behind: 1.45 },
};

/**
 * Least scores, by who asks: of the best one, or nothing is said; and of what then comes along with it.
 * `unasked`: of the answerable questions for development .74 get nothing once their gold is left out, of those held out .70. What comes along costs none of that silence: from .16 down to .08 it
 * brings a right memory to two more of a hundred questions, and one memory in twenty is of another session then. Without any floor .58 and .67 of the stored answers would be in the block.
 * `asked`: whoever asks can judge, and questions in other words score a few hundredths though the right memory stands first; below are questions about nothing that the store knows.
 */
export const FLOORS: Readonly<Record<RecallManner, { readonly best: number; readonly others: number }>> = {
  typing: { best: 0, others: 0 },
  asked: { best: 0.015, others: 0.015 },
  unasked: { best: 0.16, others: 0.08 },
};

/** `best`: the strength of the first; `coverage`: of the one that covers most. */
function usefulness(best: number, coverage: number, asked: Asked): (one: Omit<Ranked, 'score'>) => number {
  const model = asked.spread ? FLOOR_MODEL.both : FLOOR_MODEL.words;
  const base = model.constant + model.coverage * coverage;
  return ({ strength }) => 1 / (1 + Math.exp(-(base + model.strength * strength - model.behind * (best - strength))));
}
