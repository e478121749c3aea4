import fs from 'node:fs/promises';
import path from 'node:path';
import type { SessionId } from '../../memory.ts';
import type { Surroundings, Transcript, TranscriptReader } from '../assistant.ts';
import { membership } from '../folders.ts';
import { Heads, statFile } from '../heads.ts';
import { asText } from '../loose.ts';
import { readRecords } from '../records.ts';
import { mapClaudeCode } from './records.ts';

/**
 * Claude Code's conversations: `~/.claude/projects/<slug>/<session>.jsonl`, and its subagents' in `<session>/subagents/agent-<id>.jsonl` (in
 * older versions beside the sessions). Whose folder it is, the lines say (`cwd`): the slug maps `/a/b-c` and `/a/b/c` to the same name, is
 * hashed when long and differs between versions, so it is not even asked first; the heads of files are read once.
 */
export function createClaudeCodeReader(): TranscriptReader {
  const heads = new Heads((record) => asText(record['cwd']));
  return {
    assistant: 'claude-code',

    async find(where) {
      const belongsHere = await membership(where.folders);
      const found: Transcript[] = [];
      for (const file of await transcriptsIn(projectsFolder(where))) {
        const folder = await heads.of(file);
        const stat = folder !== undefined && (await belongsHere(folder)) && (await statFile(file));
        if (stat) found.push({ assistant: 'claude-code', session: sessionOf(file), path: file, ...stat });
      }
      return found.sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
    },

    watched: (where) => [{ path: projectsFolder(where), isRecursive: true }],

    read: (transcript, cursor) => {
      const isSubagent = path.basename(transcript.path).startsWith('agent-');
      return readRecords(transcript.path, cursor, (state) => mapClaudeCode({ ...transcript, isSubagent }, state));
    },
  };
}

/** Where Claude Code keeps its settings and conversations. */
export const configFolder = ({ home, env }: Pick<Surroundings, 'home' | 'env'>): string =>
  env['CLAUDE_CONFIG_DIR'] || path.join(home, '.claude');

const projectsFolder = (where: Surroundings): string => path.join(configFolder(where), 'projects');

async function transcriptsIn(projects: string): Promise<string[]> {
  const folders = await fs.readdir(projects, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    folders.filter((entry) => entry.isDirectory()).map((entry) => inProject(path.join(projects, entry.name))),
  );
  return found.flat();
}

async function inProject(project: string): Promise<string[]> {
  const entries = await fs.readdir(project, { withFileTypes: true }).catch(() => []);
  const own = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl')).map((entry) => path.join(project, entry.name));
  const subagents = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(project, entry.name, 'subagents'));
  const theirs = await Promise.all(subagents.map(agentsIn));
  return [...own, ...theirs.flat()];
}

async function agentsIn(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch(() => []);
  return names.filter((name) => /^agent-.*\.jsonl$/.test(name)).map((name) => path.join(folder, name));
}

/** A subagent's conversation belongs to the session whose folder it lies in; one beside the sessions names its session in its lines. */
function sessionOf(file: string): SessionId {
  const folder = path.dirname(file);
  const name = path.basename(folder) === 'subagents' ? path.basename(path.dirname(folder)) : path.basename(file, '.jsonl');
  return name as SessionId;
}
