// The editor's end of the conversation, as a script in the page: it answers from generated memories as the service would, a moment later, and lets a test hold
// answers back, refuse them, tell news and look at what was asked.
import type {
  Answer,
  Ask,
  BrowseQuery,
  BrowseSlice,
  Facet,
  Given,
  Memory,
  MemoryId,
  MemoryRow,
  Order,
  PageNews,
  PageQuestions,
  Preview,
  Question,
  ReviewItem,
  ReviewReason,
  SessionId,
} from '../../../webview/protocol.ts';
import { HOSTILE, memoryRow } from './memories.ts';

const settings = new URLSearchParams(location.search);
const delayMs = Number(settings.get('delay') ?? 5);
const nowMs = Date.now();
const DAY_MS = 86_400_000;

let rows: MemoryRow[] = Array.from({ length: Number(settings.get('rows') ?? 20_000) }, (_, n) => memoryRow(n, nowMs));
if (settings.has('hostile'))
  rows = [
    ...HOSTILE.map((text, n) => ({
      ...memoryRow(n, nowMs),
      id: `hostile-${n}` as MemoryId,
      text,
      atMs: nowMs,
      files: [text.slice(0, 200)],
    })),
    ...rows,
  ];
let beforeForgetting = rows;
const heldBack = new Set<MemoryId>();
const keptBy = new Set<string>();
let revision = 1;

let index: { readonly from: readonly MemoryRow[]; readonly rows: ReadonlyMap<MemoryId, MemoryRow> } | undefined;
function byId(id: MemoryId): MemoryRow | undefined {
  if (index?.from !== rows) index = { from: rows, rows: new Map(rows.map((row) => [row.id, row])) };
  return index.rows.get(id);
}
function change(ids: readonly MemoryId[], with_: (row: MemoryRow) => MemoryRow): void {
  const all = new Set(ids);
  rows = rows.map((row) => (all.has(row.id) ? with_(row) : row));
  changed();
}
function take(ids: readonly MemoryId[]): void {
  const all = new Set(ids);
  beforeForgetting = rows;
  rows = rows.filter(({ id }) => !all.has(id));
  tell({ kind: 'undo', undo: { count: ids.length, untilMs: Date.now() + 10_000 } });
  changed();
}
const changed = () => tell({ kind: 'changed', revision: ++revision, openFile: 'src/login/retries.ts' });

// --- browse

function ageOf({ atMs }: MemoryRow): string {
  const days = (nowMs - atMs) / DAY_MS;
  return days <= 1 ? 'day' : days <= 7 ? 'week' : days <= 30 ? 'month' : days <= 365 ? 'year' : 'older';
}
const VALUES: Readonly<Record<Facet, (row: MemoryRow) => readonly string[]>> = {
  kind: (row) => [row.kind],
  outcome: (row) => [row.outcome ?? 'none'],
  scope: (row) => [row.scope],
  source: (row) => [row.source],
  age: (row) => [ageOf(row)],
  status: (row) => (row.pinned ? [row.status, 'pinned'] : [row.status]),
  file: (row) => row.files,
};
const FACETS = Object.keys(VALUES) as Facet[];

interface Listed {
  readonly query: string;
  readonly from: readonly MemoryRow[];
  readonly sorted: readonly MemoryRow[];
  readonly counts: BrowseSlice['counts'];
}
/** As the service does, further slices of the same list cost next to nothing. */
let listed: Listed | undefined;

function browse(query: BrowseQuery, from: number, count: number): BrowseSlice {
  const key = JSON.stringify(query);
  if (listed?.query !== key || listed.from !== rows) listed = { query: key, from: rows, ...listOf(query) };
  const page = listed.sorted.slice(from, from + count);
  const words = query.text === '' ? undefined : `words: ${query.text.slice(0, 40)}; similar .71`;
  return { from, rows: words ? page.map((row) => ({ ...row, why: words })) : page, total: listed.sorted.length, counts: listed.counts };
}

function listOf({ text, facets, order }: BrowseQuery): Pick<Listed, 'sorted' | 'counts'> {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = words.length === 0 ? rows : rows.filter((row) => words.every((word) => row.text.toLowerCase().includes(word)));
  const passes = (row: MemoryRow, facet: Facet) => {
    const chosen = facets[facet] as readonly string[] | undefined;
    return !chosen || chosen.length === 0 || VALUES[facet](row).some((value) => chosen.includes(value));
  };
  const found = matching.filter((row) => FACETS.every((facet) => passes(row, facet)));
  const ORDERS: Partial<Record<Order, (a: MemoryRow, b: MemoryRow) => number>> = {
    oldest: (a, b) => a.atMs - b.atMs,
    doubtful: (a, b) => a.weight - b.weight,
    unused: (a, b) => b.uses.given - a.uses.given,
  };
  const sorted = found.sort(ORDERS[order] ?? ((a, b) => b.atMs - a.atMs));
  const counts = Object.fromEntries(
    FACETS.map((facet) => {
      const others = matching.filter((row) => FACETS.every((other) => other === facet || passes(row, other)));
      const tally = new Map<string, number>();
      for (const row of others) for (const value of VALUES[facet](row)) tally.set(value, (tally.get(value) ?? 0) + 1);
      const values = [...tally].map(([value, times]) => ({ value, count: times })).sort((a, b) => b.count - a.count);
      return [facet, values.slice(0, 50)];
    }),
  ) as unknown as BrowseSlice['counts'];
  return { sorted, counts };
}
// The service has its rows at hand when the page starts, and works in another process.
browse({ text: '', facets: {}, order: 'relevance' }, 0, 0);

// --- next, given, review

const lineOf = (row: MemoryRow): string => `- ${row.kind.toUpperCase()} ${row.text.slice(0, 400)}`;

function preview({ occasion }: Parameters<PageQuestions['preview']>[0]): Preview {
  const words = occasion.kind === 'prompt' ? occasion.prompt.toLowerCase().split(/\s+/) : [];
  const matching = words.length === 0 ? rows : rows.filter((row) => words.some((word) => row.text.toLowerCase().includes(word)));
  const chosen = matching.filter(({ id }) => !heldBack.has(id)).slice(0, words.length === 0 ? 12 : 5);
  const lines = chosen.map((row, n) => ({
    ...{ row, line: lineOf(row), tokens: 18 + ((n * 7) % 23), score: 1 - n / 20 },
    why: n % 2 === 0 ? `names \`${row.files[0] ?? 'auth.ts'}\`; similar .71; 3 days ago` : 'of an open file; 5 minutes ago',
  }));
  const frameTokens = 29;
  const tokens = lines.length === 0 ? 0 : frameTokens + lines.reduce((sum, line) => sum + line.tokens, 0);
  const text =
    lines.length === 0 ? '' : `<cairn-memory>\nNotes from earlier sessions.\n${lines.map(({ line }) => line).join('\n')}\n</cairn-memory>`;
  const held = [...heldBack].map(byId).filter((row) => row !== undefined);
  return {
    text,
    tokens,
    budgetTokens: words.length === 0 ? 800 : 300,
    frameTokens,
    lines,
    heldBack: held,
    leftOut: Math.max(0, Math.min(7, matching.length - chosen.length)),
  };
}

const GIVINGS: readonly Given[] = Array.from({ length: Math.min(rows.length, 180) }, (_, n) => ({
  number: 180 - n,
  session: `session-${Math.floor(n / 3)}` as SessionId,
  assistant: n % 4 === 3 ? 'copilot' : 'claude-code',
  occasion: (['session_start', 'prompt', 'prompt', 'asked'] as const)[n % 4] ?? 'prompt',
  tokens: 120 + ((n * 53) % 600),
  atMs: nowMs - n * 3 * 3_600_000,
  memories: Array.from({ length: 1 + (n % 6) }, (_, m) => ({
    id: rows[(n * 5 + m) % Math.min(400, rows.length)]?.id as MemoryId,
    isUsed: (n + m) % 3 === 0,
  })),
}));

function given(beforeMs: number | undefined, limit: number): ReturnType<PageQuestions['given']> {
  const older = GIVINGS.filter(({ atMs }) => atMs < (beforeMs ?? Infinity));
  const withRows = older.slice(0, limit).map((giving) => ({
    ...giving,
    memories: giving.memories.map(({ id, isUsed }) => {
      const row = byId(id);
      return { id, isUsed, ...(row && { row }) };
    }),
  }));
  const weeks = Array.from({ length: GIVINGS.length > 0 ? 4 : 0 }, (_, n) => ({
    fromMs: nowMs - (n + 1) * 7 * DAY_MS,
    givings: 56 - 9 * n,
    tokens: 21_400 - 3_100 * n,
    memories: 190 - 20 * n,
    used: 71 - 9 * n,
  }));
  return { givings: withRows, hasMore: older.length > limit, weeks };
}

/** One question a reason in every forty memories, groups of three among them. */
function questions(): ReviewItem[] {
  const few = rows.slice(0, Number(settings.get('questions') ?? 1_000));
  const at = (n: number) => few.filter((row) => Number(row.id.split('-')[1]) % 40 === n);
  const each = (
    reason: ReviewReason,
    n: number,
    why: (row: MemoryRow) => string,
    others: (row: MemoryRow) => readonly MemoryRow[] = () => [],
  ) => at(n).map((row) => ({ reason, rows: [row, ...others(row)], why: why(row) }));
  const later = (row: MemoryRow, by: number) => few.filter(({ id }) => id === `memory-${Number(row.id.split('-')[1]) + by}`);
  return [
    ...each(
      'superseded',
      5,
      () => 'a later memory says otherwise',
      (row) => later(row, 1),
    ),
    ...each(
      'duplicate',
      10,
      (row) => `told ${1 + later(row, 1).length + later(row, 2).length} times`,
      (row) => [...later(row, 1), ...later(row, 2)],
    ),
    ...each('stale', 15, (row) => `${row.files[0] ?? 'src/old.ts'} is not there any more`),
    ...each('unused', 20, (row) => `given ${row.uses.given + 3} times and never used`),
    ...each('doubtful', 25, () => 'of little weight, and never used'),
    ...each('old', 30, () => 'older than half a year and never given'),
  ].filter((item) => !keptBy.has(`${item.reason} ${item.rows[0]?.id}`) && (item.reason !== 'duplicate' || item.rows.length > 1));
}

let isLooking = false;
function review(limit: number): ReturnType<PageQuestions['review']> {
  const all = questions();
  const counts = Object.fromEntries(
    (['superseded', 'duplicate', 'stale', 'unused', 'doubtful', 'old'] as const).map((reason) => [
      reason,
      all.filter((item) => item.reason === reason).length,
    ]),
  ) as Record<ReviewReason, number>;
  return { items: all.slice(0, limit), total: all.length, counts, isLooking };
}

function memory(id: MemoryId): Memory | undefined {
  const row = byId(id);
  if (!row) return undefined;
  const { files, ...rest } = row;
  const place = {
    source: row.source,
    session: row.session,
    record: `record of ${id}`,
    atMs: row.atMs,
    path: '/home/someone/.claude/projects/x/session.jsonl',
    line: 41,
  };
  return {
    ...rest,
    entities: { files, symbols: [], commands: [] },
    evidence: [
      { place, quote: row.text },
      { place: { ...place, record: 'another' }, quote: 'yes, let us do it like that' },
    ],
    context: '',
    segments: [],
  } as Memory;
}

const answers: { readonly [Q in Question]: (...args: Parameters<PageQuestions[Q]>) => ReturnType<PageQuestions[Q]> } = {
  browse,
  memory,
  preview,
  given,
  review,
  holdBack(id, _session, isHeldBack) {
    if (isHeldBack) heldBack.add(id);
    else heldBack.delete(id);
    changed();
  },
  keep(reason, ids) {
    for (const id of ids) keptBy.add(`${reason} ${id}`);
    changed();
  },
  merge: (groups) => take(groups.flatMap(({ others }) => others)),
  edit: (id, { text, kind }) =>
    change([id], (row) => ({ ...row, ...(text !== undefined && { text }), ...(kind && { kind }), updatedAtMs: Date.now() })),
  setScope: (ids, scope) => change(ids, (row) => ({ ...row, scope })),
  setPinned: (ids, pinned) => change(ids, (row) => ({ ...row, pinned })),
  forget: take,
  undo() {
    rows = beforeForgetting;
    tell({ kind: 'undo', undo: null });
    changed();
  },
  copy: () => undefined,
  openSource: () => undefined,
  restart: () => tell({ kind: 'service', presence: 'here' }),
  showLog: () => undefined,
  hello: () => ({ isTrusted: true, isPaused: false, openFile: 'src/login/retries.ts', connected: ['claude-code'] }),
};

// --- the wire

const say = (message: Answer | PageNews) => window.dispatchEvent(new MessageEvent('message', { data: structuredClone(message) }));
const tell = (news: PageNews) => setTimeout(() => say(news), delayMs);

export interface Scripted {
  readonly asked: { readonly question: Question; readonly args: readonly unknown[]; readonly atMs: number }[];
  /** These questions are refused with these words; undefined: answered again. */
  refuse(question: Question, message: string | undefined): void;
  /** Answers to these questions wait so long; 0 is as usual. */
  slow(question: Question, byMs: number): void;
  /** Whether review has more to find. */
  look(isLooking: boolean): void;
  tell(news: PageNews): void;
  count(): number;
  row(id: MemoryId): MemoryRow | undefined;
}
const refusals = new Map<Question, string>();
const slowness = new Map<Question, number>();
const scripted: Scripted = {
  asked: [],
  refuse: (question, message) => (message === undefined ? refusals.delete(question) : refusals.set(question, message)),
  slow: (question, byMs) => slowness.set(question, byMs),
  look(is) {
    isLooking = is;
    changed();
  },
  tell,
  count: () => rows.length,
  row: byId,
};

function postMessage(raw: Ask): void {
  // As between processes: what cannot be cloned would fail here too.
  const { number, question, args } = structuredClone(raw);
  scripted.asked.push({ question, args, atMs: performance.now() });
  const refusal = refusals.get(question);
  setTimeout(
    () => {
      if (refusal !== undefined) return say({ kind: 'refused', number, message: refusal });
      return say({ kind: 'answer', number, value: (answers[question] as (...args: readonly unknown[]) => unknown)(...args) });
    },
    delayMs + (slowness.get(question) ?? 0),
  );
}

Object.assign(window, {
  scripted,
  acquireVsCodeApi: () => ({
    postMessage,
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown,
    setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
  }),
});
