// Files that others read while we write them: whole before or whole after, never half.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Replaces a file in one step. Its folder must exist. */
export function writeAtomically(file: string, text: string, mode: number): void {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    // Flushed before it takes the old one's place: a power cut would leave an empty file otherwise.
    fs.writeFileSync(draft, text, { mode, flag: 'wx', flush: true });
    fs.chmodSync(draft, mode); // The mode given at creation is narrowed by the umask.
    fs.renameSync(draft, file);
  } catch (thrown) {
    fs.rmSync(draft, { force: true });
    throw thrown;
  }
}
