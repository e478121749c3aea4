// What a session told before, what it tells now, and what others have told already → the changes to be stored.
import type { Memory, MemoryDraft, MemoryId, ObservationId, SessionId, SourceId, Settlement } from '../memory.ts';
import { merged, overrides, saysOverride, someEvidence, tellsTheSame } from './merge.ts';

export interface Reconciliation {
  readonly session: SessionId;
  readonly source: SourceId;
  readonly settled: readonly ObservationId[];
  /** Live memories of this session that may be told anew. */
  readonly existing: readonly Memory[];
  /** All that the session leaves now. */
  readonly drafts: readonly MemoryDraft[];
  newId(): MemoryId;
  /** Live memories of other sessions that may tell the same; judged here. */
  findSimilar(draft: MemoryDraft): Promise<readonly Memory[]>;
}

/**
 * A draft whose anchor or text is that of an existing memory keeps its id; one that another session has told is merged into that; the rest is new.
 * Existing ones that nothing tells any more go. Pinned and own memories are never replaced, removed or superseded, and a draft that tells the same as
 * one of them is not added. Doing it twice with the store's answer changes nothing.
 */
export async function reconcile(given: Reconciliation): Promise<Settlement> {
  const { session, source, settled, existing, drafts } = given;
  const add: { id: MemoryId; draft: MemoryDraft }[] = [];
  const replace = new Map<MemoryId, MemoryDraft>();
  const supersede: { older: MemoryId; newer: MemoryId }[] = [];
  const matches = match(existing, drafts);
  const told: { id: MemoryId; draft: MemoryDraft; isFixed: boolean }[] = [];

  for (const draft of drafts) {
    const known = matches.get(draft);
    const similar = !known || saysOverride(draft) ? await given.findSimilar(draft) : [];
    let id: MemoryId;
    if (known) {
      id = known.id;
      if (!isFixed(known)) {
        const anew = withOthers(draft, known, session);
        if (!isUnchanged(known, anew)) replace.set(id, anew);
      }
    } else {
      const same = similar.find((memory) => tellsTheSame(memory, draft));
      if (same) {
        id = same.id;
        if (!isFixed(same)) {
          const both = merged(replace.get(id) ?? same, draft);
          if (!isUnchanged(same, both)) replace.set(id, both);
        }
      } else {
        id = given.newId();
        add.push({ id, draft });
      }
    }
    for (const older of similar)
      if (older.id !== id && !isFixed(older) && isEarlier(older, draft) && overrides(draft, older))
        supersede.push({ older: older.id, newer: id });
    for (const older of told)
      if (older.id !== id && !older.isFixed && overrides(draft, older.draft)) supersede.push({ older: older.id, newer: id });
    told.push({ id, draft, isFixed: known !== undefined && isFixed(known) });
  }

  const kept = new Set([...matches.values()].map(({ id }) => id));
  const remove = existing.filter((memory) => !kept.has(memory.id) && !isFixed(memory)).map(({ id }) => id);
  return { session, source, settled, add, replace: [...replace].map(([id, draft]) => ({ id, draft })), remove, supersede };
}

/** Pairs drafts with existing memories, each at most once: the same anchor first, then the same telling. */
function match(existing: readonly Memory[], drafts: readonly MemoryDraft[]): Map<MemoryDraft, Memory> {
  const pairs = new Map<MemoryDraft, Memory>();
  const left = new Set(existing);
  const pair = (isPair: (memory: Memory, draft: MemoryDraft) => boolean) => {
    for (const draft of drafts) {
      if (pairs.has(draft)) continue;
      for (const memory of left) {
        if (!isPair(memory, draft)) continue;
        pairs.set(draft, memory);
        left.delete(memory);
        break;
      }
    }
  };
  pair((memory, draft) => memory.segments[0] !== undefined && memory.segments[0] === draft.segments[0] && memory.text === draft.text);
  pair((memory, draft) => memory.segments[0] !== undefined && memory.segments[0] === draft.segments[0]);
  pair(tellsTheSame);
  pair((memory, draft) => isFixed(memory) && memory.segments[0] !== undefined && draft.segments.includes(memory.segments[0]));
  return pairs;
}

const isFixed = ({ pinned, isOwn }: Memory): boolean => pinned || isOwn;

const isEarlier = (older: Memory, draft: MemoryDraft): boolean => older.atMs < Math.max(...draft.evidence.map(({ place }) => place.atMs));

/** The draft, with the evidence and segments that the memory had from other sessions: they are not this session's to drop. */
function withOthers(draft: MemoryDraft, known: Memory, session: SessionId): MemoryDraft {
  const others = known.evidence.filter(({ place }) => place.session !== session);
  if (others.length === 0) return draft;
  return {
    ...draft,
    evidence: someEvidence([...draft.evidence, ...others]),
    segments: [...new Set([...draft.segments, ...known.segments])],
  };
}

function isUnchanged(memory: Memory, draft: MemoryDraft): boolean {
  const parts = ({ kind, text, outcome, scope, weight, context, segments, evidence }: MemoryDraft) =>
    JSON.stringify([
      kind,
      text,
      outcome,
      scope,
      weight,
      context,
      segments,
      evidence.map(({ place, lines, quote }) => [place.record, lines, quote]),
    ]);
  return parts(memory) === parts(draft);
}
