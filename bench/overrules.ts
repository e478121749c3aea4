// Whether the product sees that a memory of a session overrules an earlier one of it, where a careful reader said so of the facts that they carry.
import { reconcile } from '../src/compress/reconcile.ts';
import type { MemoryDraft, MemoryId, SessionId } from '../src/memory.ts';
import type { Judged } from './judge.ts';
import type { LabelledFact, LabelledSession } from './labels.ts';

/** Labelled pairs of facts of which the later overrules the earlier. */
export interface Overrules {
  readonly n: number;
  /** Both facts are carried, by two memories. */
  readonly carried: number;
  /** … and the product says of these memories that the one overrules the other. */
  readonly found: number;
}

export async function overrulesOf(memories: readonly MemoryDraft[], judged: Judged, label: LabelledSession): Promise<Overrules> {
  const found = await foundBy(memories, label.file);
  const carrierOf = (fact: LabelledFact): string | undefined => judged.facts.find((one) => one.fact === fact)?.carrier?.text;
  const pairs = label.facts.flatMap((fact) => {
    const older = typeof fact.supersedes === 'number' ? label.facts[fact.supersedes] : undefined;
    return older ? [{ older: carrierOf(older), newer: carrierOf(fact) }] : [];
  });
  const carried = pairs.filter(({ older, newer }) => older !== undefined && newer !== undefined && older !== newer);
  return {
    n: pairs.length,
    carried: carried.length,
    found: carried.filter((pair) => found.some(({ older, newer }) => older === pair.older && newer === pair.newer)).length,
  };
}

/** Asks the product which of a session's memories overrule others of it; as their texts. */
async function foundBy(
  memories: readonly MemoryDraft[],
  session: string,
): Promise<{ older: string | undefined; newer: string | undefined }[]> {
  let ids = 0;
  const { add, supersede } = await reconcile({
    session: session as SessionId,
    source: 'vscode-chat',
    settled: [],
    existing: [],
    drafts: memories,
    newId: () => `m${++ids}` as MemoryId,
    findSimilar: async () => [],
  });
  const textOf = new Map(add.map(({ id, draft }) => [id, draft.text]));
  return supersede.map(({ older, newer }) => ({ older: textOf.get(older), newer: textOf.get(newer) }));
}
