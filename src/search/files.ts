// Derived files: written beside and renamed, readable by their user only.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';

/** Lets `write` fill a new file (mode 0600), which then takes the place of `path` at once: a reader sees the old one or the new one, whole. */
export function replaceFile(path: string, write: (temporary: string) => void): void {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    fs.writeFileSync(temporary, '', { mode: 0o600, flag: 'wx' });
    write(temporary);
    fs.renameSync(temporary, path);
  } catch (thrown) {
    fs.rmSync(temporary, { force: true });
    throw thrown;
  }
}
