// A finding → the words of a memory, or the reason why it cannot be said.
import type { Dropped, Kind, Outcome, Scope } from '../memory.ts';
import { join, shorten } from './distil.ts';
import { FAILED_LABEL } from './faithful.ts';
import type { Fact, Failure, Finding } from './finding.ts';
import { type Happening, outcomeOf } from './outcome.ts';
import { type ReadUnit, likeliestKind } from './read.ts';
import { ATTEMPT_FAILED, contentWords } from './words.ts';

export interface Said {
  readonly kind: 'said';
  readonly memoryKind: Kind;
  readonly text: string;
  readonly outcome: Outcome | null;
  readonly scope: Scope;
  readonly weight: number;
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
  // What a build prints is not the telling of an attempt.
  const tellsFailure =
    parts.some(({ segment }) => isProse(segment.shape) && ATTEMPT_FAILED.test(segment.text)) && ATTEMPT_FAILED.test(text);
  const kind = fact.kind === 'failed_attempt' && !tellsFailure ? likeliestKind(fact.anchor.reading.kinds, 'failed_attempt') : fact.kind;
  const outcome =
    kind === 'failed_attempt'
      ? 'failed'
      : TOLD_AGAINST.test([text, ...parts.map(({ segment }) => segment.text)].join('\n'))
        ? null
        : outcomeOf(kind, parts, limits.happenings);
  return {
    kind: 'said',
    memoryKind: kind,
    text,
    outcome,
    scope: scopeOf(kind, parts),
    weight: fact.weight,
    parts,
    commands: commandsOf(parts),
  };
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
    weight: failure.weight,
    parts,
    commands: commandsOf(parts),
  });
  const tried = textOf(failure.tried, limits);
  const why = textOf(failure.why, limits);
  if (!why) return { kind: 'dropped', reason: 'unclear' };
  const saysSo = ATTEMPT_FAILED.test(why);
  const core = tried ? `${tried}${FAILED_LABEL}${why}` : saysSo ? why : undefined;
  if (!core) return { kind: 'dropped', reason: 'unclear' };
  const parts = [...failure.why, ...failure.tried];
  const instead = textOf(failure.instead, limits);
  if (instead && !core.includes(instead) && fits(`${core}; ${instead}`, [...parts, ...failure.instead]))
    return made(`${core}; ${instead}`, [...parts, ...failure.instead]);
  if (fits(core, parts)) return made(core, parts);
  if (saysSo && fits(why, failure.why)) return made(why, failure.why);
  return { kind: 'dropped', reason: 'unclear' };
}

const isProse = (shape: string): boolean => shape === 'sentence' || shape === 'item';

/** In the order of the session: cause before remedy, as it was told. */
function textOf(parts: readonly ReadUnit[], { isShortened }: Limits): string {
  return join([...parts].sort((a, b) => a.at - b.at).map(({ segment }) => (isShortened ? shorten(segment) : segment.text)));
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
