// Why one memory by itself may be worth a look, in plain words. Undefined: it is not, for this reason.
import type { MemoryRow } from '../browsing.ts';

const DAY_MS = 24 * 3_600_000;

/** Given to so many sessions without having been used once. */
export const GIVEN_OFTEN = 3;
/** Of 1,627 memories of real sessions one in eighteen weighs less, and none weighs less than .1: what is lighter is not kept at all. */
const LIGHT = 0.2;
/** Half a year in which no session was given it. */
const OLD_DAYS = 180;

/** Where a file that a memory names is: in the workspace, or no more. One of which neither can be said (a bare name that no file has, a path elsewhere) has none. */
export type Presence = 'there' | 'gone';

/**
 * Where a name of code that a memory speaks of is: in the workspace; or no more, and then the latest time at which it is known to have been there, milliseconds since
 * 1970. One that may never have been there has none.
 */
export type Sighting = 'there' | number;

/**
 * Every file that it names is gone from the workspace, or every name of code, as far as that is known. By the file or the name as the memory spells it. One that is
 * there is enough to keep the memory in use; those of which nothing is known say nothing. A name that was gone when the memory was told is no reason: it may be about
 * just that.
 */
export function staleReason(
  { files, symbols, atMs }: Pick<MemoryRow, 'files' | 'symbols' | 'atMs'>,
  presence: ReadonlyMap<string, Presence>,
  sightings: ReadonlyMap<string, Sighting>,
): string | undefined {
  const gone = files.filter((file) => presence.get(file) === 'gone');
  if (gone.length > 0 && !files.some((file) => presence.get(file) === 'there')) return `${areNot(gone, 'files')} there any more`;
  const lost = symbols.filter((symbol) => Number(sightings.get(symbol)) >= atMs);
  if (lost.length > 0 && !symbols.some((symbol) => sightings.get(symbol) === 'there'))
    return `${areNot(lost, 'names')} in the code any more`;
  return undefined;
}

function areNot([first, second, ...others]: readonly string[], what: string): string {
  if (second === undefined) return `${first} is not`;
  return others.length === 0 ? `${first} and ${second} are not` : `${first} and ${others.length + 1} other ${what} are not`;
}

/** Given to three sessions or more, and what it says never came back in what followed. `sessions`: to how many it was given. */
export function unusedReason({ uses }: Pick<MemoryRow, 'uses'>, sessions: number): string | undefined {
  if (uses.used > 0 || sessions < GIVEN_OFTEN) return undefined;
  return `given to ${sessions} sessions, and never used`;
}

/** It weighs little, and was never used. */
export function doubtfulReason({ weight, uses }: Pick<MemoryRow, 'weight' | 'uses'>): string | undefined {
  if (weight >= LIGHT || uses.used > 0) return undefined;
  return `perhaps not worth keeping: its weight is ${weight.toFixed(2).slice(1)}`;
}

/** Older than 180 days, and no session was ever given it. */
export function oldReason({ atMs, uses }: Pick<MemoryRow, 'atMs' | 'uses'>, nowMs: number): string | undefined {
  const days = (nowMs - atMs) / DAY_MS;
  if (days <= OLD_DAYS || uses.given > 0) return undefined;
  return `${howLong(days)} old, and never given`;
}

/** In words: "3 days", "7 months", "2 years". */
export function howLong(days: number): string {
  const [count, unit] =
    days < 1
      ? [Math.round(days * 24), 'hour']
      : days < 60
        ? [Math.floor(days), 'day']
        : days < 730
          ? [Math.floor(days / 30.4), 'month']
          : [Math.floor(days / 365), 'year'];
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
