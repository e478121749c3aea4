// What an assistant is given, what it would be given, and what was: blocks for occasions, and the ledger of them. One way to a block, whoever looks.
import { rowOf, type GivenSlice, type Preview, type PreviewQuery } from '../browsing.ts';
import type { ContextBlock, MemoryId, Observation, Occasion, Query, Recollection, SessionId } from '../memory.ts';
import type { Retriever } from '../retrieve/retrieve.ts';
import type { Giving as Given, Store } from '../store/store.ts';
import { chooseContextBlock, renderContextBlock, type ChosenBlock } from './contextBlock.ts';
import { sessionStartMemories, type SessionStart } from './sessionStart.ts';
import { createUseWatch, type PastSession } from './useWatch.ts';

const PROMPT_CANDIDATES = 24;
/** What a session start gets at most when nobody but the digest answers; the default of the setting. */
const DIGEST_TOKENS = 800;
/** Weeks of the ledger that are shown. */
const WEEKS = 12;
/** Older ones than so many are left to recall. */
const SESSION_START_CANDIDATES = 1_000;

/** What a block is made for: an occasion, whoever asks. */
export type Situation = PreviewQuery['occasion'] & { readonly atMs: number };

export interface GivingParts {
  readonly store: Store;
  readonly retriever: Retriever;
  /** o200k tokens of a text. */
  readonly countTokens: (text: string) => number;
  /** What stands around a question that is put now. */
  readonly around: (atMs: number) => Pick<Query, 'files' | 'recent' | 'branch'>;
  /** Tells the user's other store which of its memories were given here, or found used. */
  readonly countUsesElsewhere?: ((given: readonly MemoryId[], used: readonly MemoryId[]) => void) | undefined;
  readonly now: () => number;
  /** The ledger has changed. */
  readonly onChange: () => void;
}

export interface Giving {
  /**
   * The block for an occasion, within the budget, without what the session was given already; undefined when nothing is worth saying.
   * `others`: what the user's global store would say, best first. Writes into the ledger what it gives.
   */
  context(occasion: Occasion, budgetTokens: number, others: Promise<readonly Recollection[]>): Promise<ContextBlock | undefined>;
  /** What `context` would answer, by the same way; writes nothing. */
  preview(query: PreviewQuery, budgetTokens: number, others: Promise<readonly Recollection[]>): Promise<Preview>;
  /** What a session start gets where nobody answers, perhaps much later: of what is open now it says nothing. */
  digest(): ContextBlock | undefined;
  /** The ledger, newest first. Rows of memories of other stores are left to whoever knows them. */
  given(beforeMs: number | undefined, limit: number): GivenSlice;
  /** Puts into the ledger what a model was told that asked by itself. */
  recordAsked(asked: Omit<Given, 'occasion' | 'tokens'> & { readonly text: string }): void;
  /** Notes which memories came back in what was taken in. */
  follow(observations: readonly Observation[]): void;
}

export function createGiving({ store, retriever, countTokens, around, countUsesElsewhere, now, onChange }: GivingParts): Giving {
  const useWatch = createUseWatch(givenBefore);

  const forSessionStart = (start: SessionStart): Recollection[] => sessionStartMemories(store.newest(SESSION_START_CANDIDATES), start);

  /** Looks only: nothing is written. */
  async function blockFor(
    situation: Situation,
    session: SessionId | undefined,
    budgetTokens: number,
    others: Promise<readonly Recollection[]>,
  ): Promise<ChosenBlock> {
    const { atMs } = situation;
    const own =
      situation.kind === 'session_start'
        ? forSessionStart({ atMs, ...around(atMs) })
        : retriever.recall({ text: situation.prompt, atMs, limit: PROMPT_CANDIDATES, ...around(atMs) }, { manner: 'unasked' });
    const found = (await Promise.all([own, others])).flat().sort((a, b) => b.score - a.score);
    return chooseContextBlock(found, budgetTokens, countTokens, { atMs, skip: keptFrom(session) });
  }

  /** What a session (absent: the one that starts next) is not given: what it has already, and what a person keeps from it. */
  function keptFrom(session: SessionId | undefined): ReadonlySet<MemoryId> {
    return new Set([...(session === undefined ? [] : store.givenTo(session)), ...store.heldBack(session)]);
  }

  function record(giving: Given): void {
    store.recordGiving(giving);
    const others = giving.memories.filter((id) => !store.has(id));
    if (others.length > 0) countUsesElsewhere?.(others, []);
    onChange();
  }

  function givenBefore(session: SessionId): PastSession | undefined {
    const givings = store.givingsTo(session);
    if (givings.length === 0) return undefined;
    return {
      givings: givings.map(({ memories, used, occasion, atMs }) => ({
        session,
        memories: memories.filter((id) => !used.includes(id)).flatMap((id) => store.get(id) ?? []),
        atMs,
        isNameless: occasion === 'asked',
      })),
      observations: store.observationsOf(session),
    };
  }

  return {
    async context(occasion, budgetTokens, others) {
      const { session, assistant, kind, atMs } = occasion;
      // A compaction or a clear takes from the assistant what it was given; a resumed session still has it.
      if (occasion.kind === 'session_start' && occasion.source !== 'resume') store.resetGivings(session);
      if (occasion.kind === 'session_start' && occasion.source === 'startup') store.nextIs(session);
      const { block, lines } = await blockFor(occasion, session, budgetTokens, others);
      if (!block || now() > (occasion.answerByMs ?? Infinity)) return undefined;
      const memories = lines.map(({ recollection }) => recollection.memory);
      useWatch.gave({ session, memories, atMs, ...(occasion.kind === 'prompt' && { prompt: occasion.prompt }) });
      record({ session, assistant, occasion: kind, memories: block.memories, tokens: block.tokens, atMs });
      return block;
    },

    async preview({ occasion, session, atMs }, budgetTokens, others) {
      const { block, lines, leftOut } = await blockFor({ ...occasion, atMs }, session, budgetTokens, others);
      const foreign = new Map((await others).map(({ memory }) => [memory.id, rowOf(memory)]));
      const rows = store.rowsOf([...lines.map(({ recollection }) => recollection.memory.id), ...store.heldBack(session)]);
      return {
        text: block?.text ?? '',
        tokens: block?.tokens ?? 0,
        budgetTokens,
        frameTokens: Math.max(0, (block?.tokens ?? 0) - lines.reduce((sum, line) => sum + line.tokens, 0)),
        lines: lines.map(({ recollection: { memory, why, score }, text, tokens }) => ({
          row: rows.get(memory.id) ?? rowOf(memory),
          line: text,
          tokens,
          why,
          score,
        })),
        heldBack: [...store.heldBack(session)].flatMap((id) => rows.get(id) ?? foreign.get(id) ?? []),
        leftOut,
      };
    },

    digest() {
      const options = { atMs: now(), skip: store.heldBack(undefined) };
      return renderContextBlock(forSessionStart({ atMs: now() }), DIGEST_TOKENS, countTokens, options);
    },

    given(beforeMs, limit) {
      const givings = store.givings(limit, beforeMs);
      const rows = store.rowsOf([...new Set(givings.flatMap(({ memories }) => memories))]);
      const last = givings.at(-1);
      return {
        givings: givings.map(({ memories, used, ...giving }) => ({
          ...giving,
          memories: memories.map((id) => {
            const row = rows.get(id);
            return { id, isUsed: used.includes(id), ...(row && { row }) };
          }),
        })),
        hasMore: last !== undefined && store.givings(1, last.atMs).length > 0,
        weeks: store.weeks(WEEKS),
      };
    },

    recordAsked({ session, assistant, memories, text, atMs }) {
      const given = memories.flatMap((id) => store.get(id) ?? []);
      useWatch.gave({ session, memories: given, atMs, isNameless: true });
      record({ session, assistant, occasion: 'asked', memories, tokens: countTokens(text), atMs });
    },

    follow(observations) {
      for (const [session, found] of useWatch.take(observations)) {
        const used = store.markUsed(session, found);
        const others = used.filter((id) => !store.has(id));
        if (others.length > 0) countUsesElsewhere?.([], others);
        if (used.length > 0) onChange();
      }
    },
  };
}
