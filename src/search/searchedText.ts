// What of a memory is searched: its words by field, and the text that is embedded.
import type { Memory } from '../memory.ts';
import type { Encoder } from '../model/encoder.ts';
import type { WordDocument } from './wordIndex.ts';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** The day as people ask for it: "8 May 2023", in local time. */
function dayOf(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
}

export function wordDocument(memory: Memory): WordDocument {
  const { files, symbols, commands } = memory.entities;
  return {
    id: memory.id,
    text: memory.text,
    names: [...files, ...symbols, ...commands].join('\n'),
    context: `${dayOf(memory.atMs)}\n${memory.kind.replace('_', ' ')}\n${memory.context}`,
  };
}

/**
 * What it says and what stands around its evidence: questions are often put in words of the surroundings. One vector for both finds more than two, or than the
 * text alone (`bench/RESULTS.md`).
 */
export function embeddedText(memory: Pick<Memory, 'text' | 'context'>): string {
  return `${memory.text}\n${memory.context}`;
}

/** Names the vectors that an encoder makes of memories: those of another encoder, or over other texts, do not fit beside them. */
export function vectorsOf(encoder: Pick<Encoder, 'id'>): string {
  return `${encoder.id}/text+context`;
}
