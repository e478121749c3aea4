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
}

/** The repository around a folder, by files alone: a few microseconds a level. The home folder's own repository (dotfiles) does not count for the folders in it. */
export function findGit(realPath: string): GitPlace | undefined {
  for (const top of ancestors(realPath)) {
    if (top === realFolder(os.homedir()) && top !== realPath) return undefined;
    const commonFolder = commonFolderAt(path.join(top, '.git'));
    if (commonFolder) return { top, commonFolder };
  }
  return undefined;
}

/** `.git` is a folder, or, in worktrees and submodules, a file that names one. */
function commonFolderAt(dotGit: string): string | undefined {
  try {
    const stat = fs.statSync(dotGit, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (stat.isDirectory()) return fs.existsSync(path.join(dotGit, 'HEAD')) ? realFolder(dotGit) : undefined;
    const named = /^gitdir:\s*(.+?)\s*$/m.exec(fs.readFileSync(dotGit, 'utf8'))?.[1];
    if (!named) return undefined;
    const own = path.resolve(path.dirname(dotGit), named);
    const common = path.join(own, 'commondir');
    return realFolder(fs.existsSync(common) ? path.resolve(own, fs.readFileSync(common, 'utf8').trim()) : own);
  } catch {
    return undefined; // Not readable: then we cannot tell, as without git.
  }
}
