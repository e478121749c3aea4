// claude-mem's column: rows imported as its own observations, questions put to its own endpoints.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../src/util/errors.ts';
import { progress } from '../report.ts';
import type { Worker } from './claudeMemWorker.ts';
import { timeOf, type CorpusRow, type QueryRow } from '../corpus.ts';
import type { Answer } from './answers.ts';

const BATCH = 500;
const EMBEDDED_WITHIN_MS = 3_600_000;
const RANKED = 10;

/** claude-mem's id of an observation → the row it was made from, for each project. */
export type Imported = ReadonlyMap<string, ReadonlyMap<number, CorpusRow>>;

/** A row of its database, as far as it is looked at. */
interface Observation {
  readonly id: number;
  readonly created_at_epoch: number;
}

/**
 * Every row becomes one observation, in the order of its session. A question is asked when its project's last session has just ended, so the times are moved: the
 * newest row of a project is of now. The distances between rows stay as they are.
 * @throws UserError when it did not take all of them
 */
export async function importRows(worker: Worker, corpus: ReadonlyMap<string, readonly CorpusRow[]>): Promise<Imported> {
  const imported = new Map<string, Map<number, CorpusRow>>();
  for (const [project, rows] of corpus) {
    const laterMs = Date.now() - Math.max(...rows.map(timeOf)) - rows.length;
    // Its import takes rows of one session, time and title for one: a millisecond apart they are not.
    const atMs = new Map(rows.map((row, i) => [row, timeOf(row) + laterMs + i]));
    const rowAt = new Map([...atMs].map(([row, at]) => [at, row]));
    if (rowAt.size !== rows.length) throw new UserError(`Two rows of ${project} have nearly the same time. Put them a second apart.`);
    await worker.post('/api/import', { sessions: [...Map.groupBy(rows, (row) => row.group)].map(([group]) => sessionOf(project, group)) });
    for (let i = 0; i < rows.length; i += BATCH) {
      const observations = rows.slice(i, i + BATCH).map((row) => observationOf(row, atMs.get(row) ?? 0));
      await worker.post('/api/import', { observations });
    }
    const all = await observationsOf(worker, project);
    imported.set(project, new Map(all.flatMap(({ id, created_at_epoch }) => [[id, rowAt.get(created_at_epoch) as CorpusRow] as const])));
    if (all.length !== rows.length) throw new UserError(`claude-mem has ${all.length} of the ${rows.length} rows of ${project}.`);
  }
  return imported;
}

function sessionOf(project: string, group: string) {
  const at = new Date(0);
  return {
    content_session_id: group,
    memory_session_id: group,
    project,
    user_prompt: null,
    started_at: at.toISOString(),
    started_at_epoch: at.getTime(),
    completed_at: at.toISOString(),
    completed_at_epoch: at.getTime(),
    status: 'completed',
  };
}

/** Its model would write a title, facts and a narrative. Here the row is the narrative, and its beginning the title. */
function observationOf(row: CorpusRow, atMs: number) {
  return {
    memory_session_id: row.group,
    project: row.project,
    type: 'discovery',
    title: row.text.slice(0, 80),
    subtitle: null,
    text: null,
    narrative: row.text,
    facts: '[]',
    // One that its session start looks for: without any, an observation is never shown there.
    concepts: '["pattern"]',
    files_read: '[]',
    files_modified: '[]',
    prompt_number: 1,
    created_at: new Date(atMs).toISOString(),
    created_at_epoch: atMs,
  };
}

async function observationsOf(worker: Worker, project: string): Promise<Observation[]> {
  const all: Observation[] = [];
  for (;;) {
    const page = await worker.get('/api/observations', { project, limit: '100', offset: String(all.length) });
    const { items } = (await page.json()) as { readonly items: readonly Observation[] };
    if (items.length === 0) return all;
    all.push(...items);
  }
}

/** Returns when its vector search knows all of them, which it does by itself after a start. */
export async function untilEmbedded(data: string, imported: Imported): Promise<void> {
  const file = path.join(data, 'chroma-sync-state.json');
  const endsAt = performance.now() + EMBEDDED_WITHIN_MS;
  let saidAt = performance.now();
  for (;;) {
    const state = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Readonly<Record<string, Embedded>>) : {};
    const open = [...imported].filter(([project, rows]) => !isEmbedded(state[project], rows));
    if (open.length === 0) return;
    if (performance.now() > endsAt) throw new UserError('claude-mem did not get done with embedding. Take fewer projects.');
    if (performance.now() - saidAt > 30_000) {
      saidAt = performance.now();
      progress(`embedding: ${imported.size - open.length} of ${imported.size} projects`);
    }
    await delay(500);
  }
}

interface Embedded {
  /** The highest id that is embedded. */
  readonly observations: number;
  readonly pending?: { readonly observations: readonly number[] };
}

function isEmbedded(state: Embedded | undefined, rows: ReadonlyMap<number, CorpusRow>): boolean {
  return state !== undefined && state.observations >= Math.max(...rows.keys()) && (state.pending?.observations ?? []).length === 0;
}

/** The endpoint that its search tool asks, with the question as it stands. */
export async function ask(
  worker: Worker,
  imported: Imported,
  query: QueryRow,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const startedAt = performance.now();
  const observations = await search(worker, query, { limit: String(RANKED), ...more });
  const ms = performance.now() - startedAt;
  return { query, ranked: observations.map(({ id }) => rowId(imported, query, id)), ms };
}

/** Its words put one by one, rarest first, one result of each in turn: the best that a patient assistant can do where only phrases are found. */
export async function askWordByWord(worker: Worker, imported: Imported, query: QueryRow): Promise<Answer> {
  const words = new Set(query.query.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu));
  const startedAt = performance.now();
  const found: (readonly Observation[])[] = [];
  for (const word of words) found.push(await search(worker, { ...query, query: word }, { limit: '100' }));
  const ms = performance.now() - startedAt;
  found.sort((a, b) => a.length - b.length);
  const inTurn = Array.from({ length: RANKED }, (_, i) => found.flatMap((of) => of[i] ?? [])).flat();
  const ranked = new Set(inTurn.map(({ id }) => rowId(imported, query, id)));
  return { query, ranked: [...ranked].slice(0, RANKED), ms };
}

async function search(
  worker: Worker,
  { project, query }: QueryRow,
  more: Readonly<Record<string, string>>,
): Promise<readonly Observation[]> {
  const answer = await worker.get('/api/search', { query, project, type: 'observations', format: 'json', ...more });
  return ((await answer.json()) as { readonly observations: readonly Observation[] }).observations;
}

function rowId(imported: Imported, { project }: QueryRow, id: number): string {
  const row = imported.get(project)?.get(id);
  if (!row) throw new Error(`claude-mem found observation ${id}, which is not of ${project}`);
  return row.id;
}

/** What it gives at the start of a session: the newest, whatever will be asked. */
export interface SessionStart {
  readonly text: string;
  /** Of the rows it names. */
  readonly rows: ReadonlySet<string>;
}

export async function sessionStart(worker: Worker, imported: Imported, project: string): Promise<SessionStart> {
  const text = await (await worker.get('/api/context/inject', { project })).text();
  // A line of it: id, time, sign, title.
  const ids = [...text.matchAll(/^(\d+) /gm)].map(([, id]) => Number(id));
  return { text, rows: new Set(ids.flatMap((id) => imported.get(project)?.get(id)?.id ?? [])) };
}
