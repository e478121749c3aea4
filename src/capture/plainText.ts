// Text as a reader sees it: without what only steers a terminal or hides from the eye. Goes before the search for secrets, which could
// otherwise be broken up by a colour or by a character of no width.
import stripAnsi from 'strip-ansi';

/** Strings that steer a terminal (title, link, shell marks, graphics), ended by BEL or ST, or cut off at the end of their line. */
const STEERING = /(?:\u001b[\]P_^X]|[\u009d\u0090\u009f\u009e\u0098])[^\u0007\u001b\u009c\n]{0,4096}(?:\u0007|\u001b\\|\u009c|(?=\n|$))/g;
const OTHER_ESCAPES = /\u001b(?:[ -/]{1,3}[0-~]|[0-~])?/g;
/** Backspaces of man pages and progress bars: they take the character before with them. */
const STRUCK_OVER = /[^\n\u0008]\u0008/g;
const CONTROLS = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** Characters that reorder what is seen (bidi embeddings, overrides, isolates), have no width, or spell ASCII unseen (tags). The joiner of emoji stays. */
const UNSEEN = /[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u00ad]|[\u{e0000}-\u{e007f}]/gu;
/** One of those makes the work above worth its time. */
const ANY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\udb40]/;

/**
 * Escape sequences, control characters, overstrikes and unseen characters go; a line that was drawn over (CR) is what was drawn last;
 * NUL and lone surrogates become U+FFFD; CRLF becomes LF. The number of lines stays.
 */
export function plainText(text: string): string {
  const whole = text.toWellFormed();
  if (!ANY.test(whole)) return whole;
  let plain = whole;
  if (/[\u001b\u0080-\u009f]/.test(plain)) plain = stripAnsi(plain.replace(STEERING, '')).replace(OTHER_ESCAPES, '');
  plain = plain.replaceAll('\0', '\ufffd');
  if (plain.includes('\r')) plain = plain.split('\n').map(lastDrawn).join('\n');
  if (plain.includes('\b')) plain = plain.replace(STRUCK_OVER, '');
  return plain.replace(CONTROLS, '').replace(UNSEEN, '');
}

function lastDrawn(line: string): string {
  return !line.includes('\r') ? line : (line.split('\r').findLast((drawn) => drawn.trim() !== '') ?? '');
}
