// What the user has marked as private: `<private>…</private>`.
import { tagOf, withoutTagged } from './tagged.ts';

const PRIVATE = tagOf('private', true);

/**
 * The text without its private parts. Case and attributes do not matter, parts may be nested, and the tag may be escaped as in JSON or HTML.
 * A part that is not closed reaches to the end: what may have been meant as private is not kept. Line breaks stay.
 */
export function withoutPrivate(text: string): string {
  return withoutTagged(text, PRIVATE);
}
