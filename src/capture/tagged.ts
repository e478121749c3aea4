// Cutting out what stands between a tag and its end, in whichever way the transcript's format has escaped the angle brackets.

/** Characters `<` and `>` as they are, as JSON escapes (any depth of backslashes) and as HTML entities (any depth of `&amp;`). */
const LESS = String.raw`(?:<|\\{1,8}u003c|&(?:amp;){0,4}(?:lt|#0{0,4}60|#x0{0,4}3c);)`;
const GREATER = String.raw`(?:>|\\{1,8}u003e|&(?:amp;){0,4}(?:gt|#0{0,4}62|#x0{0,4}3e);)`;
/** Attributes of a tag longer than this are not believed: the tag then ends where this ends. */
const LONGEST_ATTRIBUTES = 300;

export interface Tag {
  readonly pattern: RegExp;
  /** True when an opening tag within an element opens another that wants its own end. */
  readonly isNested: boolean;
}

/** `name` is literal text of letters and hyphens; case does not matter. */
export function tagOf(name: string, isNested: boolean): Tag {
  // `<private/qobject_p.h>` is a path, not a tag. A tag whose end is not in sight (cut off, say) still opens.
  const opening = String.raw`${LESS}\s{0,8}${name}(?:(?:\s[^<>]{0,${LONGEST_ATTRIBUTES}}?)?(/)?\s{0,8}${GREATER}|(?=\s|$))`;
  const closing = String.raw`${LESS}\s{0,8}\\{0,8}(/)\s{0,8}${name}\s{0,8}${GREATER}`;
  return { pattern: new RegExp(`${closing}|${opening}`, 'gi'), isNested };
}

/**
 * Removes the elements of a tag with all that is in them, tags included; one that is not closed reaches to the end of the text.
 * Line breaks within stay, so that the lines that follow keep their numbers. Linear in the length of the text.
 */
export function withoutTagged(text: string, { pattern, isNested }: Tag): string {
  let kept = '';
  let keptTo = 0;
  const cut = (from: number, to: number) => {
    kept += text.slice(keptTo, from) + lineBreaksOf(text.slice(from, to));
    keptTo = to;
  };
  let depth = 0;
  let begin = 0;
  for (const match of text.matchAll(pattern)) {
    const isClosing = match[1] !== undefined;
    const isEmpty = match[2] !== undefined;
    const end = match.index + match[0].length;
    if (isEmpty) {
      if (depth === 0) cut(match.index, end);
    } else if (isClosing) {
      if (depth <= 1) cut(depth === 1 ? begin : match.index, end);
      depth = Math.max(0, depth - 1);
    } else {
      if (depth === 0) begin = match.index;
      if (depth === 0 || isNested) depth += 1;
    }
  }
  if (depth > 0) cut(begin, text.length);
  return kept + text.slice(keptTo);
}

/** The line breaks of a text and nothing else. */
export function lineBreaksOf(text: string): string {
  return text.replace(/[^\n]+/g, '');
}
