// What Cairn itself has said comes back in every transcript; it must not be learnt again, or memories would feed on themselves.
import { tagOf, withoutTagged } from './tagged.ts';

const OWN_NAME = 'cairn-memory';
/** A context block begins with this; attributes and `>` follow. */
export const OWN_BEGIN = `<${OWN_NAME}`;
/** A context block ends with this. */
export const OWN_END = `</${OWN_NAME}>`;

/** Not nested: the end of a whole block also ends one that was cut off before it. */
const OWN = tagOf(OWN_NAME, false);

/** The text without context blocks, whole or cut off at the end, as they are or escaped as in JSON or HTML. Line breaks stay. */
export function withoutOwn(text: string): string {
  return withoutTagged(text, OWN);
}

/** Tools by which assistants ask us. A bare name counts too: a host may leave the server's name out. */
const OWN_TOOL = /^(?:.*(?:^|[^a-z0-9])cairn(?:[^a-z0-9]+memory)?[^a-z0-9]+)?(?:recall|remember)$/i;

/** Whether a tool is one of Cairn's, under any of the names that assistants give it: `mcp__cairn__recall`, `cairn-recall`, `mcp_cairn_recall`, `#recall`. */
export function isOwnTool(name: string): boolean {
  return OWN_TOOL.test(name.trim().replace(/^#/, ''));
}
