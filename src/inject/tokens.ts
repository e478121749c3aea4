// Real tokens, as the assistants' models count them. The table of o200k took .3 s to load (.6 s on a busy machine) and stays in memory:
// it is loaded at the first count, in the service, and never in a hook.
import { createRequire } from 'node:module';
import type * as O200k from 'gpt-tokenizer/encoding/o200k_base';

let encoding: typeof O200k | undefined;

/** o200k tokens of a text. Special tokens in it count as the plain text that they are. The first call loads the table; further ones took 11 µs a line. */
export function countTokens(text: string): number {
  encoding ??= load();
  return encoding.countTokens(text, PLAIN);
}

const PLAIN = { disallowedSpecial: new Set<string>() };

function load(): typeof O200k {
  // The bundle is CommonJS: there esbuild sees this `require` and packs the table in, to be run at the first call. In a module there is none.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at start, `import()` would make counting wait
  return typeof require === 'function' ? require('gpt-tokenizer/encoding/o200k_base') : createRequire(import.meta.url)(NAME);
}

const NAME = 'gpt-tokenizer/encoding/o200k_base';
