// Memories and questions that nobody wrote, of the words that real sessions are made of: each word is drawn from those that follow the two before it there.
import fs from 'node:fs';
import path from 'node:path';
import { KINDS, type MemoryDraft, type SessionId } from '../src/memory.ts';
import { UserError } from '../src/util/errors.ts';

export interface Writer {
  /** So many words in a row, in lower and upper case as they stood. */
  words(count: number): string;
  /** A memory in a session of `size` memories; `number` counts from 0. */
  memory(number: number, sizeOfSession: number): MemoryDraft;
}

const SAMPLES = path.resolve(import.meta.dirname, '../test/fixtures/compress');
const START_MS = Date.UTC(2025, 0, 1);
const HOUR_MS = 3_600_000;

/** `vocabulary`: a text file to take the words from instead of the sample sessions in the tests. */
export function createWriter(random: () => number, vocabulary?: string): Writer {
  const source = (vocabulary === undefined ? sampleText() : fs.readFileSync(vocabulary, 'utf8')).split(/\s+/).filter((word) => word !== '');
  if (source.length < 500) throw new UserError('There are fewer than 500 words to write with. Give a longer text as --vocabulary.');
  const following = Map.groupBy(source.keys(), (i) => `${source[i]} ${source[i + 1]}`);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;

  function words(count: number): string {
    const said: string[] = [];
    let at = Math.floor(random() * (source.length - 2));
    while (said.length < count) {
      said.push(source[at] ?? '');
      // Now and then somewhere else: no two texts of ten thousand are to be the same.
      const next = random() < 0.1 ? undefined : pick(following.get(`${source[at]} ${source[at + 1]}`) ?? []);
      at = next === undefined || next + 2 >= source.length ? Math.floor(random() * (source.length - 2)) : next + 1;
    }
    return said.join(' ');
  }

  return {
    words,
    memory(number, sizeOfSession) {
      // As long as real ones: 12 to 30 words.
      const text = words(12 + Math.floor(random() * 19));
      const session = `session ${Math.floor(number / sizeOfSession)}` as SessionId;
      const atMs = START_MS + Math.floor(number / sizeOfSession) * HOUR_MS + number;
      const place = { source: 'claude-code', session, record: `r${number}`, atMs } as const;
      const files = text.match(/\b[\w/]+\.(?:ts|cs|go|py|md|json|yml)\b/g) ?? [];
      return {
        kind: pick(KINDS),
        text,
        outcome: null,
        scope: 'project',
        entities: { files: [...new Set(files)], symbols: [], commands: [] },
        evidence: [{ place, quote: text.slice(0, 300) }],
        weight: 0.2 + 0.7 * random(),
        context: words(40),
        segments: [`hash ${number}`],
      };
    },
  };
}

/** What was said and printed in the sessions that the compressor's tests hold. */
function sampleText(): string {
  const files = fs.readdirSync(SAMPLES).filter((name) => name.endsWith('.json') && name !== 'contentWords.json');
  return files
    .sort()
    .flatMap((name) => JSON.parse(fs.readFileSync(path.join(SAMPLES, name), 'utf8')) as { readonly text: string }[])
    .map(({ text }) => text)
    .join('\n');
}
