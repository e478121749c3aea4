// Failures are chains of events, not lines: what was tried, why it failed, what was done instead. Anchored on what happened (a run that failed, a
// sentence that says so, the user's "no"), then followed back to what was tried and forward over the following requests to what replaced it.
import { failureOf, isMeantToFail, tellsWrongWay } from './failureOdds.ts';
import { type Failure } from './finding.ts';
import { type Happening, isRun, runSign } from './outcome.ts';
import { type ReadUnit, logit, sigmoid } from './read.ts';
import { type Segment, isProse } from './segment.ts';
import { share } from './scene.ts';
import { ABANDONED, ADMISSION, ATTEMPT_FAILED, CHATTER, CLAIM, FAILURE, PLAN, REFUTATION } from './words.ts';

/** A session, indexed for following chains. */
export interface Session {
  /** In order of the session. */
  readonly units: readonly ReadUnit[];
  readonly byObservation: ReadonlyMap<number, readonly ReadUnit[]>;
  readonly happenings: readonly Happening[];
}

/** How far back and forward a chain is followed, in observations. */
const BACK = 12;
const FORWARD = 14;

/** From which log-odds of having come to nothing a chain is one, by how it came to light: a run that failed has failed. */
const LEAST: Readonly<Record<Failure['from'], number>> = { run: -Infinity, told: -0.6, refuted: -0.4 };

/** Every chain found, in order of the session; overlapping ones are left for the choice to settle. */
export function failuresOf(session: Session): Failure[] {
  const found: (Failure | undefined)[] = [];
  for (const unit of session.units) found.push(toldIn(unit, session));
  for (const units of session.byObservation.values()) found.push(failedRun(units, session), refutedBy(units, session));
  return found.filter((failure) => failure !== undefined);
}

/** A reply or commit that says in so many words that a try came to nothing. */
function toldIn(unit: ReadUnit, session: Session): Failure | undefined {
  const { role } = unit.segment.observation;
  const { text } = unit.segment;
  if (role !== 'reply' && role !== 'commit' && role !== 'revert') return undefined;
  if (!isProse(unit.segment) || !ATTEMPT_FAILED.test(text) || /\?\s*$/.test(text)) return undefined;
  const isWhole = unit.words.size >= 10 && /\b(?:tried|attempt\w*|using|with|approach|first)\b/i.test(text);
  // The second of two sentences that say so belongs to the first.
  const before = session.byObservation.get(unit.observation)?.some((other) => {
    return other.at < unit.at && unit.at - other.at <= 2 && isProse(other.segment) && ATTEMPT_FAILED.test(other.segment.text);
  });
  if (before) return undefined;
  const tried = isWhole ? [] : triedBefore(unit, session);
  if (tried.length === 0 && unit.words.size < 6) return undefined;
  return failure('told', tried, [unit], replyAfter(unit, session, true), session);
}

/**
 * A command that fails by the way it was run, with what was said or done about it. Tests and builds that fail for the code under work are not
 * attempts: the attempt is the change, and the words that follow tell of it.
 */
function failedRun(units: readonly ReadUnit[], session: Session): Failure | undefined {
  const first = units[0];
  if (!first) return undefined;
  const { observation } = first.segment;
  if (observation.role !== 'result' && observation.role !== 'command') return undefined;
  const call = nearestCall(first, session);
  if (!isRun(observation, call?.segment.observation) || runSign(observation) === 'passed') return undefined;
  const tried = observation.role === 'command' ? units.find(({ segment }) => segment.firstLine === 0) : call;
  if (!tried || isMeantToFail(tried)) return undefined;
  const why = best(units.filter((unit) => unit !== tried && tellsWrongWay(unit.segment.text, tried.segment.text)));
  if (!why) return undefined;
  const again = runAfter(tried, session);
  return failure('run', [tried], [why], again ? [again] : replyAfter(why, session, false), session);
}

/** The next run of a like command that did not fail too. */
function runAfter(tried: ReadUnit, session: Session): ReadUnit | undefined {
  return session.units.find(
    (other) =>
      other.observation > tried.observation &&
      other.observation - tried.observation <= FORWARD &&
      other.episode - tried.episode <= 1 &&
      isCommandLine(other.segment) &&
      other.segment.observation.role === tried.segment.observation.role &&
      other.segment.text !== tried.segment.text &&
      share(tried.words, other.words) >= 0.4 &&
      !session.happenings.some(
        ({ sign, observation }) => sign === 'failed' && (observation === other.observation || observation === other.observation + 1),
      ),
  );
}

/** The user says that the last answer was not right. */
function refutedBy(units: readonly ReadUnit[], session: Session): Failure | undefined {
  const first = units[0];
  if (first?.segment.observation.role !== 'request') return undefined;
  if (!session.happenings.some(({ sign, observation }) => sign === 'refuted' && observation === first.observation)) return undefined;
  const why = best(units.filter(({ segment, words }) => REFUTATION.test(segment.text) && words.size >= 3)) ?? best(units);
  if (!why || why.words.size < 3) return undefined;
  const admission = best(
    session.units.filter(
      ({ episode, segment }) =>
        episode === first.episode && segment.observation.role === 'reply' && isProse(segment) && ADMISSION.test(segment.text),
    ),
  );
  const spoken = new Set([...why.words, ...(admission?.words ?? [])]);
  const named = new Set([...why.names, ...(admission?.names ?? [])]);
  const claimed = session.units.filter(
    ({ episode, segment, words, names }) =>
      episode === first.episode - 1 &&
      segment.observation.role === 'reply' &&
      isProse(segment) &&
      !PLAN.test(segment.text) &&
      (CLAIM.test(segment.text) || /\b(?:chang|updat|add|fix|remov|us|creat|implement|mov|renam)\w*\b/i.test(segment.text)) &&
      (share(named, names) > 0 || share(words, spoken) >= 0.2),
  );
  const tried = best(claimed, (unit) => 2 * share(named, unit.names) + share(spoken, unit.words));
  if (!tried && !admission) return undefined;
  return failure('refuted', tried ? [tried] : [why], tried ? [why] : [admission ?? why], admission && tried ? [admission] : [], session);
}

/** What was being tried when this was said: the nearest earlier call, edit or announcement that speaks of the same thing. */
function triedBefore(unit: ReadUnit, session: Session): ReadUnit[] {
  const near = session.units.filter(
    (other) => other.at < unit.at && unit.observation - other.observation <= BACK && unit.episode - other.episode <= 1,
  );
  const tries = near.filter(
    ({ segment, words, names }) =>
      words.size >= 3 &&
      // A vague sentence ("that did not work") speaks of what was done last, any other of what it names.
      (unit.words.size < 6 || share(names, unit.names) > 0 || share(words, unit.words) >= 0.15) &&
      (isCommandLine(segment) ||
        (isProse(segment) &&
          segment.observation.role === 'reply' &&
          !CHATTER.test(segment.text) &&
          (PLAN.test(segment.text) || /\b(?:tr(?:y|ied|ying)|us(?:e|ing)|chang\w+|add\w*|replac\w+)\b/i.test(segment.text)))),
  );
  const tried = best(
    tries,
    (other) => 1.5 * share(unit.names, other.names) + share(unit.words, other.words) + 1 / (1 + (unit.observation - other.observation)),
  );
  return tried ? [tried] : [];
}

/** What replaced it: the next sentence of the assistant that speaks of a remedy, and of the same thing. */
function replyAfter(unit: ReadUnit, session: Session, sameObservation: boolean): ReadUnit[] {
  const later = session.units.filter(
    (other) =>
      other.at > unit.at &&
      other.observation - unit.observation <= FORWARD &&
      other.episode - unit.episode <= 1 &&
      (sameObservation || other.observation !== unit.observation),
  );
  const remedies = later.filter(
    ({ at, observation, segment, words, names }) =>
      segment.observation.role === 'reply' &&
      isProse(segment) &&
      words.size >= 4 &&
      !/\?\s*$/.test(segment.text) &&
      (!ATTEMPT_FAILED.test(segment.text) || /\b(?:revert|undo|undid|roll)/i.test(segment.text)) &&
      (at - unit.at <= 2 || observation - unit.observation <= 1 || share(unit.names, names) > 0 || share(unit.words, words) >= 0.2) &&
      /\b(?:instead|fix\w*|use|using|replac\w+|switch\w*|chang\w+|revert\w*|restor\w*|remov\w+|solution|because|since|cause|issue (?:is|was)|problem (?:is|was)|rewrit\w*|different)\b/i.test(
        segment.text,
      ),
  );
  const instead = best(
    remedies,
    (other) => share(unit.names, other.names) + share(unit.words, other.words) - 0.08 * (other.observation - unit.observation),
  );
  return instead ? [instead] : [];
}

function nearestCall(unit: ReadUnit, session: Session): ReadUnit | undefined {
  for (let o = unit.observation - 1; o >= unit.observation - 2; o -= 1) {
    const units = session.byObservation.get(o);
    const lines = units?.filter(({ segment }) => segment.observation.role === 'call' && isCommandLine(segment)) ?? [];
    const call = lines.find(({ cues }) => cues.includes('runs')) ?? lines.find(({ segment }) => segment.text.startsWith('`')) ?? lines[0];
    if (call) return call;
  }
  return undefined;
}

function failure(
  from: Failure['from'],
  tried: readonly ReadUnit[],
  why: readonly ReadUnit[],
  instead: readonly ReadUnit[],
  { happenings }: Session,
): Failure | undefined {
  const odds = failureOf([...tried, ...why], happenings);
  if (odds < LEAST[from]) return undefined;
  const isFailed = why.some(({ segment }) => FAILURE.test(segment.text) || ATTEMPT_FAILED.test(segment.text));
  const isAbandoned = !isFailed && [...why, ...instead].some(({ segment }) => ABANDONED.test(segment.text));
  const most = Math.max(...[...tried, ...why].map(({ reading }) => logit(reading.weight)));
  const isWhole = tried.length > 0 && instead.length > 0 ? 0.2 : 0;
  return {
    is: 'failure',
    tried,
    why,
    instead,
    outcome: isAbandoned ? 'abandoned' : 'failed',
    from,
    // At least as heavy as its heaviest part would be by itself, so that the part alone does not take the place of the whole.
    weight: sigmoid(most + (from === 'run' ? 0.3 : 0.15 * Math.max(-2, Math.min(2, odds))) + isWhole),
  };
}

/** A line that was run: not the title which an editor writes over a call. */
function isCommandLine({ shape, text }: Segment): boolean {
  return shape === 'command' && !/<\/?summary|\bTool use:/.test(text);
}

/** The one with the greatest weight (log-odds) plus `more`; the first of equals. */
function best(units: readonly ReadUnit[], more: (unit: ReadUnit) => number = () => 0): ReadUnit | undefined {
  let found: ReadUnit | undefined;
  let most = -Infinity;
  for (const unit of units) {
    const worth = 0.4 * logit(unit.reading.weight) + 2 * more(unit);
    if (worth > most) [found, most] = [unit, worth];
  }
  return found;
}
