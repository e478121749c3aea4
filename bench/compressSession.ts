// One labelled session, made into memories in each of the ways that are compared, and judged.
import type { CompressorPart } from '../src/compress/compress.ts';
import { countTokens } from '../src/inject/tokens.ts';
import type { MemoryDraft, Observation } from '../src/memory.ts';
import type { Encoder } from '../src/model/encoder.ts';
import { openStore } from '../src/store/sqliteStore.ts';
import { firstSentences, salientSentences } from './baselines.ts';
import { entryOf, type Entry } from './entry.ts';
import { stretchesWithoutFacts } from './factless.ts';
import { judge, type Judged } from './judge.ts';
import { readSession, type LabelledSession } from './labels.ts';
import type { Others } from './memoriesFile.ts';
import { overrulesOf, type Overrules } from './overrules.ts';
import { openCompressor, observed, remembering } from './product.ts';
import { BASELINES, WHOLE, WITHOUT } from './ways.ts';

/** What the compressor may spend on a session; the baselines get as much. */
const BUDGET_TOKENS = 800;

export interface CompressedSession {
  readonly label: LabelledSession;
  /** What the product made of it, in order of the evidence. */
  readonly memories: readonly MemoryDraft[];
  /** The name of a way → what it made, judged; in the order in which they are shown, the product as it ships first. */
  readonly ways: ReadonlyMap<string, Judged>;
  /** o200k tokens of what was taken in. */
  readonly inTokens: number;
  /** Of the stretches without facts: their tokens, and the memories that the product makes of them. */
  readonly withoutFacts: { readonly tokens: number; readonly memories: number };
  readonly overrules: Overrules;
  /** Of the processor: the same on a busy machine, and what one core would take. The product as it ships. */
  readonly seconds: number;
  readonly wallSeconds: number;
}

export interface SessionOptions {
  /** Where the sessions are. */
  readonly folder: string;
  readonly model: Encoder | undefined;
  /** Also without each part of the compressor. */
  readonly isInParts: boolean;
  readonly others: readonly Others[];
}

export async function compressSession(label: LabelledSession, options: SessionOptions): Promise<CompressedSession> {
  const { lines, signals } = readSession(options.folder, label.file);
  const observations = await observed(signals);
  // What was timed has been read once: the other ways, and the stretches without facts, need not read it again.
  const encoder = options.model && remembering(options.model);
  const store = openStore(':memory:');
  try {
    const compressor = openCompressor(encoder, store);
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    const { memories } = await compressor.compress(observations);
    const used = process.cpuUsage(cpuBefore);
    const wallSeconds = (performance.now() - startedAt) / 1_000;

    const held = (entries: readonly Entry[]): Judged => judge(entries, label, lines, countTokens);
    const made = held(memories.map(entryOf));
    const ways = new Map<string, Judged>([[WHOLE, made]]);
    if (options.isInParts) {
      for (const [part, name] of Object.entries(WITHOUT) as [CompressorPart, string][]) {
        const compressed = await openCompressor(encoder, store, [part]).compress(observations);
        ways.set(name, held(compressed.memories.map(entryOf)));
      }
    }
    ways.set(BASELINES.firsts, held(firstSentences(observations, BUDGET_TOKENS, countTokens)));
    ways.set(BASELINES.salient, held(salientSentences(observations, BUDGET_TOKENS, countTokens)));
    for (const { name, entriesOf } of options.others) ways.set(name, held(entriesOf(label.file, lines.length)));

    const stretches = stretchesWithoutFacts(observations, label, lines);
    let memoriesWithoutFacts = 0;
    for (const stretch of stretches) memoriesWithoutFacts += (await compressor.compress(stretch)).memories.length;
    return {
      label,
      memories,
      ways,
      inTokens: tokensIn(observations),
      withoutFacts: { tokens: tokensIn(stretches.flat()), memories: memoriesWithoutFacts },
      overrules: await overrulesOf(memories, made, label),
      seconds: (used.user + used.system) / 1e6,
      wallSeconds,
    };
  } finally {
    store.close();
  }
}

const tokensIn = (observations: readonly Observation[]): number => observations.reduce((sum, { text }) => sum + countTokens(text), 0);
