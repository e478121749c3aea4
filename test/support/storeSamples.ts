// Observations and drafts for the tests of the store, whole and valid, with only what a test is about spelled out.
import type { Evidence, MemoryDraft, MemoryId, Observation, ObservationId, Place, SessionId, Settlement } from '../../src/memory.ts';

export const session = (name: string) => name as SessionId;
export const memoryId = (name: string) => name as MemoryId;
export const observationId = (name: string) => name as ObservationId;

export function place(record: string, more: Partial<Place> = {}): Place {
  return { source: 'claude-code', session: session('monday'), record, atMs: 1_000, ...more };
}

export function observation(id: string, more: Partial<Omit<Observation, 'id' | 'place'>> & { place?: Partial<Place> } = {}): Observation {
  return {
    id: observationId(id),
    role: 'reply',
    text: `The text of ${id}.`,
    files: [],
    isFailure: false,
    ...more,
    place: place(`record-${id}`, more.place),
  };
}

export function evidence(quote: string, where: Partial<Place> = {}): Evidence {
  return { place: place('record-1', where), quote };
}

export function draft(text: string, more: Partial<MemoryDraft> = {}): MemoryDraft {
  return {
    kind: 'decision',
    text,
    outcome: null,
    scope: 'project',
    entities: { files: [], symbols: [], commands: [] },
    evidence: [evidence(text)],
    weight: 0.8,
    context: '',
    segments: [],
    ...more,
  };
}

export function settlement(more: Partial<Settlement> = {}): Settlement {
  return { session: session('monday'), source: 'claude-code', settled: [], add: [], replace: [], remove: [], supersede: [], ...more };
}
