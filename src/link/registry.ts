// `~/.cairn/registry.json`: which store belongs to which repository, and how to reach whoever owns it. Hooks and MCP
// servers, started by other programs, find their way by it; windows agree through it on one store a repository.
// Read here, by processes that must start in milliseconds; written in `claimStore.ts`.
import fs from 'node:fs';
import { findGit } from './gitFolder.ts';
import type { RepositoryId } from './identity.ts';
import { ancestors, realFolder, registryFile } from './paths.ts';

/** The repository of the memories that belong to the user rather than to a project. */
export const GLOBAL_REPOSITORY = 'global' as RepositoryId;

interface StoreEntry {
  readonly socket: string;
  readonly token: string;
}

export interface FolderEntry {
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

/** Reads what is there; a missing, damaged or newer file gives what could be understood of it, perhaps nothing. Never throws. */
export function readRegistry(home: string): Registry {
  try {
    return understand(JSON.parse(fs.readFileSync(registryFile(home), 'utf8')));
  } catch {
    return understand(undefined);
  }
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
