// What a session start would be given, rendered beforehand, so that a hook can answer while no service runs.
// Read by the hook at each start: imports nothing but the file system.
import fs from 'node:fs';
import path from 'node:path';
import type { ContextBlock } from '../memory.ts';
import { replaceFile } from '../search/files.ts';

const FILE = 'digest.json';
const FORMAT = 1;
/** Far more than a block can have; what is longer is not ours. */
const MOST_BYTES = 256 * 1024;

interface Digest extends ContextBlock {
  readonly format: number;
}

/**
 * Keeps the block in the store's folder (mode 0600, replaced whole); without one, removes what was kept. Call after every change of
 * the memories. When it cannot be written, the older one is removed: it might hold what was forgotten since. Throws when that fails too.
 */
export function writeDigest(folder: string, block: ContextBlock | undefined): void {
  const file = path.join(folder, FILE);
  if (!block) {
    fs.rmSync(file, { force: true });
    return;
  }
  const digest: Digest = { format: FORMAT, text: block.text, tokens: block.tokens, memories: block.memories };
  const text = JSON.stringify(digest);
  if (readText(file) === text) return;
  try {
    replaceFile(file, (temporary) => fs.writeFileSync(temporary, text));
  } catch {
    // A hook that says nothing is better than one that says what should be forgotten.
    fs.rmSync(file, { force: true });
  }
}

/** What was kept last; undefined when there is nothing, or nothing that can be read. */
export function readDigest(folder: string): ContextBlock | undefined {
  const text = readText(path.join(folder, FILE));
  if (text === undefined) return undefined;
  try {
    const digest: unknown = JSON.parse(text);
    return isDigest(digest) ? { text: digest.text, tokens: digest.tokens, memories: digest.memories } : undefined;
  } catch {
    // Not JSON: as good as none, and written anew at the next change.
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return fs.statSync(file).size <= MOST_BYTES ? fs.readFileSync(file, 'utf8') : undefined;
  } catch {
    // Missing is the usual case.
    return undefined;
  }
}

function isDigest(value: unknown): value is Digest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, text, tokens, memories } = value as Partial<Record<keyof Digest, unknown>>;
  return format === FORMAT && typeof text === 'string' && typeof tokens === 'number' && Array.isArray(memories);
}
