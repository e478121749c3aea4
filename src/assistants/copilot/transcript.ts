import fs from 'node:fs/promises';
import path from 'node:path';
import type { SessionId } from '../../memory.ts';
import type { Surroundings, Transcript, TranscriptReader } from '../assistant.ts';
import { membership } from '../folders.ts';
import { Heads, statFile } from '../heads.ts';
import { asObject, asText, type Loose } from '../loose.ts';
import { readRecords } from '../records.ts';
import { mapEvents } from './events.ts';

/** Conversations of Copilot's CLI and of VS Code's Copilot harness: `~/.copilot/session-state/<id>/events.jsonl`, before 2026 flat `<id>.jsonl`. */
export function createCopilotReader(): TranscriptReader {
  const heads = new Heads(folderIn);
  return {
    assistant: 'copilot',

    async find(where) {
      const sessions = sessionsFolder(where);
      const belongsHere = await membership(where.folders);
      const names = await fs.readdir(sessions).catch(() => []);
      const found: Transcript[] = [];
      for (const name of names) {
        const file = path.join(sessions, name, ...(name.endsWith('.jsonl') ? [] : ['events.jsonl']));
        const stat = await statFile(file);
        const folder = stat && (await heads.of(file));
        if (!stat || folder === undefined || !(await belongsHere(folder))) continue;
        found.push({ assistant: 'copilot', session: path.basename(name, '.jsonl') as SessionId, path: file, ...stat });
      }
      return found.sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
    },

    watched: (where) => [{ path: sessionsFolder(where), isRecursive: true }],

    read: (transcript, cursor) => readRecords(transcript.path, cursor, (state) => mapEvents(transcript, state)),
  };
}

const sessionsFolder = (where: Surroundings): string =>
  path.join(where.env['COPILOT_HOME'] || path.join(where.home, '.copilot'), 'session-state');

/** Where a session works, from its first event that says so; later changes of directory do not make it another folder's conversation. */
function folderIn(record: Loose): string | undefined {
  const context = asObject(asObject(record['data'])?.['context']);
  return asText(context?.['cwd']) ?? asText(context?.['gitRoot']);
}
