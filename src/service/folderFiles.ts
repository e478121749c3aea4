// The files of a folder that are its own: those that git knows or would take in, else all but what others put there.
import fs from 'node:fs';
import path from 'node:path';
import { git } from '../link/git.ts';

/** Bigger folders without git are not walked to their end. */
const MOST_ENTRIES = 50_000;
const LIMITS = { mostBytes: 64 * 1024 * 1024, withinMs: 20_000 };
/** What others put there, and nobody tells memories of. */
const PASSED_OVER = new Set(['.git', 'node_modules', '.venv', 'dist', 'out', 'target', '__pycache__']);

/** Paths relative to the folder, `/` between folders; of a big folder without git as many as are looked at. */
export async function filesIn(folder: string): Promise<string[]> {
  try {
    const names = listed(await git(folder, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], LIMITS));
    if (names.length > 0) {
      // Deleted ones stay in git's list until that is committed: the disk decides.
      const deleted = new Set(listed(await git(folder, ['ls-files', '-z', '--deleted'], LIMITS)));
      return names.filter((name) => !deleted.has(name));
    }
  } catch {
    // No git, or no repository: the folder itself is walked.
  }
  return walk(folder);
}

const listed = (printed: string): string[] => printed.split('\0').filter((name) => name !== '');

async function walk(folder: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [''];
  for (let at = folders.pop(); at !== undefined && found.length < MOST_ENTRIES; at = folders.pop()) {
    const entries = await fs.promises.readdir(path.join(folder, at), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const inside = at === '' ? entry.name : `${at}/${entry.name}`;
      if (!entry.isDirectory()) found.push(inside);
      else if (!PASSED_OVER.has(entry.name)) folders.push(inside);
    }
  }
  return found;
}
