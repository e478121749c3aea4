// What is left of a forgotten memory: keyed hashes of the texts it came from, so that the same source does not bring it back. Of one that another store
// has now, too: what that one tells is not told here again, as long as nobody forgets it.
import { createHmac } from 'node:crypto';
import type { Memory, MemoryId } from '../memory.ts';
import type { Database } from './database.ts';

/** 128 bits: no two texts of one store will ever share them by chance. */
const HASH_BYTES = 16;

/** Around a sentence, not part of it. Listed, not \p{P}: that would take the '#' of "C#" and the '--' of "--force" too. */
const BEFORE = /^(?:["'`´“”„‘’«»([{*…]+|[-–—•>]\s+|\d+[.)]\s+|\s+)+/u;
const AFTER = /["'`´“”„‘’«»)\]}*…\s.,;:!?。、！？，；：]+$/u;

/** What differs between two tellings of the same sentence without changing it: case, white space, the punctuation around it. */
function folded(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
  const trimmed = plain.replace(BEFORE, '').replace(AFTER, '');
  return trimmed === '' ? plain : trimmed;
}

/** Before the id, where the memory is in another store: what it was made from is not forbidden, and other memories may be made of it. */
const ELSEWHERE = 'elsewhere ';
/** The same, before hashes not of words but of places. */
const MADE_AT = `${ELSEWHERE}at `;

/** HMAC-SHA-256 of the folded text under the store's own key, cut to 128 bits, in base64url: without the key, nobody can test guesses against it. */
export function segmentHash(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(folded(text)).digest().subarray(0, HASH_BYTES).toString('base64url');
}

/** A fingerprint in 16 bytes, for the long list of observations that were purged. */
export function fingerprintHash(key: Uint8Array, id: string): Uint8Array {
  return createHmac('sha256', key).update(id).digest().subarray(0, HASH_BYTES);
}

/** What is known of a memory that another store has. */
export interface AwayHashes {
  /** Of what it was made from. */
  readonly segments: ReadonlySet<string>;
  /** Of where that stood: see `placeHash`. */
  readonly places: ReadonlySet<string>;
}

export interface Tombstones {
  segmentHash(text: string): string;
  placeHash(place: { readonly session: string; readonly record: string }): string;
  /** Of what a memory of another store was made from, as far as that can be told: each store has its own key. Its anchor first, by which its session knows it. */
  hashesOf(memory: Pick<Memory, 'text' | 'evidence'>): string[];
  /** Also while the forgetting is still pending: what is told in those seconds must not slip in under another id. */
  isForgotten(segmentHash: string): boolean;
  /** Forbids what this memory was made from, until `lift` or for good with `fix`. */
  raise(memory: Memory): void;
  lift(id: MemoryId): void;
  fix(ids: readonly MemoryId[]): void;
  /** Notes that what this memory was made from is told by another store now: by `heir`, where that one has taken its place. */
  sendAway(memory: Memory, heir?: MemoryId): void;
  /** Takes that back, for a memory that is here again, or that is nowhere any more. The hashes are those of what it and those in whose place it is were made from. */
  bringBack(id: MemoryId): AwayHashes;
  isAway(segmentHash: string): boolean;
  /** As `raise`, for a memory that another store has; false for one that was never here. */
  raiseAway(id: MemoryId): boolean;
  /** Those for which `raiseAway` is pending. */
  raisedAway(): MemoryId[];
}

export function createTombstones(db: Database, key: Uint8Array): Tombstones {
  const hash = (text: string) => segmentHash(key, text);
  const forbid = (memory: Memory, name: string) => {
    const texts = [memory.text, memory.distilled ?? '', ...memory.evidence.map(({ quote }) => quote)].filter((text) => folded(text) !== '');
    for (const segment of new Set([...memory.segments, ...texts.map(hash)])) {
      db.run('INSERT OR IGNORE INTO tombstones VALUES (?, ?)', segment, name);
    }
  };
  const placeHash: Tombstones['placeHash'] = ({ session, record }) => hash(JSON.stringify([session, record]));
  const takeOut = (name: string): Set<string> => {
    const found = db.all<{ hash: string }>("SELECT hash FROM tombstones WHERE memory = ? AND memory <> ''", name);
    db.run("DELETE FROM tombstones WHERE memory = ? AND memory <> ''", name);
    return new Set(found.map((row) => row.hash));
  };
  return {
    segmentHash: hash,
    placeHash,
    hashesOf: ({ text, evidence }) => [...new Set([...evidence.map(({ quote }) => quote), text].map(hash))],
    isForgotten: (segment) =>
      db.get(`SELECT 1 FROM tombstones WHERE hash = ? AND memory NOT LIKE '${ELSEWHERE}%' LIMIT 1`, segment) !== undefined,
    raise: (memory) => forbid(memory, memory.id),
    lift(id) {
      db.run("DELETE FROM tombstones WHERE memory = ? AND memory <> ''", id);
    },
    fix(ids) {
      const those = JSON.stringify(ids);
      const ofThem = "memory <> '' AND memory IN (SELECT value FROM json_each(?))";
      db.run(`INSERT OR IGNORE INTO tombstones SELECT hash, '' FROM tombstones WHERE ${ofThem}`, those);
      db.run(`DELETE FROM tombstones WHERE ${ofThem}`, those);
    },
    sendAway(memory, heir = memory.id) {
      forbid(memory, ELSEWHERE + heir);
      for (const { place } of memory.evidence) db.run('INSERT OR IGNORE INTO tombstones VALUES (?, ?)', placeHash(place), MADE_AT + heir);
    },
    bringBack: (id) => ({ segments: takeOut(ELSEWHERE + id), places: takeOut(MADE_AT + id) }),
    isAway: (segment) => db.get(`SELECT 1 FROM tombstones WHERE hash = ? AND memory LIKE '${ELSEWHERE}%' LIMIT 1`, segment) !== undefined,
    raiseAway: (id) =>
      db.run("INSERT OR IGNORE INTO tombstones SELECT hash, ? FROM tombstones WHERE memory = ? AND memory <> ''", id, ELSEWHERE + id) > 0,
    raisedAway: () =>
      db
        .all<{ id: MemoryId }>(
          `SELECT DISTINCT memory AS id FROM tombstones
           WHERE memory <> '' AND memory NOT LIKE '${ELSEWHERE}%' AND memory NOT IN (SELECT id FROM memories)`,
        )
        .map(({ id }) => id),
  };
}
