// Generated memories that read like real ones: the same for the same number, so that a test can name them.
import type { Kind, MemoryId, MemoryRow, SessionId, SourceId } from '../../../webview/protocol.ts';

const KINDS: readonly Kind[] = ['decision', 'preference', 'pattern', 'architecture', 'failed_attempt', 'bug_fix', 'command', 'todo'];
const SOURCES: readonly SourceId[] = ['claude-code', 'vscode-chat', 'copilot', 'git', 'user'];
const SUBJECTS = ['login', 'checkout', 'search', 'invoices', 'uploads', 'sessions', 'webhooks', 'exports', 'billing', 'caching'];
const THINGS = ['retries', 'time-outs', 'pagination', 'validation', 'logging', 'sorting', 'encoding', 'locking', 'rounding', 'paging'];
const WORDS: Readonly<Record<Kind, (subject: string, thing: string, n: number) => string>> = {
  decision: (s, t, n) => `We keep ${t} of ${s} in one place, src/${s}/${t}.ts, since two copies drifted apart (note ${n})`,
  preference: (s, t, n) => `Prefer small functions for ${t} in ${s}; no default exports (note ${n})`,
  pattern: (s, t, n) => `Every handler of ${s} goes through withRetry before ${t} (note ${n})`,
  architecture: (s, t, n) => `${s} talks to the store only through the queue, so ${t} stays out of it (note ${n})`,
  failed_attempt: (s, t, n) => `Tried to move ${t} of ${s} into a worker: it broke on Safari and was dropped (note ${n})`,
  bug_fix: (s, t, n) => `The crash in ${s} came from ${t} on an empty list; fixed by checking the length first (note ${n})`,
  command: (s, t, n) => `npm run test:${s} -- --grep ${t} runs only these tests (note ${n})`,
  todo: (s, t, n) => `Take ${t} out of ${s} once the new client is everywhere (note ${n})`,
};
const DAY_MS = 86_400_000;

const pick = <T>(from: readonly T[], n: number): T => from[n % from.length] as T;

export function memoryRow(n: number, nowMs: number): MemoryRow {
  const kind = pick(KINDS, n);
  const subject = pick(SUBJECTS, Math.floor(n / 8));
  const thing = pick(THINGS, Math.floor(n / 80));
  const given = n % 7 === 0 ? n % 12 : 0;
  const atMs = nowMs - Math.floor((n % 997) ** 1.4 * 0.03 * DAY_MS) - n * 1000;
  return {
    id: `memory-${n}` as MemoryId,
    kind,
    text: WORDS[kind](subject, thing, n),
    outcome: kind === 'failed_attempt' ? 'failed' : kind === 'bug_fix' ? 'worked' : null,
    scope: n % 11 === 0 ? 'global' : 'project',
    source: pick(SOURCES, n),
    session: `session-${n % 40}` as SessionId,
    status: n % 31 === 5 ? 'superseded' : 'active',
    pinned: n % 53 === 1,
    isOwn: pick(SOURCES, n) === 'user',
    weight: 0.3 + ((n * 37) % 70) / 100,
    atMs,
    updatedAtMs: atMs,
    files: n % 3 === 0 ? [`src/${subject}/${thing}.ts`] : [],
    symbols: [],
    uses: { given, used: n % 14 === 0 ? Math.floor(given / 2) : 0 },
  };
}

/** What an attacker, or a careless log, might leave in a captured text. */
export const HOSTILE: readonly string[] = [
  '<img src=x onerror="window.harmed = true"> and <script>window.harmed = true</script> stand here as text',
  '</script></pre><iframe src="javascript:window.harmed=true"></iframe> ends nothing',
  '[click me](command:workbench.action.quit) and command:cairn.forgetEverything are no links',
  'the file is called gpj.\u202Eexe.photo and \u2066nothing\u2069 is turned around; \u0007 rings, \u001b[31m colours',
  `one line of a megabyte: ${'x'.repeat(1_000_000)}`,
];
