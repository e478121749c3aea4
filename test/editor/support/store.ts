// What a store holds, read beside its service, as any other process could.
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Bed } from './bed.ts';

export interface Row {
  readonly role: string;
  readonly source: string;
  readonly text: string;
}

/** What was taken in for the opened folder. */
export function observations(bed: Bed): Row[] {
  const storage = path.join(bed.userData, 'User/workspaceStorage');
  const store = fs
    .readdirSync(storage)
    .map((hash) => path.join(storage, hash, 'cairn-memory.cairn/memory.db'))
    .find((file) => fs.existsSync(file));
  if (!store) return [];
  const database = new DatabaseSync(store, { readOnly: true });
  try {
    return database.prepare('SELECT role, source, text FROM observations').all() as unknown as Row[];
  } finally {
    database.close();
  }
}
