// Finds where given texts are repeated inside others, in time that hardly grows with how many are sought. Case, white space and the end of a sentence do not count.

/** Shorter ones ("yes", "npm test") say too little to be sure that it is the same thing being said. In characters. */
const TELLING_LENGTH = 20;
/** Up to here, plain searching, one text after the other, is quicker than going through all words. Measured on 10 MB of observations. */
const FEW = 12;

/** Says of a text whether it repeats one of `texts`; those too short to be telling are not looked for. */
export function echoesOf(texts: Iterable<string>): (text: string) => boolean {
  const sought = [...new Set([...texts].map((text) => plain(text).replace(END, '')))].filter((text) => text.length >= TELLING_LENGTH);
  if (sought.length === 0) return () => false;
  if (sought.length <= FEW) return (text) => includesAny(plain(text), sought);

  // By its longest word, which is seldom met: only there is the rest compared.
  const byWord = new Map<string, { readonly text: string; readonly offset: number }[]>();
  const wordless: string[] = [];
  for (const text of sought) {
    let longest: RegExpExecArray | undefined;
    for (const word of text.matchAll(WORD)) if (!longest || word[0].length > longest[0].length) longest = word;
    if (!longest) wordless.push(text);
    else byWord.set(longest[0], [...(byWord.get(longest[0]) ?? []), { text, offset: longest.index }]);
  }
  return (text) => {
    const hay = plain(text);
    for (const word of hay.matchAll(WORD)) {
      if (byWord.get(word[0])?.some((each) => hay.startsWith(each.text, word.index - each.offset))) return true;
    }
    return includesAny(hay, wordless);
  };
}

/** Of a sentence: who repeats one may go on. */
const END = /[\s.,;:!?…。！？]+$/u;
const WORD = /[\p{L}\p{N}]+/gu;

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/gu, ' ').trim();
}

function includesAny(hay: string, needles: readonly string[]): boolean {
  return needles.some((needle) => hay.includes(needle));
}
