// Follows the sessions that were given something, and says which memories came back in what they did then. In memory only; what a session was given before
// this process began is asked for when the session is next heard of.
import type { Memory, MemoryId, Observation, SessionId } from '../memory.ts';
import { keepNewest } from '../util/boundedMap.ts';
import { isTelling, isUsedIn, marksOf, withoutSaid, type Marks } from './used.ts';

/** Edits and commands told by the editor belong to no conversation: they count for those that were given something so lately. */
const NEARBY_MS = 30 * 60_000;
const MOST_SESSIONS = 200;
const MOST_OTHERS = 5_000;
/** A prompt's record may be a little older than what was given with it; an older one was said before. */
const PROMPT_SLACK_MS = 10_000;

/** What a session was given at one time, and in whose company. */
export interface Giving {
  readonly session: SessionId;
  readonly memories: readonly Memory[];
  readonly atMs: number;
  /** The prompt that it was given with. */
  readonly prompt?: string;
  /** The name of the session is not that of a conversation (a model asked by itself): whatever conversation goes on nearby counts. */
  readonly isNameless?: boolean;
}

export interface PastSession {
  /** Oldest first, without what is known to have been used. */
  readonly givings: readonly Giving[];
  /** What was taken in of it, oldest first. */
  readonly observations: readonly Observation[];
}

interface Watched {
  readonly session: SessionId;
  readonly isNameless: boolean;
  lastAtMs: number;
  readonly open: Map<MemoryId, { readonly marks: Marks; readonly sinceMs: number }>;
}

export interface UseWatch {
  gave(giving: Giving): void;
  /** Which memories were found used, by the session that was given them. Costs next to nothing for sessions that were given nothing. */
  take(observations: readonly Observation[]): ReadonlyMap<SessionId, readonly MemoryId[]>;
}

/** `past`: what a session was given before; undefined for nothing. */
export function createUseWatch(past: (session: SessionId) => PastSession | undefined): UseWatch {
  const sessions = new Map<SessionId, Watched>();
  /** They were given nothing. */
  const others = new Map<SessionId, true>();
  /** Found used while a session was looked at again. */
  const late: [SessionId, MemoryId][] = [];

  function watched(session: SessionId): Watched | undefined {
    const known = sessions.get(session);
    if (known || others.has(session)) return known;
    const before = past(session);
    if (!before) {
      keepNewest(others, session, true, MOST_OTHERS);
      return undefined;
    }
    for (const giving of before.givings) add(giving);
    const watch = sessions.get(session);
    if (!watch) return undefined;
    for (const observation of before.observations) for (const id of follow(watch, observation)) late.push([session, id]);
    return watch;
  }

  function add({ session, memories, atMs, prompt, isNameless = false }: Giving): void {
    const watch = sessions.get(session) ?? { session, isNameless, lastAtMs: atMs, open: new Map() };
    watch.lastAtMs = Math.max(watch.lastAtMs, atMs);
    if (prompt !== undefined) hear(watch, prompt, atMs);
    for (const memory of memories) {
      const marks = prompt === undefined ? marksOf(memory) : withoutSaid(marksOf(memory), prompt);
      if (isTelling(marks)) watch.open.set(memory.id, { marks, sinceMs: atMs });
    }
    others.delete(session);
    // Anew, so that the session counts among the newest.
    sessions.delete(session);
    keepNewest(sessions, session, watch, MOST_SESSIONS);
  }

  /** Somebody else than the assistant has said it: from then on it proves nothing. */
  function hear(watch: Watched, text: string, atMs: number): void {
    for (const [id, { marks, sinceMs }] of watch.open) {
      if (atMs < sinceMs - PROMPT_SLACK_MS) continue;
      const left = withoutSaid(marks, text);
      if (isTelling(left)) watch.open.set(id, { marks: left, sinceMs });
      else watch.open.delete(id);
    }
  }

  /** The memories that are found used in this. */
  function follow(watch: Watched, observation: Observation): MemoryId[] {
    const { role, text, place } = observation;
    const used = [...watch.open]
      .filter(([, { marks, sinceMs }]) => place.atMs >= sinceMs && isUsedIn(marks, observation))
      .map(([id]) => id);
    for (const id of used) watch.open.delete(id);
    if (role === 'result' || role === 'request') hear(watch, text, place.atMs);
    return used;
  }

  /** Those to which an observation may belong. */
  function followers({ place }: Observation): Watched[] {
    const own = watched(place.session);
    const isOfEditor = place.source === 'edits' || place.source === 'terminal';
    const nearby = [...sessions.values()].filter(
      (watch) => watch !== own && (isOfEditor || watch.isNameless) && place.atMs - watch.lastAtMs <= NEARBY_MS,
    );
    return [...(own ? [own] : []), ...nearby].filter(({ open }) => open.size > 0);
  }

  return {
    gave(giving) {
      watched(giving.session);
      add(giving);
    },
    take(observations) {
      const found: [SessionId, MemoryId][] = [];
      for (const observation of observations) {
        for (const watch of followers(observation)) for (const id of follow(watch, observation)) found.push([watch.session, id]);
      }
      const bySession = new Map<SessionId, MemoryId[]>();
      for (const [session, id] of [...late.splice(0), ...found]) bySession.set(session, [...(bySession.get(session) ?? []), id]);
      return bySession;
    },
  };
}
