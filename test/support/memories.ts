// Memories for tests, by what matters in them.
import type { Memory, MemoryId, Recollection, SessionId } from '../../src/memory.ts';

/** 2026-03-02, noon UTC. */
export const NOON = Date.UTC(2026, 2, 2, 12);
export const DAY = 24 * 3_600_000;

export type MemoryParts = Partial<Omit<Memory, 'id' | 'session'>> & {
  readonly id?: string;
  readonly session?: string;
  readonly record?: string;
};

export function memory(text: string, parts: MemoryParts = {}): Memory {
  const { id = text, session = 's1', record = text, ...others } = parts;
  const place = { source: 'claude-code', session: session as SessionId, record, atMs: others.atMs ?? NOON } as const;
  return {
    id: id as MemoryId,
    kind: 'decision',
    text,
    outcome: null,
    scope: 'project',
    entities: { files: [], symbols: [], commands: [] },
    evidence: [{ place, quote: text.slice(0, 300) }],
    weight: 0.5,
    context: '',
    segments: [],
    source: 'claude-code',
    session: session as SessionId,
    status: 'active',
    pinned: false,
    isOwn: false,
    atMs: NOON,
    updatedAtMs: NOON,
    ...others,
  };
}

export function recollection(text: string, score: number, parts: MemoryParts = {}): Recollection {
  return { memory: memory(text, parts), score, why: '' };
}
