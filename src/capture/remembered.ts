// What somebody says is to be remembered, as the compressor would propose it: made safe in the same way as all that is taken in.
import type { Evidence, Memory, MemoryDraft, Observation, Place, Remembering, SessionId } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import type { Observer } from './observe.ts';

export const REMEMBERED = 'remembered' as SessionId;
const QUOTE_LENGTH = 300;

/** New words for a memory, without private parts and secrets. Throws a `UserError` when nothing is left that may be kept. */
export async function safeWords(
  observer: Observer,
  text: string,
  { source, session, atMs }: Pick<Memory, 'source' | 'session' | 'atMs'>,
): Promise<string> {
  return (await taken(observer, text, { source, session, record: 'edited', atMs })).text;
}

/** Throws a `UserError` when nothing is left that may be kept, or the file it stands in is excluded. */
export async function rememberedDraft(observer: Observer, what: Remembering, segmentHash: (text: string) => string): Promise<MemoryDraft> {
  const { kind, text, scope, source, atMs, from } = what;
  const place: Place = { source: 'user', session: REMEMBERED, record: `${source}-${atMs}`, atMs };
  const seen = await taken(observer, text, place);
  const files = from?.file ? [from.file.name, ...seen.files] : seen.files;
  return {
    kind,
    text: seen.text,
    outcome: null,
    scope,
    entities: { files: [...new Set(files)], symbols: [], commands: [] },
    evidence: [(from && (await evidenceOf(observer, from, place))) ?? { place, quote: seen.text.slice(0, QUOTE_LENGTH) }],
    weight: 1,
    context: '',
    segments: [segmentHash(seen.text)],
  };
}

async function taken(observer: Observer, text: string, place: Place): Promise<Observation> {
  const seen = await observer.observe({ kind: 'prompt', place, text, isMemory: true });
  if ('reason' in seen) throw new UserError('There is nothing in this that may be kept: it is empty or private. Say it in other words.');
  return seen;
}

/** Undefined when what was selected is itself not to be kept, though the words chosen for it are. */
async function evidenceOf(observer: Observer, from: NonNullable<Remembering['from']>, at: Place): Promise<Evidence | undefined> {
  const { quote, file } = from;
  const place: Place = file ? { ...at, path: file.path, line: file.lines[0], isLineByLine: true } : at;
  const seen = await observer.observe(file ? { kind: 'edit', place, file: file.path, text: quote } : { kind: 'reply', place, text: quote });
  if (!('reason' in seen)) return { place, quote: seen.text.slice(0, QUOTE_LENGTH), ...(file && { lines: file.lines }) };
  if (seen.reason === 'excluded') throw new UserError('Nothing is remembered of this file: the setting “cairn.exclude” names it.');
  return undefined;
}
