// Folders for stores on the real disk, and a look at their files from outside: a process that reads them itself would drop SQLite's locks.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A new folder for each test; all are removed after the last. Call inside `describe`. */
export function freshFolders(): () => string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-store-')));
  let made = 0;
  after(() => fs.rmSync(root, { recursive: true, force: true }));
  return () => path.join(root, `folder ${++made}`);
}

/** Which of `texts` stand anywhere in the files of a folder, byte for byte. */
export function foundInFiles(folder: string, texts: readonly string[]): string[] {
  const script = `
    const fs = require('node:fs'), path = require('node:path');
    const [folder, texts] = JSON.parse(fs.readFileSync(0, 'utf8'));
    const files = fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name)));
    console.log(JSON.stringify(texts.filter((text) => files.some((bytes) => bytes.includes(text)))));`;
  const output = execFileSync(process.execPath, ['-e', script], { input: JSON.stringify([folder, texts]), encoding: 'utf8' });
  return JSON.parse(output) as string[];
}

/** SQLite's own full check of a closed store. */
export function integrityOf(folder: string): unknown {
  const db = new DatabaseSync(path.join(folder, 'memory.db'), { readOnly: true });
  try {
    return db
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => row.integrity_check);
  } finally {
    db.close();
  }
}
