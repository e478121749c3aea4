// An episode → the windows that the encoder reads: the request, then segments behind markers of their roles. The mirror of `training/windows.py`; a
// test holds the two equal on examples that Python wrote. A change here is a change there, and needs the model trained anew.
import type { Role } from '../memory.ts';
import type { EpisodeText } from './encoder.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** In tokens: a window, and of these the request, a segment, and the segments before that only give context. */
const [WINDOW, REQUEST, SEGMENT, CONTEXT] = [320, 32, 96, 48] as const;
const [CLS, SEP] = [101, 102] as const;
const ROLES: readonly Role[] = ['request', 'reply', 'call', 'result', 'edit', 'command', 'commit', 'revert'];
/** [unused0] of the vocabulary: one marker a role, then one a role that failed. */
const FIRST_MARKER = 1;
/** A request is looked at so far, in characters a token. */
const CHARACTERS_A_TOKEN = 12;

/** Where a segment stands in a window. */
export interface Place {
  /** Index in the episode. */
  readonly segment: number;
  /** Position of its marker; its tokens follow, up to `end`. */
  readonly marker: number;
  readonly end: number;
  /** Position of the first token of each of its words, in order; -1 for a word without one. Words beyond the segment's length are missing. */
  readonly words: readonly number[];
}

export interface Window {
  readonly ids: readonly number[];
  /** Of those that are read here; what only gives context is left out. */
  readonly places: readonly Place[];
}

/** Every segment is read in exactly one window. */
export function* windowsOf({ request, segments }: EpisodeText, tokenizer: Pick<TextTokenizer, 'word'>): Generator<Window> {
  const asked = wordsOf(request.slice(0, REQUEST * CHARACTERS_A_TOKEN)).flatMap((word) => tokenizer.word(word));
  const head = [CLS, ...asked.slice(0, REQUEST), SEP];
  const pieces = segments.map(({ role, isFailure, text }) => {
    const ids = [FIRST_MARKER + ROLES.indexOf(role) + (isFailure ? ROLES.length : 0)];
    const starts: number[] = [];
    for (const word of wordsOf(text)) {
      const tokens = tokenizer.word(word);
      if (ids.length + tokens.length > SEGMENT) break;
      starts.push(tokens.length > 0 ? ids.length : -1);
      ids.push(...tokens);
    }
    return { ids, starts };
  });
  const length = (i: number): number => pieces[i]?.ids.length ?? Infinity;
  let next = 0;
  while (next < pieces.length) {
    const ids = [...head];
    const places: Place[] = [];
    let [first, room] = [next, CONTEXT as number];
    while (first > 0 && length(first - 1) <= room) room -= length(--first);
    for (const before of pieces.slice(first, next)) ids.push(...before.ids);
    while (ids.length + length(next) + 1 <= WINDOW) {
      const { ids: own, starts } = pieces[next] ?? { ids: [], starts: [] };
      const marker = ids.length;
      ids.push(...own);
      places.push({ segment: next, marker, end: ids.length, words: starts.map((start) => (start < 0 ? -1 : marker + start)) });
      next += 1;
    }
    yield { ids: [...ids, SEP], places };
  }
}

/** What `keep` speaks of: the runs of a text between white space. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}
