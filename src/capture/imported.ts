// Memories of a file that anybody may have written, made safe in the same way as all that is taken in.
import type { Evidence, Memory, Place } from '../memory.ts';
import type { Observer } from './observe.ts';

type Told = Omit<Memory, 'segments' | 'updatedAtMs'>;

/** A memory has at most so much evidence, and so much of it is quoted; see `memory.ts`. */
const MOST_EVIDENCE = 6;
const QUOTE_LENGTH = 300;
const CONTEXT_LENGTH = 600;

/**
 * Without private parts and secrets; undefined when nothing is left to be kept. One that came without evidence is its own: the words are quoted, and the place says
 * only which session it was.
 */
export async function safelyImported(observer: Observer, told: Told): Promise<Told | undefined> {
  // As lines of a file: what is clean stays as it is, to the last blank.
  const place: Place = { source: told.source, session: told.session, record: 'imported', atMs: told.atMs };
  const asLines: Place = { ...place, isLineByLine: true };
  const safe = async (text: string): Promise<string | undefined> => {
    if (text === '') return '';
    const seen = await observer.observe({ kind: 'prompt', place: asLines, text, isMemory: true });
    return 'reason' in seen ? undefined : seen.text;
  };
  const safeNames = async (names: readonly string[]): Promise<string[]> => {
    const all = names.join('\n');
    if ((await safe(all)) === all) return [...names];
    const each = await Promise.all(names.map(async (name) => ((await safe(name)) === name ? [name] : [])));
    return each.flat();
  };

  const text = await safe(told.text);
  if (text === undefined || text.trim() === '') return undefined;
  const { distilled: words, ...others } = told;
  const distilled = words === undefined ? undefined : await safe(words);
  const evidence: Evidence[] = [];
  for (const each of told.evidence.slice(0, MOST_EVIDENCE)) {
    const quote = await safe(each.quote);
    if (quote !== undefined) evidence.push({ ...each, quote: quote.slice(0, QUOTE_LENGTH) });
  }
  return {
    ...others,
    text,
    ...(distilled !== undefined && distilled !== '' && { distilled }),
    entities: {
      files: await safeNames(told.entities.files),
      symbols: await safeNames(told.entities.symbols),
      commands: await safeNames(told.entities.commands),
    },
    evidence: evidence.length > 0 ? evidence : [{ place, quote: text.slice(0, QUOTE_LENGTH) }],
    context: ((await safe(told.context)) ?? '').slice(0, CONTEXT_LENGTH),
  };
}
