// An episode laid out for reading: its segments in order, each with its surroundings and cues.
import type { Episode } from '../memory.ts';
import { cuesOf } from './cues.ts';
import { type Segment, segmentsOf } from './segment.ts';
import { contentWords } from './words.ts';

export interface Unit {
  readonly segment: Segment;
  /** Order in the session, from 0. */
  readonly at: number;
  /** Which episode and which observation of the session it stands in, from 0. */
  readonly episode: number;
  readonly observation: number;
  readonly words: ReadonlySet<string>;
  /** Identifiers, paths and quoted code, lower-cased: what two segments share when they speak of the same thing. */
  readonly names: ReadonlySet<string>;
  readonly cues: readonly string[];
}

export interface Scene {
  readonly episode: Episode;
  readonly units: readonly Unit[];
}

/** Lays out a whole session. Order is kept; a segment told word for word earlier in the same observation is left out. */
export function scenesOf(episodes: readonly Episode[]): Scene[] {
  const drafts = episodes.map((episode) => {
    const all = episode.observations.map((observation) => segmentsOf(observation));
    return { episode, all };
  });
  const seenIn = new Map<string, Set<number>>();
  let number = 0;
  const named = drafts.map(({ episode, all }) => ({
    episode,
    observations: all.map((segments) => {
      number += 1;
      const seen = new Set<string>();
      return segments
        .filter(({ text }) => !seen.has(text) && seen.add(text))
        .map((segment) => {
          const names = namesIn(segment.text);
          for (const name of names) {
            const places = seenIn.get(name);
            if (places) places.add(number);
            else seenIn.set(name, new Set([number]));
          }
          return { segment, names, words: contentWords(segment.text) };
        });
    }),
  }));

  let at = 0;
  let before = 0;
  return named.map(({ episode, observations }, e) => {
    const requestWords = contentWords(episode.request?.text ?? '');
    const lastReply = episode.observations.findLastIndex(({ role }) => role === 'reply');
    const units: Unit[] = [];
    for (const [o, segments] of observations.entries()) {
      for (const [i, { segment, names, words }] of segments.entries()) {
        let echoes = 0;
        for (const name of names) {
          const places = seenIn.get(name)?.size ?? 0;
          if (places <= 40) echoes = Math.max(echoes, places - 1);
        }
        const cues = cuesOf(segment, {
          isFailure: segment.observation.isFailure,
          isLastReply: o === lastReply,
          isFirstOfObservation: i === 0,
          isFirstEpisode: e === 0,
          ofRequest: share(words, requestWords),
          echoes,
        });
        units.push({ segment, at, episode: e, observation: before + o, words, names, cues });
        at += 1;
      }
    }
    before += observations.length;
    return { episode, units };
  });
}

/** Share of the first set that is in the second, 0 to 1. */
export function share(some: ReadonlySet<string>, all: ReadonlySet<string>): number {
  if (some.size === 0) return 0;
  let common = 0;
  for (const word of some) if (all.has(word)) common += 1;
  return common / some.size;
}

const NAME =
  /`([^`\n]{2,80})`|((?:[\w@.-]+[/\\])+[\w@.-]+)|\b([\w-]+\.(?:[a-z]{1,6}\d?))\b|\b([a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|\w+_\w+|[A-Z]{2,}\d+)\b|(--[a-z][\w-]+)/g;

/** Identifiers, paths and code spans of a text, lower-cased. */
export function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, code, path, file, identifier, flag] of text.matchAll(NAME)) {
    const name = (code ?? path ?? file ?? identifier ?? flag ?? '').toLowerCase();
    if (name.length < 3) continue;
    names.add(name);
    const base = path?.split(/[/\\]/).at(-1)?.toLowerCase();
    if (base && base.length > 3) names.add(base);
  }
  return names;
}
