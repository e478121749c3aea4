// A memory says nothing that its source does not say: this is where that is checked.
import type { Evidence } from '../memory.ts';
import { contentWords } from './words.ts';

/** Between what was tried and why it came to nothing. The only words of a memory that are ours. */
export const FAILED_LABEL = ' → failed: ';

/** The memory's text without our own label. */
export function wordsOfTheSource(text: string): string {
  return text.split(FAILED_LABEL).join(' ; ');
}

/** True when every content word of the text stands in one of the quotes. */
export function isFaithful(text: string, evidence: readonly Evidence[]): boolean {
  const said = new Set<string>();
  for (const { quote } of evidence) for (const word of contentWords(quote)) said.add(word);
  for (const word of contentWords(wordsOfTheSource(text))) if (!said.has(word)) return false;
  return true;
}
