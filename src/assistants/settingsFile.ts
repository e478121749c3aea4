// Changing another program's settings file, and undoing it. The user's formatting, comments, file mode and links are kept; what was there before
// is backed up beside the file; a small ledger in Cairn's own folder holds the hashes by which an untouched file is known, so that it can be given
// back byte for byte.
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { codeOf, UserError } from '../util/errors.ts';
import { asObject, asText, parseObject } from './loose.ts';

/** The text with or without our entries; the same text when nothing needs to change. Throws a UserError for a text that cannot be understood. */
export type Rewrite = (text: string | undefined) => string;

/** What was written where, as hashes. No `original`: the file did not exist. No `backup`: there was nothing to back up, or our entries stood in it. */
interface Entry {
  readonly kind: string;
  readonly written: string;
  readonly original?: string;
  readonly backup?: string;
}
type Ledger = Record<string, Entry>;

/** Rewrites the file so that it holds our entries; does nothing when it does already. `kind` names the change for `recorded`. */
export function connectFile(file: string, kind: string, ledgerFile: string, rewrite: Rewrite, remove: Rewrite): void {
  const real = realFile(file);
  const text = readText(real);
  const after = rewrite(text);
  if (after === text) return;
  const ledger = readLedger(ledgerFile);
  const known = ledger[real];
  const isOursStill = text !== undefined && known?.written === hashOf(text);
  const backup = `${real}.cairn-backup`;
  let before: Partial<Entry> = {};
  if (isOursStill) {
    // Ours gives way to ours: what was before stays what was before.
    before = known;
  } else if (text !== undefined) {
    before = { original: hashOf(text) };
    // A file that holds entries of ours which nobody remembers cannot be restored, only cleaned.
    if (remove(text) === text) {
      before = { ...before, backup };
      writeWhole(backup, text, modeOf(real));
    }
  }
  writeLedger(ledgerFile, { ...ledger, [real]: { ...before, kind, written: hashOf(after) } });
  writeWhole(real, after, modeOf(real));
}

/** Undoes `connectFile`: the bytes from before when nobody has touched the file since, else only our entries go. */
export function disconnectFile(file: string, ledgerFile: string, remove: Rewrite): void {
  const real = realFile(file);
  const ledger = readLedger(ledgerFile);
  const entry = ledger[real];
  const text = readText(real);
  if (text !== undefined) {
    const isUntouched = entry?.written === hashOf(text);
    const restored = entry?.backup ? readText(entry.backup) : undefined;
    const isGood = restored !== undefined && hashOf(restored) === entry?.original;
    const isOwnFile = entry !== undefined && entry.original === undefined;
    const after = isUntouched && isGood ? restored : remove(text);
    // A file that was made for us, and holds nothing else, goes with us.
    if (isOwnFile && Object.keys(parseObject(after) ?? { other: true }).length === 0) fs.rmSync(real);
    else if (after !== text) writeWhole(real, after, modeOf(real));
  }
  if (!entry) return;
  if (entry.backup) fs.rmSync(entry.backup, { force: true });
  writeLedger(ledgerFile, Object.fromEntries(Object.entries(ledger).filter(([other]) => other !== real)));
}

/** The files that were changed and not yet given back, with the kind of the change. */
export function recorded(ledgerFile: string): { readonly file: string; readonly kind: string }[] {
  return Object.entries(readLedger(ledgerFile)).map(([file, { kind }]) => ({ file, kind }));
}

/** The file's text; undefined when there is none. */
export function readText(file: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw new UserError(
      `${file} cannot be read (${codeOf(thrown) ?? 'unknown error'}). Nothing was written. Check the file and its rights.`,
      { cause: thrown },
    );
  }
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes))
    throw new UserError(`${file} is not UTF-8 text. Nothing was written. Save it as UTF-8, then try again.`);
  return text;
}

/** Where links lead, so that the file is changed and the link stays; also where a link leads that has no file yet. */
function realFile(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    try {
      return path.resolve(path.dirname(file), fs.readlinkSync(file));
    } catch {
      // Neither a file nor a link: it will be made here. The folder may itself be a link.
      const folder = path.dirname(file);
      return fs.existsSync(folder) ? path.join(fs.realpathSync(folder), path.basename(file)) : file;
    }
  }
}

/** Settings may hold keys: a new file is the user's alone. */
function modeOf(file: string): number {
  return fs.existsSync(file) ? fs.statSync(file).mode & 0o777 : 0o600;
}

/** All or nothing: a reader sees the old text or the new one, also after a crash. */
function writeWhole(file: string, text: string, mode: number): void {
  const draft = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, text, { mode, flush: true });
    fs.chmodSync(draft, mode); // The mode above is cut by the umask.
    fs.renameSync(draft, file);
  } catch (thrown) {
    fs.rmSync(draft, { force: true });
    throw new UserError(
      `${file} cannot be written (${codeOf(thrown) ?? 'unknown error'}). It was left as it is. Check its rights, then try again.`,
      { cause: thrown },
    );
  }
}

function readLedger(ledgerFile: string): Ledger {
  const read = parseObject(readText(ledgerFile) ?? '') ?? {};
  const entries = Object.entries(read).flatMap(([file, value]) => {
    const entry = asObject(value);
    const kind = asText(entry?.['kind']);
    const written = asText(entry?.['written']);
    if (kind === undefined || written === undefined) return [];
    const original = asText(entry?.['original']);
    const backup = asText(entry?.['backup']);
    return [[file, { kind, written, ...(original !== undefined && { original }), ...(backup !== undefined && { backup }) }] as const];
  });
  return Object.fromEntries(entries);
}

function writeLedger(ledgerFile: string, ledger: Ledger): void {
  if (Object.keys(ledger).length === 0) fs.rmSync(ledgerFile, { force: true });
  else writeWhole(ledgerFile, `${JSON.stringify(ledger, undefined, 2)}\n`, 0o600);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
