// What the backlog, and the surroundings kept with other memories, still tell of forgotten ones. All within the caller's transaction.
import { segmentsOf } from '../compress/segment.ts';
import type { Memory } from '../memory.ts';
import { type ObservationRow, toObservation } from './backlog.ts';
import type { Database } from './database.ts';
import { echoesOf } from './echoes.ts';
import type { AwayHashes, Tombstones } from './tombstones.ts';

export interface Blanking {
  /** The observations that a memory was made from. */
  sources(memory: Memory): void;
  /** What repeats the words: assistants echo what they read. */
  echoes(texts: Iterable<string>): void;
  /** What a memory was made from that another store has now, and what repeats that: all that is known of it here are hashes. */
  sourcesAway(away: AwayHashes): void;
}

/** `revision`: that of the transaction, for the indexes to hear of memories whose surroundings change. */
export function createBlanking(db: Database, tombstones: Tombstones, revision: () => number): Blanking {
  /** Returns what was there. */
  const blankObservations = (isMeant: (row: ObservationRow) => boolean): ObservationRow[] => {
    // Only those that are meant are held: the backlog can be large.
    const meant: (ObservationRow & { seq: number })[] = [];
    for (const row of db.each<ObservationRow & { seq: number }>("SELECT * FROM observations WHERE text <> ''")) {
      if (isMeant(row)) meant.push(row);
    }
    for (const { seq } of meant) db.run("UPDATE observations SET text = '', files = '[]' WHERE seq = ?", seq);
    return meant;
  };
  const blankContexts = (isMeant: (context: string) => boolean) => {
    const all = db.each<{ seq: number; context: string }>("SELECT seq, context FROM memories WHERE context <> ''");
    const meant = [...all].filter(({ context }) => isMeant(context));
    for (const { seq } of meant) {
      db.run("UPDATE memories SET context = '', revision = ? WHERE seq = ?", revision(), seq);
      // Made of the surroundings too.
      db.run('DELETE FROM vectors WHERE memory = ?', seq);
    }
  };

  const echoes = (texts: Iterable<string>) => {
    const isEcho = echoesOf(texts);
    blankObservations(({ text }) => isEcho(text));
    blankContexts(isEcho);
  };

  return {
    sources({ evidence }) {
      for (const { place } of evidence) {
        db.run("UPDATE observations SET text = '', files = '[]' WHERE session = ? AND record = ?", place.session, place.record);
      }
    },
    echoes,
    sourcesAway({ segments, places }) {
      const sources = blankObservations(({ session, record }) => places.has(tombstones.placeHash({ session, record })));
      const texts = sources.flatMap((row) => segmentsOf(toObservation(row))).map(({ text }) => text);
      echoes(texts.filter((text) => segments.has(tombstones.segmentHash(text))));
    },
  };
}
