// VS Code's own list of a window's chats, asked only where a chat's file is empty: was there something to read?
import fs from 'node:fs';
import path from 'node:path';
import { asObject, asText, parseObject } from '../loose.ts';

/**
 * True when the list names the session as one with content on this machine. False also when the list cannot be read, so that only what is known
 * is reported. Opens the editor's database for reading only, and neither sets its journal mode nor treats it as unchanging: the editor is writing.
 */
export async function saysContent(editorStorage: string, session: string): Promise<boolean> {
  const file = path.join(editorStorage, 'state.vscdb');
  if (!fs.existsSync(file)) return false;
  try {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const row = asObject(database.prepare("SELECT value FROM ItemTable WHERE key = 'chat.ChatSessionStore.index'").get());
      const value = row?.['value'];
      const index = parseObject(value instanceof Uint8Array ? Buffer.from(value).toString() : (asText(value) ?? ''));
      const entry = asObject(asObject(index?.['entries'])?.[session]);
      return entry !== undefined && entry['isEmpty'] === false && entry['isExternal'] !== true;
    } finally {
      database.close();
    }
  } catch {
    return false; // Locked, or of another make: then the empty file is all that is known.
  }
}
