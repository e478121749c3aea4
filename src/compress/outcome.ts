// Whether something worked is told by what happened after it: exit codes, test runs, undone edits, the user's next words. What the assistant says
// of its own work is a claim, and a claim that nothing confirms has no outcome.
import type { Kind, Observation, Outcome } from '../memory.ts';
import type { ReadUnit } from './read.ts';
import type { Scene } from './scene.ts';
import { isOutput, isProse } from './segment.ts';
import { APPROVAL, FAILURE, REFUTATION, RUN_FAILED, RUN_PASSED, contentWords } from './words.ts';

/** Something that happened and speaks for or against what went before. */
export interface Happening {
  readonly sign: 'passed' | 'failed' | 'undone' | 'refuted' | 'approved';
  /** Which observation of the session, and which episode, from 0. */
  readonly observation: number;
  readonly episode: number;
}

const RUNNER = /bash|shell|terminal|exec|command|powershell|run|test|build/i;
const UNDOING =
  /\bgit (?:checkout (?:--|HEAD|\.|[\w./\\-]+\.\w+)|restore\b(?! --staged)|reset --hard|revert\b|stash\b(?! (?:pop|apply|list))|clean -\w*f)/;

/** How an assistant begins its answer to being told that it was wrong. */
const OWNED_UP =
  /^\W*(?:(?:you['’]re|you are) (?:absolutely |completely |totally )?right\b|i apologi[sz]e|apologies|(?:i['’]m )?sorry\b|my (?:mistake|bad|apologies))/i;

/** All that happened in a session, in order. */
export function happeningsOf(scenes: readonly Scene[]): Happening[] {
  const found: Happening[] = [];
  let number = 0;
  for (const [episode, { episode: work }] of scenes.entries()) {
    for (const [i, observation] of work.observations.entries()) {
      const answer = work.observations.slice(i + 1).find(({ role }) => role === 'reply');
      const sign = signOf(observation, work.observations[i - 1], answer, scenes[episode - 1]?.episode.request);
      if (sign) found.push({ sign, observation: number, episode });
      number += 1;
    }
  }
  return found;
}

function signOf(
  observation: Observation,
  before: Observation | undefined,
  answer: Observation | undefined,
  lastRequest: Observation | undefined,
): Happening['sign'] | undefined {
  switch (observation.role) {
    case 'revert':
      return 'undone';
    case 'call':
      return UNDOING.test(observation.text) ? 'undone' : undefined;
    case 'request': {
      if (!lastRequest) return undefined;
      const start = observation.text.slice(0, 600);
      if (REFUTATION.test(start) || isRepeated(observation.text, lastRequest.text) || (answer && OWNED_UP.test(answer.text)))
        return 'refuted';
      return APPROVAL.test(start) ? 'approved' : undefined;
    }
    case 'result':
    case 'command':
      return isRun(observation, before) ? runSign(observation) : undefined;
    default:
      return undefined;
  }
}

/** True for the output of something that was run, as against a file that was read or searched. */
export function isRun(observation: Observation, before?: Observation): boolean {
  if (observation.role === 'command' || observation.exitCode !== undefined) return true;
  const tool = observation.tool ?? before?.tool;
  if (tool) return RUNNER.test(tool);
  return (
    observation.role === 'result' &&
    before?.role === 'call' &&
    !/"(?:file_path|pattern|glob|query|url)"\s*:|data-tool-type="(?:read|search|write)"/.test(before.text)
  );
}

/** How a run went; undefined when its output does not tell. */
export function runSign(observation: Observation): 'passed' | 'failed' | undefined {
  if (observation.isFailure || (observation.exitCode ?? 0) !== 0 || RUN_FAILED.test(observation.text)) return 'failed';
  return RUN_PASSED.test(observation.text) ? 'passed' : undefined;
}

function isRepeated(text: string, before: string): boolean {
  const words = contentWords(text);
  const earlier = contentWords(before);
  if (words.size < 4 || earlier.size < 4) return false;
  let common = 0;
  for (const word of words) if (earlier.has(word)) common += 1;
  return common / Math.max(words.size, earlier.size) > 0.8;
}

/** Kinds of which it makes sense to say that they worked. The labelled sessions give the others an outcome once in twenty. */
const CAN_WORK: ReadonlySet<Kind> = new Set(['bug_fix', 'command', 'decision']);

/**
 * The outcome of a finding that is not itself a failure: `worked` or nothing. A command is proven by its own run, the rest by a run that passed or
 * the user's word after its last part, within the same request or at the start of the next. Anything against it, in that stretch, between its parts
 * or (but for a repair, whose defect may have failed before) in the parts themselves, leaves it without outcome: to be told as a success and not
 * be one is the worst that a memory can do.
 */
export function outcomeOf(kind: Kind, parts: readonly ReadUnit[], happenings: readonly Happening[]): Outcome | null {
  if (!CAN_WORK.has(kind)) return null;
  const numbers = parts.map((part) => part.observation);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const episode = Math.max(...parts.map((part) => part.episode));
  const failedParts = parts.filter(({ segment }) => isOutput(segment) && runSign(segment.observation) === 'failed');
  if (failedParts.some((part) => kind !== 'bug_fix' || part.observation === last)) return null;
  if (kind !== 'bug_fix' && parts.some(({ segment }) => FAILURE.test(segment.text) || RUN_FAILED.test(segment.text))) return null;
  // A repair is one where somebody says so; an error beside a later run that passed is none.
  const saysRepaired = ({ cues, segment }: ReadUnit) =>
    isProse(segment) && (cues.includes('fix') || cues.includes('claim')) && !cues.includes('plan');
  if (kind === 'bug_fix' && !parts.some(saysRepaired)) return null;
  if (kind === 'command') {
    const runs = parts.filter(({ segment }) => segment.shape === 'command').map(({ observation }) => observation);
    const signs = runs.map((run) => happenings.find((it) => it.observation >= run && it.observation <= run + 1)?.sign);
    return signs.length > 0 && signs.every((sign) => sign === 'passed') ? 'worked' : null;
  }
  const isAgainst = ({ sign }: Happening) => sign === 'failed' || sign === 'undone' || sign === 'refuted';
  if (kind !== 'bug_fix' && happenings.some((it) => it.observation > first && it.observation <= last && isAgainst(it))) return null;
  const after = happenings.filter(
    (it) =>
      it.observation > last &&
      (it.episode === episode || (it.episode === episode + 1 && (it.sign === 'refuted' || it.sign === 'approved'))),
  );
  if (after.some(isAgainst)) return null;
  const isOwnProof = parts.some(({ segment }) => isOutput(segment) && runSign(segment.observation) === 'passed');
  return isOwnProof || after.length > 0 ? 'worked' : null;
}
