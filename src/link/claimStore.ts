// Writes the registry: gives each repository its one store.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from '../util/errors.ts';
import { writeAtomically } from './atomicFile.ts';
import { withLock } from './fileLock.ts';
import { findGit } from './gitFolder.ts';
import type { RepositoryId } from './identity.ts';
import { ensurePrivateFolder, realFolder, registryFile } from './paths.ts';
import { readRegistry, type FolderEntry, type Registry, type Runtime, type StoreAddress } from './registry.ts';
import { socketPath } from './socketPath.ts';

/** Beyond this many folders the longest unused are dropped; their stores stay known by their repository. */
const MAX_FOLDERS = 2_000;

export interface Claim {
  /** Absent for the global store. */
  readonly folder?: string;
  readonly repository: RepositoryId;
  /** Where the editor would have this window keep its memories: used when the repository has no store yet. */
  readonly storage: string;
  readonly runtime?: Runtime;
  readonly atMs: number;
}

/**
 * Finds the store of a repository or makes it: the first store made for a repository wins, one whose folder is gone is
 * replaced, and a folder keeps its store when its repository changes its name (a first commit, a new remote).
 * Waits for other windows that are writing; throws a `UserError` when that takes too long.
 */
export async function claimStore(home: string, claim: Claim): Promise<StoreAddress> {
  ensurePrivateFolder(home);
  const file = registryFile(home);
  return withLock(`${file}.lock`, () => {
    keepDamaged(file);
    const registry = readRegistry(home);
    const folder = claim.folder === undefined ? undefined : realFolder(claim.folder);
    const known = [sameRepositoryStore(registry, folder, claim.repository), registry.repositories[claim.repository]];
    const store = known.find((candidate) => candidate !== undefined && fs.existsSync(candidate)) ?? path.resolve(claim.storage);
    fs.mkdirSync(store, { recursive: true, mode: 0o700 });
    const token = registry.stores[store]?.token ?? randomBytes(24).toString('base64url');
    const socket = socketPath(store, { home, secret: token });
    const git = folder === undefined ? undefined : findGit(folder)?.commonFolder;
    const entry: FolderEntry = { store, repository: claim.repository, ...(git !== undefined && { git }), updatedAtMs: claim.atMs };
    const runtime = claim.runtime ?? registry.runtime;
    const next: Registry = {
      stores: { ...registry.stores, [store]: { socket, token } },
      repositories: { ...registry.repositories, [claim.repository]: store },
      folders: newest({ ...registry.folders, ...(folder !== undefined && { [folder]: entry }) }),
      ...(runtime && { runtime }),
    };
    writeAtomically(file, `${JSON.stringify({ version: 1, ...next }, undefined, 1)}\n`, 0o600);
    return { store, socket, token, ...(folder !== undefined && { folder }) };
  });
}

/** The folder's earlier store, unless another repository has taken the folder's place since. */
function sameRepositoryStore(registry: Registry, folder: string | undefined, repository: RepositoryId): string | undefined {
  const entry = folder === undefined ? undefined : registry.folders[folder];
  if (!entry) return undefined;
  const [before, now] = [rootOf(entry.repository), rootOf(repository)];
  return before !== undefined && now !== undefined && before !== now ? undefined : entry.store;
}

/** The first commit in a repository's id, where it is known. */
const rootOf = (repository: string): string | undefined => /^git:([0-9a-f]{40,}):/.exec(repository)?.[1];

function newest(folders: Readonly<Record<string, FolderEntry>>): Record<string, FolderEntry> {
  const entries = Object.entries(folders);
  if (entries.length <= MAX_FOLDERS) return folders;
  return Object.fromEntries(entries.sort(([, a], [, b]) => b.updatedAtMs - a.updatedAtMs).slice(0, MAX_FOLDERS));
}

/** A file that is no JSON would be written over: set it aside first, since it said which stores there are. */
function keepDamaged(file: string): void {
  try {
    JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') fs.renameSync(file, `${file}.damaged`);
  }
}
