// `~/.cairn/registry.json`: which store belongs to which repository, and how to reach whoever owns it. Hooks and MCP
// servers, started by other programs, find their way by it; windows agree through it on one store a repository.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from '../util/errors.ts';
import { writeAtomically } from './atomicFile.ts';
import { withLock } from './fileLock.ts';
import { findGit, type RepositoryId } from './identity.ts';
import { ancestors, ensurePrivateFolder, realFolder, registryFile, socketPath } from './paths.ts';

/** The repository of the memories that belong to the user rather than to a project. */
export const GLOBAL_REPOSITORY = 'global' as RepositoryId;

/** Beyond this many folders the longest unused are dropped; their stores stay known by their repository. */
const MAX_FOLDERS = 2_000;

interface StoreEntry {
  readonly socket: string;
  readonly token: string;
}

interface FolderEntry {
  readonly store: string;
  readonly repository: string;
  /** Git's common folder, by which other worktrees of it are known. */
  readonly git?: string;
  readonly updatedAtMs: number;
}

/** What starts hooks and MCP servers: the editor's runtime and the extension's `dist` folder, as of the last activation. */
export interface Runtime {
  readonly path: string;
  readonly dist: string;
}

export interface Registry {
  /** By store folder. */
  readonly stores: Readonly<Record<string, StoreEntry>>;
  /** Store folder by repository. */
  readonly repositories: Readonly<Record<string, string>>;
  /** By the folder's real path. */
  readonly folders: Readonly<Record<string, FolderEntry>>;
  readonly runtime?: Runtime;
}

/** A store, and how its owner is asked. */
export interface StoreAddress {
  /** The store's folder. */
  readonly store: string;
  readonly socket: string;
  /** What the socket wants to hear first. A secret of this user. */
  readonly token: string;
  /** The registered folder that led to the store; absent for the global one. */
  readonly folder?: string;
}

export interface Claim {
  /** Absent for the global store. */
  readonly folder?: string;
  readonly repository: RepositoryId;
  /** Where the editor would have this window keep its memories: used when the repository has no store yet. */
  readonly storage: string;
  readonly runtime?: Runtime;
  readonly atMs: number;
}

/** Reads what is there; a missing, damaged or newer file gives what could be understood of it, perhaps nothing. Never throws. */
export function readRegistry(home: string): Registry {
  try {
    return understand(JSON.parse(fs.readFileSync(registryFile(home), 'utf8')));
  } catch {
    return understand(undefined);
  }
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

/** The store for work in `cwd`: that of the nearest registered folder above it, else that of another worktree of its repository. Microseconds; touches no network. */
export function findStore(registry: Registry, cwd: string): StoreAddress | undefined {
  const real = realFolder(cwd);
  const above = ancestors(real).find((folder) => Object.hasOwn(registry.folders, folder));
  return addressOf(registry, above ?? sameGitFolder(registry, real));
}

/** The store of the user's global memories, if one was ever made. */
export function findGlobalStore(registry: Registry): StoreAddress | undefined {
  const store = registry.repositories[GLOBAL_REPOSITORY];
  const entry = store === undefined ? undefined : registry.stores[store];
  return store !== undefined && entry ? { store, ...entry } : undefined;
}

function addressOf(registry: Registry, folder: string | undefined): StoreAddress | undefined {
  const store = folder === undefined ? undefined : registry.folders[folder]?.store;
  const entry = store === undefined ? undefined : registry.stores[store];
  return folder !== undefined && store !== undefined && entry ? { folder, store, ...entry } : undefined;
}

function sameGitFolder(registry: Registry, realPath: string): string | undefined {
  const git = findGit(realPath)?.commonFolder;
  if (git === undefined) return undefined;
  return Object.entries(registry.folders).find(([, entry]) => entry.git === git)?.[0];
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

function understand(value: unknown): Registry {
  const record = asRecord(value);
  const runtime = asRecord(record['runtime']);
  return {
    stores: pick<StoreEntry>(record['stores'], (store) => isText(store['socket']) && isText(store['token'])),
    repositories: Object.fromEntries(
      Object.entries(asRecord(record['repositories'])).filter((pair): pair is [string, string] => isText(pair[1])),
    ),
    folders: pick<FolderEntry>(
      record['folders'],
      (folder) => isText(folder['store']) && isText(folder['repository']) && typeof folder['updatedAtMs'] === 'number',
    ),
    ...(isText(runtime['path']) && isText(runtime['dist']) && { runtime: { path: runtime['path'], dist: runtime['dist'] } }),
  };
}

function pick<T extends object>(value: unknown, isOne: (entry: Record<string, unknown>) => boolean): Record<string, T> {
  const good = Object.entries(asRecord(value)).filter(([, entry]) => isOne(asRecord(entry)));
  return Object.fromEntries(good) as Record<string, T>;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
