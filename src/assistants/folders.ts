// Which conversations belong to a workspace folder: those held in it, or in another working tree of the same repository.
import fs from 'node:fs/promises';
import path from 'node:path';

/** Whether a directory belongs to the workspace. Asked with each listing anew: working trees come and go. */
export type BelongsHere = (directory: string) => Promise<boolean>;

/** Tells directories that are one of `folders` or lie in one, or in the same place of another working tree. Follows links where the directory still exists. */
export async function membership(folders: readonly string[]): Promise<BelongsHere> {
  const all = await Promise.all(folders.map(async (folder) => [folder, ...(await otherTrees(folder))]));
  const places = [...new Set(await Promise.all(all.flat().map(realPath)))];
  const known = new Map<string, Promise<boolean>>();
  const look = async (directory: string): Promise<boolean> => {
    if (!path.isAbsolute(directory)) return false;
    const real = await realPath(directory);
    return places.some((place) => contains(place, real) || contains(place, directory));
  };
  return (directory) => {
    const answer = known.get(directory) ?? look(directory);
    known.set(directory, answer);
    return answer;
  };
}

function contains(place: string, directory: string): boolean {
  const between = path.relative(place, directory); // Ignores case on Windows.
  return between === '' || (between !== '..' && !between.startsWith(`..${path.sep}`) && !path.isAbsolute(between));
}

/** The same place in the main and the linked working trees; none when the folder is in no repository. */
async function otherTrees(folder: string): Promise<string[]> {
  const root = await repositoryRoot(folder);
  if (root === undefined) return [];
  const common = await commonDirectory(root);
  const links = await fs.readdir(path.join(common, 'worktrees')).catch(() => []);
  const linked = await Promise.all(links.map((name) => firstLine(path.join(common, 'worktrees', name, 'gitdir'))));
  const trees = linked.filter((file) => file !== undefined).map((file) => path.dirname(path.resolve(common, file)));
  if (path.basename(common) === '.git') trees.push(path.dirname(common));
  const within = path.relative(root, folder);
  return trees.filter((tree) => tree !== root).map((tree) => path.join(tree, within));
}

async function repositoryRoot(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = await fs.stat(path.join(at, '.git')).catch(() => undefined);
    if (found) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

/** The repository's own directory: `.git`, or where a linked working tree's `.git` file leads. */
async function commonDirectory(root: string): Promise<string> {
  const own = path.join(root, '.git');
  const pointer = /^gitdir: (.+)$/.exec((await firstLine(own)) ?? '')?.[1];
  if (pointer === undefined) return own;
  const linked = path.resolve(root, pointer);
  const common = await firstLine(path.join(linked, 'commondir'));
  return common === undefined ? linked : path.resolve(linked, common);
}

/** Undefined for a directory or a missing file. */
async function firstLine(file: string): Promise<string | undefined> {
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  return text?.split('\n', 1)[0]?.trim();
}

async function realPath(directory: string): Promise<string> {
  return fs.realpath(directory).catch(() => path.resolve(directory)); // Gone by now: its name still tells whose it was.
}
