// Failures are chains of events, not lines: what was tried, why it failed, what was done instead. Anchored on what happened (a run that failed, a
// sentence that says so, the user's "no"), then followed back to what was tried and forward over the following requests to what replaced it.
import { type Failure } from './finding.ts';
import { type Happening, isRun, runSign } from './outcome.ts';
import { type ReadUnit, likeliestKind, logit, sigmoid } from './read.ts';
import { share } from './scene.ts';
import { ABANDONED, ATTEMPT_FAILED, CHATTER, CLAIM, FAILURE, PLAN, REFUTATION, WRONG_WAY } from './words.ts';

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

/** Log-odds of a chain being worth keeping, by how it came to light, over the mean of its parts. Guesses, not fitted. */
const FROM = { run: -0.2, told: 0.9, refuted: 0.3 } as const;

/** Every chain found, in order of the session; overlapping ones are left for the choice to settle. */
export function failuresOf(session: Session): Failure[] {
  const found: Failure[] = [];
  for (const unit of session.units) {
    const told = toldIn(unit, session);
    if (told) found.push(told);
  }
  for (const units of session.byObservation.values()) {
    const run = failedRun(units, session);
    if (run) found.push(run);
    const refuted = refutedBy(units, session);
    if (refuted) found.push(refuted);
  }
  return found;
}

/** A reply or commit that says in so many words that a try came to nothing. */
function toldIn(unit: ReadUnit, session: Session): Failure | undefined {
  const { role } = unit.segment.observation;
  const { text, shape } = unit.segment;
  if (role !== 'reply' && role !== 'commit' && role !== 'revert') return undefined;
  if (shape !== 'sentence' && shape !== 'item') return undefined;
  if (!ATTEMPT_FAILED.test(text) || /\?\s*$/.test(text)) return undefined;
  const tried = /\b(?:tried|attempt\w*|using|with|approach|first)\b/i.test(text) && unit.words.size >= 10 ? [] : triedBefore(unit, session);
  if (tried.length === 0 && unit.words.size < 6) return undefined;
  return failure('told', tried, [unit], insteadAfter(unit, session, true));
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
  if (!isRun(observation, call?.segment.observation) || runSign(observation) !== 'failed') return undefined;
  const why = best(units.filter(({ segment }) => WRONG_WAY.test(segment.text)));
  const tried = observation.role === 'command' ? units.find(({ segment }) => segment.firstLine === 0) : call;
  if (!why || !tried || tried === why) return undefined;
  return failure('run', [tried], [why], insteadAfter(why, session, false));
}

/** The user says that the last answer was not right. */
function refutedBy(units: readonly ReadUnit[], session: Session): Failure | undefined {
  const first = units[0];
  if (first?.segment.observation.role !== 'request') return undefined;
  if (!session.happenings.some(({ sign, observation }) => sign === 'refuted' && observation === first.observation)) return undefined;
  const why = units.find(({ segment }) => REFUTATION.test(segment.text)) ?? best(units);
  if (!why || why.words.size < 3) return undefined;
  const earlier = session.units.filter(({ episode, segment }) => episode === first.episode - 1 && segment.observation.role !== 'request');
  const claimed = earlier.filter(
    ({ segment }) => isProse(segment.shape) && (CLAIM.test(segment.text) || /\b(?:chang|updat|add|fix|remov|us)\w*\b/i.test(segment.text)),
  );
  const tried = best(claimed, (unit) => 2 * share(why.names, unit.names) + share(why.words, unit.words));
  if (!tried) return undefined;
  return failure('refuted', [tried], [why], insteadAfter(why, session, true));
}

/** What was being tried when this was said: the nearest earlier call, edit or announcement that speaks of the same thing. */
function triedBefore(unit: ReadUnit, session: Session): ReadUnit[] {
  const near = session.units.filter(
    (other) => other.at < unit.at && unit.observation - other.observation <= BACK && unit.episode - other.episode <= 1,
  );
  const tries = near.filter(
    ({ segment, words }) =>
      words.size >= 3 &&
      (segment.shape === 'command' ||
        (isProse(segment.shape) &&
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

/** What replaced it: the next sentence of the assistant that speaks of a remedy, else the next run of a like command that passed. */
function insteadAfter(unit: ReadUnit, session: Session, sameObservation: boolean): ReadUnit[] {
  const later = session.units.filter(
    (other) =>
      other.at > unit.at &&
      other.observation - unit.observation <= FORWARD &&
      other.episode - unit.episode <= 1 &&
      (sameObservation || other.observation !== unit.observation),
  );
  const remedies = later.filter(
    ({ segment, words }) =>
      segment.observation.role === 'reply' &&
      isProse(segment.shape) &&
      words.size >= 4 &&
      !/\?\s*$/.test(segment.text) &&
      !ATTEMPT_FAILED.test(segment.text) &&
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
    const call = units?.find(({ segment }) => segment.observation.role === 'call' && segment.shape === 'command');
    if (call) return call;
  }
  return undefined;
}

function failure(from: Failure['from'], tried: readonly ReadUnit[], why: readonly ReadUnit[], instead: readonly ReadUnit[]): Failure {
  const told = [...tried, ...why, ...instead];
  const isFailed = why.some(({ segment }) => FAILURE.test(segment.text) || ATTEMPT_FAILED.test(segment.text));
  const isAbandoned = !isFailed && [...why, ...instead].some(({ segment }) => ABANDONED.test(segment.text));
  const most = Math.max(...why.map(({ reading }) => logit(reading.weight)));
  const mean = told.reduce((sum, { reading }) => sum + logit(reading.weight), 0) / told.length;
  const saysSo = why.some(({ reading }) => likeliestKind(reading.kinds) === 'failed_attempt') ? 0.5 : 0;
  const isWhole = tried.length > 0 && instead.length > 0 ? 0.3 : 0;
  return {
    is: 'failure',
    tried,
    why,
    instead,
    outcome: isAbandoned ? 'abandoned' : 'failed',
    from,
    weight: sigmoid((most + mean) / 2 + FROM[from] + saysSo + isWhole),
  };
}

function isProse(shape: string): boolean {
  return shape === 'sentence' || shape === 'item';
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
