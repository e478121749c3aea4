// A store written before the editor starts: the window finds it by the registry, as it would find one that another window made.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { claimStore } from '../../../src/link/claimStore.ts';
import { identify } from '../../../src/link/identity.ts';
import type { MemoryDraft, MemoryId } from '../../../src/memory.ts';
import { openStore } from '../../../src/store/sqliteStore.ts';
import type { Store } from '../../../src/store/store.ts';
import { session, settlement } from '../../support/storeSamples.ts';
import type { BedFolders } from './bed.ts';

export interface Seed {
  readonly id: string;
  readonly draft: MemoryDraft;
}

/** Where the memories of the bed's folder are kept when they were seeded. */
export const seededStore = ({ home }: Pick<BedFolders, 'home'>): string => path.join(home, 'memories');

/** For `prepare`: the folder's store, made and claimed, is filled by `fill` and closed. */
export async function seedStore(
  { home, workspace }: BedFolders,
  fill: (store: Store, folder: string) => Promise<void> | void,
): Promise<void> {
  const storage = seededStore({ home });
  await claimStore(path.join(home, '.cairn'), { folder: workspace, repository: await identify(workspace), storage, atMs: Date.now() });
  const store = openStore(storage);
  try {
    await fill(store, storage);
  } finally {
    store.close();
  }
}

/** Adds memories as a compressed session would have left them. */
export function addAll(store: Store, seeds: readonly Seed[]): void {
  store.settle(
    settlement({
      session: session('seeded'),
      add: seeds.map(({ id, draft }) => ({ id: id as MemoryId, draft: { ...draft, segments: [store.segmentHash(draft.text)] } })),
    }),
  );
}

/** Reads the store beside its service, as any other process could. */
export function askStore(bed: Pick<BedFolders, 'home'>, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path.join(seededStore(bed), 'memory.db'), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
