// Finds git's own folder by looking at files: quick enough for a hook, and needs no git.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ancestors, realFolder } from './paths.ts';

/** Where git keeps a repository's common files: the same for all of its worktrees. */
export interface GitPlace {
  /** The working tree's top folder. */
  readonly top: string;
  /** Real path of the common `.git` folder. */
  readonly commonFolder: string;
  /** The working tree's own: the same, except in worktrees and submodules. */
  readonly ownFolder: string;
}

/** The repository around a folder, by files alone: a few microseconds a level. The home folder's own repository (dotfiles) does not count for the folders in it. */
export function findGit(realPath: string): GitPlace | undefined {
  for (const top of ancestors(realPath)) {
    if (top === realFolder(os.homedir()) && top !== realPath) return undefined;
    const folders = foldersAt(path.join(top, '.git'));
    if (folders) return { top, ...folders };
  }
  return undefined;
}

/** `.git` is a folder, or, in worktrees and submodules, a file that names one. */
function foldersAt(dotGit: string): Omit<GitPlace, 'top'> | undefined {
  try {
    const stat = fs.statSync(dotGit, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (stat.isDirectory()) {
      const ownFolder = realFolder(dotGit);
      return fs.existsSync(path.join(dotGit, 'HEAD')) ? { commonFolder: ownFolder, ownFolder } : undefined;
    }
    const named = /^gitdir:\s*(.+?)\s*$/m.exec(fs.readFileSync(dotGit, 'utf8'))?.[1];
    if (!named) return undefined;
    const own = path.resolve(path.dirname(dotGit), named);
    const common = path.join(own, 'commondir');
    const ownFolder = realFolder(own);
    return {
      ownFolder,
      commonFolder: fs.existsSync(common) ? realFolder(path.resolve(own, fs.readFileSync(common, 'utf8').trim())) : ownFolder,
    };
  } catch {
    return undefined; // Not readable: then we cannot tell, as without git.
  }
}

/** The branch that is checked out around a folder; undefined outside a repository, between branches, or when it cannot be read. */
export function branchOf(realPath: string): string | undefined {
  const place = findGit(realPath);
  if (!place) return undefined;
  try {
    return /^ref: refs\/heads\/(.+?)\s*$/.exec(fs.readFileSync(path.join(place.ownFolder, 'HEAD'), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
