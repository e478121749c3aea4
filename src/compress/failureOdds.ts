// How likely it is that something came to nothing: what the model read, what is said and what happened, weighed together.
import type { Happening } from './outcome.ts';
import { type ReadUnit, logit } from './read.ts';
import { isOutput, isProse } from './segment.ts';
import { ADMISSION, ATTEMPT_FAILED, NEGATION, NOT_FOUND, RETRY, RUN_FAILED, UNDOING_WORDS, WRONG_WAY } from './words.ts';
import { oddsOf } from './weights.ts';

/** What was looked for is not there. */
const LOOKED_FOR = /^(?:\S+sh:.*)?(?:ls|cat|head|tail|grep|rg|find|sed|wc|stat|tree): .*no such file/i;

/**
 * An error of the way in which `command` was run. That a file which was looked for is not there is none, nor is a program that the command does not
 * name: a shell may miss one at its own start.
 */
export function tellsWrongWay(output: string, command: string): boolean {
  if (!WRONG_WAY.test(output)) return false;
  if (LOOKED_FOR.test(output)) return false;
  const missing = NOT_FOUND.exec(output);
  const program = missing?.[1] ?? missing?.[2];
  return program === undefined || command.includes(program);
}

/** Looking whether something is there, and trying how an error is shown, may fail and nothing is learnt. */
export function isMeantToFail({ segment, cues }: ReadUnit): boolean {
  return cues.includes('reading') || /\becho\b[^;&|]*\$\?|\|\|\s*(?:echo|true)\b/.test(segment.text);
}

/** What is seen of segments that tell one thing together, each 0 or 1, the readings as log-odds within ±4. */
export function failureCues(parts: readonly ReadUnit[], happenings: readonly Happening[]): Record<string, number> {
  const read = (of: (unit: ReadUnit) => number) => {
    const odds = logit(parts.reduce((sum, unit) => sum + of(unit), 0) / parts.length);
    return Math.max(-4, Math.min(4, odds));
  };
  const some = (holds: (unit: ReadUnit) => boolean) => (parts.some(holds) ? 1 : 0);
  const prose = (pattern: RegExp) => some(({ segment }) => isProse(segment) && pattern.test(segment.text));
  const reply = (pattern: RegExp) =>
    some(({ segment }) => segment.observation.role === 'reply' && isProse(segment) && pattern.test(segment.text));
  const episode = Math.max(...parts.map((part) => part.episode));
  const commands = parts.filter(({ segment }) => segment.shape === 'command').map(({ segment }) => segment.text);
  const output = (holds: (unit: ReadUnit) => boolean) =>
    parts.some(isMeantToFail) ? 0 : some((unit) => isOutput(unit.segment) && holds(unit));
  return {
    cameToNothing: read(({ reading }) => reading.outcomes.failed + reading.outcomes.abandoned),
    failedAttempt: read(({ reading }) => reading.kinds.failed_attempt),
    preference: read(({ reading }) => reading.kinds.preference),
    wrongWay: output(({ segment }) => tellsWrongWay(segment.text, commands.join('\n'))),
    runFailed: output(({ segment }) => !LOOKED_FOR.test(segment.text) && (segment.observation.isFailure || RUN_FAILED.test(segment.text))),
    retry: reply(RETRY),
    claim: some(({ cues }) => cues.includes('claim')),
    refuted: happenings.some((it) => it.sign === 'refuted' && it.episode === episode) ? 1 : 0,
    attemptFailed: prose(ATTEMPT_FAILED),
    negation: prose(NEGATION),
    undoing: reply(UNDOING_WORDS),
    still: prose(/\b(?:still|again)\b/i),
    admission: reply(ADMISSION),
  };
}

/** Log-odds that what these tell came to nothing: it failed, or was given up. */
export function failureOf(parts: readonly ReadUnit[], happenings: readonly Happening[]): number {
  const [first] = parts;
  return first ? oddsOf(first.fitted.failure, failureCues(parts, happenings)) : -Infinity;
}
