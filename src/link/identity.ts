// Which repository a folder belongs to, so that its clones, worktrees and windows share one memory.
import fs from 'node:fs';
import path from 'node:path';
import { git as askGit } from './git.ts';
import { findGit } from './gitFolder.ts';
import { realFolder } from './paths.ts';

declare const brand: unique symbol;
/** `git:<root commit>:<remote>`, one of the two may be `-`; or `folder:<real path>` where there is no git, or nothing in it yet. */
export type RepositoryId = string & { readonly [brand]: 'RepositoryId' };

/** Walking a very long history for its first commit takes seconds; the remote's name is then enough. */
const GIT_LIMIT_MS = 3_000;

/** Reads git's files and asks `git` for the first commit, with a time limit. Never throws: the worst answer is the folder's own path. */
export async function identify(folder: string): Promise<RepositoryId> {
  const real = realFolder(folder);
  const git = findGit(real);
  if (!git) return `folder:${real}` as RepositoryId;
  const remote = remoteOf(git.commonFolder);
  // A shallow clone's first commit is only where the copy was cut off.
  const isShallow = fs.existsSync(path.join(git.commonFolder, 'shallow'));
  const root = isShallow ? undefined : await firstCommit(git.commonFolder);
  if (!root && !remote) return `folder:${git.commonFolder}` as RepositoryId;
  return `git:${root ?? '-'}:${remote ?? '-'}` as RepositoryId;
}

/** Oldest root, since merging an unrelated history adds younger ones. */
async function firstCommit(commonFolder: string): Promise<string | undefined> {
  try {
    const roots = await askGit(commonFolder, [`--git-dir=${commonFolder}`, 'rev-list', '--max-parents=0', 'HEAD'], {
      withinMs: GIT_LIMIT_MS,
    });
    const last = roots.trim().split('\n').at(-1) ?? '';
    return /^[0-9a-f]{40,64}$/.test(last) ? last : undefined;
  } catch {
    return undefined;
  }
}

/** `origin`, else the first remote named. */
function remoteOf(commonFolder: string): string | undefined {
  let config: string;
  try {
    config = fs.readFileSync(path.join(commonFolder, 'config'), 'utf8');
  } catch {
    return undefined;
  }
  const urls = new Map<string, string>();
  let section = '';
  for (const line of config.split('\n')) {
    section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
    const name = /^remote "(.+)"$/.exec(section)?.[1];
    const url = /^\s*url\s*=\s*(.+?)\s*$/.exec(line)?.[1];
    if (name && url && !urls.has(name)) urls.set(name, url);
  }
  const url = urls.get('origin') ?? urls.values().next().value;
  return url && normaliseRemote(url);
}

/** `git@Host:a/b.git`, `https://user:token@host/a/b` and `ssh://git@host:22/a/b` are all `host/a/b`. Never holds a user or a password. */
export function normaliseRemote(url: string): string {
  const scp = /^(?:[^/\s]+@)?([^@:/\s]{2,}):(?!\/\/)(.+)$/.exec(url);
  const full = /^[a-z][a-z+.-]*:\/\/(?:[^/]*@)?([^@/:]*)(?::\d+)?\/(.*)$/i.exec(url);
  const place = full ? `${full[1]}/${full[2]}` : scp ? `${scp[1]}/${scp[2]}` : url;
  return place
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
}
