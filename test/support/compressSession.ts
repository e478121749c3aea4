// Sessions told in a few lines, for the tests of the compressor.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { MemoryDraft, Observation, ObservationId, Place, Role, SessionId } from '../../src/memory.ts';
import { createCompressor, type CompressorParts } from '../../src/compress/compress.ts';
import { silentLog } from '../../src/util/log.ts';

export const SESSION = 's1' as SessionId;
export type Told = readonly [role: Role, text: string, more?: Partial<Pick<Observation, 'tool' | 'exitCode' | 'isFailure' | 'files'>>];

/** Observations as a line-by-line transcript has them: each begins on the line after the one before ends. */
export function tell(told: readonly Told[], place: Partial<Place> = {}): Observation[] {
  let line = 1;
  return told.map(([role, text, more = {}], i) => {
    const observation: Observation = {
      id: `o${i}` as ObservationId,
      place: {
        source: 'claude-code',
        session: SESSION,
        record: `r${i}`,
        atMs: 1000 * i,
        path: '/t.md',
        line,
        isLineByLine: true,
        ...place,
      },
      role,
      text,
      files: [],
      isFailure: more.isFailure ?? (more.exitCode ?? 0) !== 0,
      ...more,
    };
    line += text.split('\n').length;
    return observation;
  });
}

export const hashOf = (text: string): string =>
  createHash('sha256').update(text.toLowerCase().replace(/\s+/g, ' ').trim()).digest('hex').slice(0, 16);

/** About what the real tokenizer counts for English, and quick. */
export const countTokens = (text: string): number => text.match(/\w{1,5}|[^\w\s]/g)?.length ?? 0;

/** A compressor without a model that forgets nothing, unless told. */
export function plainCompressor(parts: Partial<CompressorParts> = {}) {
  return createCompressor({
    encoder: () => undefined,
    segmentHash: hashOf,
    isForgotten: () => false,
    countTokens,
    log: silentLog,
    ...parts,
  });
}

export async function memoriesOf(told: readonly Told[], parts: Partial<CompressorParts> = {}): Promise<readonly MemoryDraft[]> {
  return (await plainCompressor(parts).compress(tell(told))).memories;
}

/** The folder of published sessions and of what is made of them. */
export const fixtures = path.join(import.meta.dirname, '../fixtures/compress');
export const SESSIONS = fs.readdirSync(fixtures).filter((name) => name.endsWith('.json') && name !== 'contentWords.json');

/** A published session's observations. */
export function sessionOf(name: string): Observation[] {
  const rows = JSON.parse(fs.readFileSync(path.join(fixtures, name), 'utf8')) as (Pick<Observation, 'role' | 'text' | 'isFailure'> & {
    line: number;
  })[];
  return rows.flatMap(({ line, role, text, ...more }, i) => tell([[role, text, more]], { line, record: `r${i}`, atMs: i }));
}

/** A memory as a golden file has it. */
export const lineOf = ({ kind, outcome, text }: MemoryDraft): string => `- ${kind}${outcome ? ` (${outcome})` : ''}: ${text}\n`;
