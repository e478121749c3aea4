// Of which kind a text is that somebody picked to be remembered. A first proposal for a person who then chooses: no model, the first rule that holds.
import type { Kind } from '../memory.ts';
import { ATTEMPT_FAILED, REASON } from './words.ts';

/** A line that a shell would take: a prompt sign, or a well-known program first. */
const COMMAND =
  /^\s*(?:[$❯%]\s+\S|(?:npm|npx|pnpm|yarn|bun|node|deno|go|cargo|dotnet|python3?|pip3?|uv|pytest|poetry|make|mise|docker|podman|kubectl|helm|git|gh|curl|wget|brew|apt(?:-get)?|mvn|gradle|\.\/gradlew|terraform|ssh|psql|redis-cli|sudo|cd|export|\.\/[\w./-]+)\s+[-\w./@:"'$]+)/;
const RUN_WITH =
  /\b(?:run|start|build|test|deploy|execute|use)\b[^.]{0,40}`[^`]+`|`(?:npm|npx|pnpm|yarn|make|docker|git|cargo|go|pytest)\s[^`]+`/i;
const TODO =
  /\b(?:todo|to-do|fixme|still (?:need|have) to|not (?:done )?yet|follow-?up|next steps?|later(?: on)?\b|needs? to be (?:done|added|fixed|written|removed|replaced|tested))|^\s*(?:[-*]\s*)?\[ \]/i;
const FAILED =
  /\b(?:tried|attempted|we had)\b.{0,120}\b(?:but|fail\w*|broke|crash\w*|did(?:n['’]?t| not)|no (?:luck|use|effect)|reverted)|→\s*failed/i;
const FIX =
  /\b(?:fix(?:e[sd]|ing)?|bug|root cause|culprit|regression|work-?around|was caused by|the (?:error|crash|leak|problem) (?:was|came|is))\b/i;
const DECISION =
  /\b(?:decid\w+|decision|we (?:chose|choose|picked|settled)|chose[n]?|settled on|opt(?:ed)? for|go(?:ing)? with|went with|instead of|rather than|in favou?r of|trade-?off|deliberately|by design|agreed)\b/i;
const PREFERENCE =
  /\b(?:i|we|the team|user) (?:always |never |really )?(?:prefer|like|want|hate|dislike|don['’]t (?:like|want))\b|\bplease\b|\b(?:prefer|no) (?:tabs|spaces|semicolons|emoji)\b|\bmy (?:style|taste|preference)\b|^\s*(?:prefer|favou?r)\b/i;
const PATTERN =
  /\b(?:always|never|must(?: not|n['’]t)?|should(?: not|n['’]t)?|convention|by convention|rule|every|each (?:new )?|make sure|avoid|do not|don['’]t)\b/i;

const RULES: readonly (readonly [Kind, (text: string) => boolean])[] = [
  ['command', (text) => COMMAND.test(text)],
  ['failed_attempt', (text) => FAILED.test(text) || ATTEMPT_FAILED.test(text)],
  ['bug_fix', (text) => FIX.test(text)],
  ['todo', (text) => TODO.test(text)],
  ['decision', (text) => DECISION.test(text)],
  ['preference', (text) => PREFERENCE.test(text)],
  ['command', (text) => RUN_WITH.test(text)],
  ['pattern', (text) => PATTERN.test(text)],
  // A choice with its reason, though no word says "decided".
  ['decision', (text) => /\b(?:we|use|using)\b/i.test(text) && REASON.test(text)],
];

/** What is left describes how things are. */
export function guessKind(text: string): Kind {
  const [first = ''] = text.trim().split('\n');
  return RULES.find(([kind, holds]) => holds(kind === 'command' ? first : text))?.[0] ?? 'architecture';
}
