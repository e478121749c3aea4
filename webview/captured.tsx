// Captured text on the screen: only ever text, set apart so that it cannot turn its surroundings around, with signs that one does not see made visible, and
// cut so that a line of a megabyte does not hold the page up.
import { useState } from 'preact/hooks';
import { number } from './words.ts';

/** More than a memory or a quote is meant to have: only what is out of order is cut. */
const CUT_AT = 600;
const MOST = 20_000;

// Control signs but tab and line feed, direction marks, invisible spaces and the tag signs; joiners stay, since emoji and scripts need them.
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** Each unseen sign as one that is seen: `␛`, `‹U+202E›`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    if (sign === '\n' || sign === '\t') return sign;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

/** At most `most` characters, no sign cut in two. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}

/** One line of plain words, for lists, dialogs and names: line ends become spaces. */
export function oneLine(text: string, most = CUT_AT): string {
  const shown = visible(cut(text, most).replace(/\s+/g, ' '));
  return text.length > most ? `${shown}…` : shown;
}

/** For a list's row: nothing to press in it. */
export function Line({ text }: { readonly text: string }) {
  return <bdi class="captured">{oneLine(text)}</bdi>;
}

/** Whole text with its lines; what is very long is shown in full (up to 20,000 characters) when asked for. */
export function Captured({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const most = isWhole ? MOST : CUT_AT;
  const isCut = text.length > most;
  return (
    <>
      <bdi class="captured whole">
        {visible(cut(text, most))}
        {isCut && '…'}
      </bdi>
      {isCut && !isWhole && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          Show all
        </button>
      )}
      {isCut && isWhole && (
        <span class="note">
          The first {number(MOST)} of {number(text.length)} characters.
        </span>
      )}
    </>
  );
}
