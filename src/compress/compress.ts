// Observations of a session → the memories that it leaves. Seven steps, spelled once, top to bottom: lay out, read, leave out what was forgotten,
// find failures and facts, put into words, choose the best set, tell them in the order in which they happened.
import { isFailure, type DropReason, type Evidence, type MemoryDraft, type Observation, type Place } from '../memory.ts';
import type { Encoder } from '../model/encoder.ts';
import type { Log } from '../util/log.ts';
import { failuresOf } from './chains.ts';
import { type Candidate, MOST_LINKED, chooseSet, factsOf, withoutDisguised } from './choose.ts';
import { entitiesOf } from './entities.ts';
import { episodesOf } from './episodes.ts';
import { isFaithful, wordsOfTheSource } from './faithful.ts';
import { type Finding, partsOf } from './finding.ts';
import { happeningsOf } from './outcome.ts';
import { type ReadUnit, readScene } from './read.ts';
import { scenesOf } from './scene.ts';
import { type Said, say } from './say.ts';
import { contentWords } from './words.ts';
import { worthOf } from './worth.ts';

export interface CompressorParts {
  /** The model, if it is there by now. */
  readonly encoder: () => Encoder | undefined;
  /** Keyed hash of a segment's text. */
  segmentHash(text: string): string;
  isForgotten(hash: string): boolean;
  /** o200k tokens. */
  countTokens(text: string): number;
  readonly log: Log;
  /** Most tokens of memories a session leaves; 800 when absent. */
  readonly budgetTokens?: number;
  /** Switched off, so that the bench can show what each is worth. */
  readonly leaveOut?: ReadonlySet<CompressorPart>;
}

export type CompressorPart = 'links' | 'shortening' | 'chains';

export interface Compressed {
  /** In order of their evidence. */
  readonly memories: readonly MemoryDraft[];
  /** What was found and then let go, by reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

export interface Compressor {
  /**
   * Pure: the same observations give the same memories while model and forgotten hashes stay the same. `observations` are all that is kept of one
   * session, in order of time. `isToldElsewhere`: of segments' hashes, whether another store tells it, so that nothing new is made of it here; absent, none is.
   * Rejects when the encoder fails or the signal aborts.
   */
  compress(observations: readonly Observation[], signal?: AbortSignal, isToldElsewhere?: (hash: string) => boolean): Promise<Compressed>;
}

const BUDGET_TOKENS = 800;
/** Longest memory. */
export const MOST_TOKENS = 80;
/** Kind, dash and line end around a rendered memory. */
const FRAME_TOKENS = 4;
export const MOST_LINES = 6;
const CONTEXT_CHARACTERS = 600;
/** Of these, the request's share: a memory is often asked for in the words of the question that it answered. */
const REQUEST_CHARACTERS = 200;

export function createCompressor(parts: CompressorParts): Compressor {
  const isLeftOut = (part: CompressorPart): boolean => parts.leaveOut?.has(part) ?? false;
  return {
    async compress(observations, signal, isToldElsewhere = () => false) {
      const encoder = parts.encoder();
      const dropped: Partial<Record<DropReason, number>> = {};
      const drop = (reason: DropReason) => void (dropped[reason] = (dropped[reason] ?? 0) + 1);

      const scenes = scenesOf(episodesOf(observations));
      const read: ReadUnit[] = [];
      for (const scene of scenes) {
        read.push(...(await readScene(encoder, scene, signal)));
        await breath();
      }
      signal?.throwIfAborted();

      const units = read.filter(({ segment }) => {
        const hash = parts.segmentHash(segment.text);
        const isForgotten = parts.isForgotten(hash);
        if (isForgotten) drop('forgotten');
        return !isForgotten && !isToldElsewhere(hash);
      });
      const happenings = happeningsOf(scenes);
      const byObservation = Map.groupBy(units, ({ observation }) => observation);
      const requests = Map.groupBy(
        units.filter(({ segment }) => segment.observation.role === 'request'),
        ({ episode }) => episode,
      );
      const failures = isLeftOut('chains') ? [] : failuresOf({ units, byObservation, happenings });
      const findings: Finding[] = [...failures, ...factsOf(units, isLeftOut('links') ? 0 : MOST_LINKED)];

      const keepFrom = read[0]?.fitted.keepFrom ?? 0;
      const candidates: Candidate<MemoryDraft>[] = [];
      for (const finding of findings) {
        const said = say(finding, {
          happenings,
          countTokens: (text) => parts.countTokens(text),
          mostTokens: MOST_TOKENS,
          mostLines: MOST_LINES,
          isShortened: !isLeftOut('shortening'),
        });
        if (said.kind === 'dropped') {
          drop(said.reason);
          continue;
        }
        const weight = worthOf(finding, said);
        if (weight < keepFrom) {
          drop('trivial');
          continue;
        }
        const draft = draftOf(said, weight, byObservation, requests, (text) => parts.segmentHash(text));
        if (!isFaithful(draft.text, draft.evidence)) {
          drop('unfaithful');
          continue;
        }
        const words = contentWords(wordsOfTheSource(said.text));
        candidates.push({
          finding,
          words,
          tokens: parts.countTokens(said.text) + FRAME_TOKENS,
          weight: draft.weight,
          isTold: isFailure(draft.outcome),
          made: draft,
        });
      }
      const chosen = chooseSet(withoutDisguised(candidates), parts.budgetTokens ?? BUDGET_TOKENS, keepFrom);
      const inOrder = chosen.sort((a, b) => firstAt(a.finding) - firstAt(b.finding));
      parts.log.debug(
        `compressed: ${observations.length} observations, ${units.length} segments, ${candidates.length} candidates, ${chosen.length} memories`,
      );
      return { memories: inOrder.map(({ made }) => made), dropped };
    },
  };
}

/** Lets the service answer questions between two episodes. */
const breath = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const firstAt = (finding: Finding): number => Math.min(...partsOf(finding).map(({ at }) => at));

function draftOf(
  said: Said,
  weight: number,
  byObservation: ReadonlyMap<number, readonly ReadUnit[]>,
  requests: ReadonlyMap<number, readonly ReadUnit[]>,
  hash: (text: string) => string,
): MemoryDraft {
  const units = said.parts;
  const evidence = units.map(evidenceOf);
  const texts = units.map(({ segment }) => segment.text);
  const commands = said.commands;
  const files = units.flatMap(({ segment }) => segment.observation.files);
  return {
    kind: said.memoryKind,
    text: said.text,
    outcome: said.outcome,
    scope: said.scope,
    entities: entitiesOf(texts, commands, files),
    evidence,
    weight,
    context: contextOf(units, byObservation, requests),
    segments: [...new Set(texts.map(hash))],
  };
}

export function evidenceOf({ segment }: ReadUnit): Evidence {
  const lines = linesOf(segment.observation.place, segment.firstLine, segment.lastLine);
  return { place: segment.observation.place, ...(lines ? { lines } : {}), quote: segment.text };
}

function linesOf(place: Place, first: number, last: number): readonly [number, number] | undefined {
  if (place.line === undefined) return undefined;
  return place.isLineByLine ? [place.line + first, place.line + last] : [place.line, place.line];
}

/** What was asked, and what stands around the anchor; taken from segments, so that nothing forgotten is in it. */
function contextOf(
  [anchor]: readonly ReadUnit[],
  byObservation: ReadonlyMap<number, readonly ReadUnit[]>,
  requests: ReadonlyMap<number, readonly ReadUnit[]>,
): string {
  if (!anchor) return '';
  const around = byObservation.get(anchor.observation) ?? [anchor];
  const nearest = around.toSorted((a, b) => Math.abs(a.at - anchor.at) - Math.abs(b.at - anchor.at));
  const asked = within(requests.get(anchor.episode) ?? [], REQUEST_CHARACTERS);
  const taken = new Set([...asked, ...within(nearest, CONTEXT_CHARACTERS - REQUEST_CHARACTERS)]);
  return [...taken]
    .sort((a, b) => a.at - b.at)
    .map(({ segment }) => segment.text)
    .join('\n');
}

/** As many of the first units as fit. */
function within(units: readonly ReadUnit[], characters: number): ReadUnit[] {
  let left = characters;
  const end = units.findIndex(({ segment }) => (left -= segment.text.length + 1) < 0);
  return units.slice(0, end < 0 ? units.length : end);
}
