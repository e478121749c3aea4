/** Signs that turn text around, control and end lines: none of them is needed to read a sentence, and some make it look like another. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

/** The text as one line that is read in the order in which it stands. */
export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, ' ');
