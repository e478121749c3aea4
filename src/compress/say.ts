// A finding → the words of a memory, or the reason why it cannot be said.
import type { Dropped, Kind, Outcome, Scope } from '../memory.ts';
import { join, shorten } from './distil.ts';
import { failureOf, isMeantToFail, tellsWrongWay } from './failureOdds.ts';
import { FAILED_LABEL } from './faithful.ts';
import type { Fact, Failure, Finding } from './finding.ts';
import { type Happening, outcomeOf } from './outcome.ts';
import { type ReadUnit, likeliestKind } from './read.ts';
import { isOutput } from './segment.ts';
import { ABANDONED, ADMISSION, ATTEMPT_FAILED, FAILURE, NEGATION, REFUTATION, RUN_FAILED, WRONG_WAY, contentWords } from './words.ts';

export interface Said {
  readonly kind: 'said';
  readonly memoryKind: Kind;
  readonly text: string;
  readonly outcome: Outcome | null;
  readonly scope: Scope;
  /** What the text was made from, the most telling first. */
  readonly parts: readonly ReadUnit[];
  /** Commands among them, as they were run. */
  readonly commands: readonly string[];
}

export interface Limits {
  readonly happenings: readonly Happening[];
  countTokens(text: string): number;
  readonly mostTokens: number;
  readonly mostLines: number;
  readonly isShortened: boolean;
}

/** Says within itself that not all is well: such a memory is never said to have worked. */
const TOLD_AGAINST = new RegExp(
  `${ATTEMPT_FAILED.source}|\\bstill\\b|\\bpersist|\\bunfortunately\\b|\\bdespite\\b|\\b(?:was|were|is|are|has|have)(?:n['’]t| not)\\b|\\bbut\\b`,
  'iu',
);

/** Fewer content words than this is no fact. */
const LEAST_WORDS = 3;

export function say(finding: Finding, limits: Limits): Said | Dropped {
  const said = finding.is === 'failure' ? sayFailure(finding, limits) : sayFact(finding, limits);
  if (said.kind === 'said' && contentWords(said.text).size < LEAST_WORDS) return { kind: 'dropped', reason: 'trivial' };
  return said;
}

function sayFact(fact: Fact, limits: Limits): Said | Dropped {
  const parts: ReadUnit[] = [];
  let text = '';
  for (const unit of [fact.anchor, ...fact.linked]) {
    const together = [...parts, unit];
    const told = textOf(together, limits);
    if (limits.countTokens(told) > limits.mostTokens || lineCount(together) > limits.mostLines) continue;
    if (told === text) continue;
    parts.push(unit);
    text = told;
  }
  if (parts[0] !== fact.anchor) return { kind: 'dropped', reason: 'unclear' };
  const made = (memoryKind: Kind, said: string, outcome: Outcome | null): Said => ({
    kind: 'said',
    memoryKind,
    text: said,
    outcome,
    scope: scopeOf(memoryKind, parts),
    parts,
    commands: commandsOf(parts),
  });
  const inOrder = parts.toSorted((a, b) => a.at - b.at);
  const wrongWay = failedRunIn(inOrder, tellsWrongWay);
  const run = wrongWay > 0 ? wrongWay : failedRunIn(inOrder, (output) => RUN_FAILED.test(output) && !WRONG_WAY.test(output));
  const odds = failureOf(parts, limits.happenings);
  if ((odds >= fact.anchor.fitted.failedFrom && parts.some(tellsOfTrying)) || (wrongWay > 0 && odds >= FAILED_RUN_FROM)) {
    const outcome = gaveUp(parts) ? 'abandoned' : 'failed';
    const labelled = withLabel(inOrder, run > 0 ? run : whyIn(inOrder), limits);
    if (labelled) return made('failed_attempt', labelled, outcome);
    return SAYS_TROUBLE.test(text) ? made('failed_attempt', text, outcome) : { kind: 'dropped', reason: 'unclear' };
  }
  const kind = likeliestKind(fact.kinds, 'failed_attempt');
  const isToldAgainst = TOLD_AGAINST.test([text, ...parts.map(({ segment }) => segment.text)].join('\n'));
  const outcome = isToldAgainst || odds >= WORKED_BELOW ? null : outcomeOf(kind, parts, limits.happenings);
  if (odds >= UNCLEAR_FROM && !SAYS_TROUBLE.test(text)) return { kind: 'dropped', reason: 'unclear' };
  const labelled = run > 0 ? withLabel(inOrder, run, limits) : undefined;
  // A run that failed and what was done about it: never a success, however well it may have ended.
  return labelled ? made(kind, labelled, null) : made(kind, text, outcome);
}

/** Log-odds of having come to nothing from which a fact is told as a failed attempt where a run in it failed by the way it was run. */
const FAILED_RUN_FROM = -0.5;
/** Only what is so unlikely to have come to nothing may be told as a success. */
const WORKED_BELOW = -1.5;
/** From here on it is not told unless its own words speak of trouble: rather nothing than a failure told as a fact. */
const UNCLEAR_FROM = -0.6;
const SAYS_TROUBLE = new RegExp(`${FAILURE.source}|${NEGATION.source}|${ABANDONED.source}`, 'iu');

/** Tells that a run failed, not why. */
const EXIT_ONLY = /^\W*(?:error: )?(?:(?:process )?exited with |command failed with )?exit (?:code|status):? \d+\W*$/i;

/** What a program prints tells of no attempt by itself: somebody must speak, change or run something. */
const tellsOfTrying = (unit: ReadUnit): boolean => !isOutput(unit.segment) && !isMeantToFail(unit);

/** Which of the parts is the output of a run that failed as `isOf` says, and whose command stands before it; -1 when none is. */
function failedRunIn(inOrder: readonly ReadUnit[], isOf: (output: string, command: string) => boolean): number {
  return inOrder.findIndex((unit, i) => {
    const { segment } = unit;
    if (!isOutput(segment) || EXIT_ONLY.test(segment.text)) return false;
    return inOrder
      .slice(0, i)
      .some(
        (other) =>
          other.segment.shape === 'command' &&
          !isMeantToFail(other) &&
          other.observation >= unit.observation - 2 &&
          (other.observation < unit.observation || other.segment.firstLine === 0) &&
          isOf(segment.text, other.segment.text),
      );
  });
}

/** Which of the parts begins to tell why: the first that speaks of failure, or the user's objection, 0 when that is the first of all; -1 when none does. */
function whyIn(inOrder: readonly ReadUnit[]): number {
  const tells = ({ segment: { text, observation } }: ReadUnit) =>
    ATTEMPT_FAILED.test(text) || FAILURE.test(text) || (observation.role === 'request' && REFUTATION.test(text)) || ADMISSION.test(text);
  const first = inOrder.findIndex(tells);
  if (first >= 0) return first;
  // Nobody says it in so many words: what was asked or done next is what became of it.
  return inOrder.findIndex((unit, i) => i > 0 && unit.observation !== inOrder[0]?.observation);
}

/** The parts with our label before the one at `at`; undefined when that is not one of the later ones or when it gets too long. */
function withLabel(inOrder: readonly ReadUnit[], at: number, limits: Limits): string | undefined {
  const tried = at > 0 ? textOf(inOrder.slice(0, at), limits) : '';
  const why = at > 0 ? textOf(inOrder.slice(at), limits) : '';
  if (!tried || !why) return undefined;
  const text = `${tried}${FAILED_LABEL}${why}`;
  return limits.countTokens(text) <= limits.mostTokens ? text : undefined;
}

/** Given up rather than broken. */
function gaveUp(parts: readonly ReadUnit[]): boolean {
  const sum = (outcome: Outcome) => parts.reduce((all, { reading }) => all + reading.outcomes[outcome], 0);
  return sum('abandoned') > sum('failed');
}

/** What was tried, our label, why it failed; then what was done instead, if there is room. */
function sayFailure(failure: Failure, limits: Limits): Said | Dropped {
  const fits = (text: string, parts: readonly ReadUnit[]) =>
    limits.countTokens(text) <= limits.mostTokens && lineCount(parts) <= limits.mostLines;
  const made = (text: string, parts: readonly ReadUnit[]): Said => ({
    kind: 'said',
    memoryKind: 'failed_attempt',
    text,
    outcome: failure.outcome,
    scope: 'project',
    parts,
    commands: commandsOf(parts),
  });
  const why = textOf(failure.why, limits);
  const tried = PLACE_ERROR.test(why) ? wholeCommands(failure.tried, limits) : textOf(failure.tried, limits);
  if (!why) return { kind: 'dropped', reason: 'unclear' };
  const saysSo = ATTEMPT_FAILED.test(why);
  const core = tried ? `${tried}${FAILED_LABEL}${why}` : saysSo ? why : undefined;
  if (!core) return { kind: 'dropped', reason: 'unclear' };
  const parts = [...failure.why, ...failure.tried];
  const instead = textOf(failure.instead, limits);
  // The command that went well is often a piece of the one that did not.
  const isNew = !core.includes(instead) || failure.instead.every(({ segment }) => segment.shape === 'command');
  if (instead && isNew && fits(`${core}; ${instead}`, [...parts, ...failure.instead]))
    return made(`${core}; ${instead}`, [...parts, ...failure.instead]);
  if (fits(core, parts)) return made(core, parts);
  if (saysSo && fits(why, failure.why)) return made(why, failure.why);
  return { kind: 'dropped', reason: 'unclear' };
}

/** An error of where a command was run: then the change of folder, which shortening takes off, is what failed. */
const PLACE_ERROR =
  /cannot find the path|no such file or directory|\bENOENT\b|could not read package\.json|(?:project|solution) file does not exist/i;
const FOLDER = /(?:^|"(?:command|cmd)"\s*:\s*"|:\s)((?:cd|Set-Location)\s+(?:"[^"]*"|'[^']*'|[^\s&;"]+)\s*(?:&&|;))/;

function wholeCommands(units: readonly ReadUnit[], limits: Limits): string {
  const told = units.map((unit) => {
    const short = textOf([unit], limits);
    const folder = unit.segment.shape === 'command' ? FOLDER.exec(unit.segment.text)?.[1] : undefined;
    return folder && !short.startsWith(folder) ? `${folder} ${short}` : short;
  });
  return join(told);
}

/** In the order of the session: cause before remedy, as it was told. */
function textOf(parts: readonly ReadUnit[], { isShortened }: Limits): string {
  return join(
    [...parts].sort((a, b) => a.at - b.at).map(({ segment, reading }) => (isShortened ? shorten(segment, reading.keep) : segment.text)),
  );
}

function lineCount(parts: readonly ReadUnit[]): number {
  return parts.reduce((sum, { segment }) => sum + segment.lastLine - segment.firstLine + 1, 0);
}

function commandsOf(parts: readonly ReadUnit[]): string[] {
  return parts.filter(({ segment }) => segment.shape === 'command').map(({ segment }) => shorten(segment));
}

/** Global only where the user speaks of himself, for good, and names nothing of this project. */
function scopeOf(kind: Kind, parts: readonly ReadUnit[]): Scope {
  const isGlobal =
    kind === 'preference' &&
    parts.every(({ segment, names }) => segment.observation.role === 'request' && names.size === 0) &&
    parts.some(({ segment }) => /\b(?:i (?:always|never|prefer|like|hate)|always|never)\b/i.test(segment.text)) &&
    !parts.some(({ segment }) => /\b(?:this|here|our|the) (?:project|repo\w*|code\w*|file|task|test|app)\b/i.test(segment.text));
  return isGlobal ? 'global' : 'project';
}
