// The service as it runs at a user's, for the benches that measure its process.
import fs from 'node:fs';
import path from 'node:path';
import type { ServiceSettings } from '../src/link/protocol.ts';
import { UserError } from '../src/util/errors.ts';

/** Where `npm run build` puts the bundles. */
export const DIST = path.resolve(import.meta.dirname, '../dist');

/** @throws UserError where one of these bundles is not there: to be asked before what takes long */
export function needBundles(...names: readonly string[]): void {
  for (const name of names)
    if (!fs.existsSync(path.join(DIST, name))) throw new UserError(`There is no dist/${name}. Run \`npm run build\` first.`);
}

/** One folder, its own storage, and nothing read from the machine it runs on. */
export function settingsFor(given: Pick<ServiceSettings, 'roots' | 'globalStorage' | 'models'>): ServiceSettings {
  return {
    ...given,
    sources: [],
    excluded: [],
    sessionStartTokens: 800,
    promptTokens: 300,
    keepDays: 7,
    maxStoreMb: 4_000,
    isPaused: false,
  };
}

/** Megabytes (2^20 bytes) that a process holds in memory: now (`VmRSS`), or the most that it ever did (`VmHWM`). Null where the system does not tell in /proc. */
export function residentMb(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number | null {
  const file = `/proc/${pid}/status`;
  if (!fs.existsSync(file)) return null;
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(fs.readFileSync(file, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1_024;
}
