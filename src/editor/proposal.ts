// Of a selection that is to be remembered, the words that its one-line edit starts from. The selection itself becomes the evidence, as far as that goes.

/** A few sentences, and still a line that one reads over. */
const LONGEST = 400;
/** A selection may be a whole file, and of many blanks. */
const MOST_READ = 20 * LONGEST;
/** Sentences that come to less than this say too little of what was selected: better the words that follow, though the last sentence has no end. */
const LEAST = 100;

/** In one line: a short selection whole; of a long one the first sentences, else the first words and `…`. */
export function proposedText(selection: string): string {
  const line = selection.trimStart().slice(0, MOST_READ).replaceAll(/\s+/g, ' ').trimEnd();
  if (line.length <= LONGEST) return line;
  const sentences = /^.*[.!?](?= )/.exec(line.slice(0, LONGEST + 1))?.[0];
  if (sentences !== undefined && sentences.length >= LEAST) return sentences;
  // One word that long, such as a line of a minified file, is parted between two characters.
  const words = /^.*(?= )/.exec(line.slice(0, LONGEST))?.[0] ?? [...line.slice(0, LONGEST)].slice(0, -1).join('');
  return `${words} …`;
}
