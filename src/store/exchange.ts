// Memories as JSON Lines: what export writes and import reads. First a header, then one memory a line, the oldest first; the README has the fields.
// The same memories give the same bytes: nothing in it says when or where it was written.
import { z } from 'zod';
import { KINDS, OUTCOMES, SCOPES, ASSISTANTS, type Evidence, type Memory, type MemoryId, type SessionId } from '../memory.ts';
import { UserError } from '../util/errors.ts';

const FORMAT = 1;
/** Generous beside what Cairn itself keeps; far beyond it a line is not one of ours. In characters. Of the text itself any length is read: a store may hold it. */
const LONGEST_TEXT = 32_000;
const LONGEST_NAME = 2_000;
const MOST_NAMES = 200;
const MOST_EVIDENCE = 50;

/** A memory out of a file, as it was told there. */
export interface ExchangedMemory {
  readonly memory: Omit<Memory, 'segments' | 'updatedAtMs'>;
  /** It was kept in the user's own store, for all projects, not in that of one. */
  readonly isInGlobalStore: boolean;
}

export interface ReadMemory extends ExchangedMemory {
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/** Places and quotes, and the text around them, only where `withEvidence`. */
export function writeExchange(memories: readonly ExchangedMemory[], withEvidence: boolean): string {
  const inOrder = memories.toSorted((a, b) => a.memory.atMs - b.memory.atMs || (a.memory.id < b.memory.id ? -1 : 1));
  const lines = [{ cairn: FORMAT, evidence: withEvidence }, ...inOrder.map((each) => lineOf(each, withEvidence))];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function lineOf({ memory, isInGlobalStore }: ExchangedMemory, withEvidence: boolean): z.input<typeof LINE> {
  const { files, symbols, commands } = memory.entities;
  return {
    id: memory.id,
    kind: memory.kind,
    text: memory.text,
    ...(memory.outcome !== null && { outcome: memory.outcome }),
    scope: memory.scope,
    ...(isInGlobalStore && { store: 'global' as const }),
    at: new Date(memory.atMs).toISOString(),
    source: memory.source,
    session: memory.session,
    weight: memory.weight,
    ...(files.length > 0 && { files: [...files] }),
    ...(symbols.length > 0 && { symbols: [...symbols] }),
    ...(commands.length > 0 && { commands: [...commands] }),
    ...(memory.pinned && { pinned: true as const }),
    ...(memory.isOwn && { own: true as const }),
    ...(memory.status === 'superseded' && { superseded: true as const }),
    ...(memory.supersededBy !== undefined && { supersededBy: memory.supersededBy }),
    ...(memory.distilled !== undefined && { distilled: memory.distilled }),
    ...(withEvidence && { evidence: memory.evidence.map(evidenceLine), ...(memory.context !== '' && { context: memory.context }) }),
  };
}

function evidenceLine({ place, lines, quote }: Evidence): z.input<typeof EVIDENCE> {
  const { source, session, record, atMs, path, line, isLineByLine } = place;
  return {
    quote,
    source,
    session,
    record,
    at: new Date(atMs).toISOString(),
    ...(path !== undefined && { path }),
    ...(line !== undefined && { line }),
    ...(isLineByLine !== undefined && { isLineByLine }),
    ...(lines && { lines: [...lines] as [number, number] }),
  };
}

const text = z.string().min(1);
const name = z.string().min(1).max(LONGEST_NAME);
const names = z.array(name).max(MOST_NAMES).default([]);
const at = z.iso.datetime().transform((said) => Date.parse(said));
const number = z.number().int().min(1);
const source = z.enum([...ASSISTANTS, 'edits', 'terminal', 'git', 'user']);
const EVIDENCE = z.object({
  quote: z.string().max(LONGEST_TEXT),
  source,
  session: name,
  record: name,
  at,
  path: name.optional(),
  line: number.optional(),
  isLineByLine: z.boolean().optional(),
  lines: z.tuple([number, number]).optional(),
});
/** Fields that a later version adds are passed over. */
const LINE = z.object({
  id: name,
  kind: z.enum(KINDS),
  text,
  outcome: z.enum(OUTCOMES).optional(),
  scope: z.enum(SCOPES),
  store: z.literal('global').optional(),
  at,
  source,
  session: name,
  weight: z.number().min(0).max(1),
  files: names,
  symbols: names,
  commands: names,
  pinned: z.boolean().default(false),
  own: z.boolean().default(false),
  superseded: z.boolean().default(false),
  supersededBy: name.optional(),
  distilled: text.max(LONGEST_TEXT).optional(),
  evidence: z.array(EVIDENCE).max(MOST_EVIDENCE).default([]),
  context: z.string().max(LONGEST_TEXT).default(''),
});
const HEADER = z.object({ cairn: z.number() });

/** What `writeExchange` wrote, perhaps changed by hand; empty lines count for nothing. Throws a `UserError` that names the first line that cannot be read. */
export function readExchange(said: string): ReadMemory[] {
  const lines = linesOf(said);
  const first = lines.findIndex(isFilled);
  if (first < 0) throw new UserError('The file is empty, so nothing was imported. Choose a file that Cairn has exported.');
  const header = HEADER.safeParse(parsed(lines[first] ?? '')).data;
  if (!header)
    throw new UserError(
      `Line ${first + 1} should say {"cairn":${FORMAT}}, so nothing was imported. Choose a file that Cairn has exported.`,
    );
  if (header.cairn !== FORMAT)
    throw new UserError('The file was exported by a newer version of Cairn, so nothing was imported. Update Cairn to read it.');
  const found: ReadMemory[] = [];
  for (const [i, line] of lines.entries()) {
    if (i > first && isFilled(line)) found.push({ ...memoryOf(line, i + 1), line: i + 1 });
  }
  return found;
}

/** The file that `memories` were read from, with none but these: each stands in the line where it stood. */
export function withOnly(said: string, memories: readonly ReadMemory[]): string {
  const wanted = new Set(memories.map(({ line }) => line - 1));
  const lines = linesOf(said);
  wanted.add(lines.findIndex(isFilled));
  return lines.map((line, i) => (wanted.has(i) ? line : '')).join('\n');
}

const linesOf = (said: string): string[] => said.replace(/^\uFEFF/, '').split(/\r?\n/);
const isFilled = (line: string): boolean => line.trim() !== '';

function memoryOf(line: string, number: number): ExchangedMemory {
  const read = LINE.safeParse(parsed(line));
  if (!read.success) {
    // Which field it is, and never what stands in it.
    const field = read.error.issues[0]?.path[0];
    const what = typeof field === 'string' ? `its field “${field}” is missing or wrong` : 'it is not a JSON object';
    throw new UserError(`Line ${number} cannot be read: ${what}. Nothing was imported. Mend or remove that line, then try again.`);
  }
  const {
    id,
    session,
    files,
    symbols,
    commands,
    outcome,
    at: atMs,
    store,
    pinned,
    own,
    superseded,
    supersededBy,
    distilled,
    ...others
  } = read.data;
  const { kind, text: told, scope, source: from, weight, context } = others;
  return {
    memory: {
      id: id as MemoryId,
      kind,
      text: told,
      outcome: outcome ?? null,
      scope,
      entities: { files, symbols, commands },
      evidence: others.evidence.map(evidenceOf),
      weight,
      context,
      source: from,
      session: session as SessionId,
      status: superseded ? 'superseded' : 'active',
      ...(superseded && supersededBy !== undefined && { supersededBy: supersededBy as MemoryId }),
      pinned,
      isOwn: own,
      ...(distilled !== undefined && { distilled }),
      atMs,
    },
    isInGlobalStore: store === 'global',
  };
}

function evidenceOf({
  quote,
  lines,
  at: atMs,
  source: from,
  session,
  record,
  path,
  line,
  isLineByLine,
}: z.output<typeof EVIDENCE>): Evidence {
  return {
    place: {
      source: from,
      session: session as SessionId,
      record,
      atMs,
      ...(path !== undefined && { path }),
      ...(line !== undefined && { line }),
      ...(isLineByLine !== undefined && { isLineByLine }),
    },
    ...(lines && { lines }),
    quote,
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not JSON: no object, and said so with the line's number.
    return undefined;
  }
}
