// What the beginning of a transcript says of the folder it belongs to, read once a file: there may be thousands, and they are listed often.
import fs from 'node:fs/promises';
import { parseObject, type Loose } from './loose.ts';

/** Enough for the first record that names its folder: long prompts and hook outputs may stand before it. */
const HEAD_BYTES = 256 * 1024;
/** Most name it in the first lines, so most files cost one small read. */
const FIRST_BYTES = 8 * 1024;

/** Remembers what it found; what was not there yet (a file just begun) is looked for again. */
export class Heads {
  readonly #folderIn: (record: Loose) => string | undefined;
  readonly #known = new Map<string, string>();

  /** `folderIn` picks the folder out of a record, undefined when it does not say. */
  constructor(folderIn: (record: Loose) => string | undefined) {
    this.#folderIn = folderIn;
  }

  /** The folder that the conversation in `file` belongs to; undefined when the head does not say, or the file cannot be read. */
  async of(file: string): Promise<string | undefined> {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const found = (await this.#look(file, FIRST_BYTES)) ?? (await this.#look(file, HEAD_BYTES));
    if (found !== undefined) this.#known.set(file, found);
    return found;
  }

  async #look(file: string, bytes: number): Promise<string | undefined> {
    for (const line of (await headOf(file, bytes)).split('\n')) {
      const record = parseObject(line);
      const folder = record && this.#folderIn(record);
      if (folder !== undefined) return folder;
    }
    return undefined;
  }
}

async function headOf(file: string, bytes: number): Promise<string> {
  const handle = await fs.open(file).catch(() => undefined);
  try {
    const read = await handle?.read(Buffer.alloc(bytes), 0, bytes, 0);
    return read?.buffer.toString('utf8', 0, read.bytesRead) ?? '';
  } catch {
    return ''; // Gone or locked: it will be listed again.
  } finally {
    await handle?.close();
  }
}

/** Time and size of a plain file; undefined when there is none. */
export async function statFile(file: string): Promise<{ modifiedAtMs: number; sizeBytes: number } | undefined> {
  const stat = await fs.stat(file).catch(() => undefined);
  return stat?.isFile() ? { modifiedAtMs: stat.mtimeMs, sizeBytes: stat.size } : undefined;
}
