// Secrets go before anything is written: the rules of secretlint's preset, a maintained library's, and ours beside them.
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleContext, SecretLintSourceCode } from '@secretlint/types';
import { keysIn, type Span } from './keyFormats.ts';
import { namedSecretsIn } from './namedSecrets.ts';
import { privateKeysIn } from './privateKeys.ts';
import { lineBreaksOf } from './tagged.ts';

export const REDACTED = '[redacted]';

/**
 * Rules of the preset that ours stand in for: these take the field's name or the whole address too, or (filter-comments) would let a
 * comment in captured text switch the others off; gcp's would read files.
 */
const REPLACED = new Set(
  ['aws', 'npm', 'basicauth', 'database-connection-string', 'privatekey', 'gcp', 'filter-comments'].map(
    (name) => `@secretlint/secretlint-rule-${name}`,
  ),
);

/**
 * The text with `[redacted]` in place of each secret; names of fields and line breaks stay. The whole of the text is looked at, whatever its
 * length: about 0.1 s a megabyte. Redacting twice changes nothing more.
 */
export async function redactSecrets(text: string): Promise<string> {
  const spans = [...(await presetSpans(text)), ...keysIn(text), ...namedSecretsIn(text), ...privateKeysIn(text)];
  if (spans.length === 0) return text;
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  let redacted = '';
  let done = 0;
  for (const { start, end } of spans) {
    if (end <= done) continue;
    if (start >= done) redacted += text.slice(done, start) + REDACTED;
    redacted += lineBreaksOf(text.slice(Math.max(start, done), end));
    done = end;
  }
  return redacted + text.slice(done);
}

/**
 * Runs the preset's rules themselves rather than through `@secretlint/core`: its profiler keeps an entry for each rule of each text for ever,
 * which in a process that lives for days is a leak, and it indexes every line of the text to report positions that nobody asks for.
 */
async function presetSpans(text: string): Promise<Span[]> {
  const spans: Span[] = [];
  const context = {
    sharedOptions: {},
    createTranslator: () => () => ({ message: '', messageId: '' }),
    ignore: () => undefined,
    report: ({ range }: { range: readonly [number, number] | readonly number[] }) =>
      void spans.push({ start: range[0] ?? 0, end: range[1] ?? 0 }),
  } as unknown as SecretLintRuleContext;
  const source = { content: text, filePath: undefined, ext: '', contentType: 'text', hasBOM: false } as unknown as SecretLintSourceCode;
  for (const rule of rules) {
    if (!REPLACED.has(rule.meta.id)) await rule.create(context, {}).file?.(source);
  }
  return spans;
}
