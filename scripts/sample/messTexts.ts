// The sentences of a made-up shop's memories: what `mess.ts` fills a store with. No two good ones tell the same, since each speaks of a function of its own.
import type { Kind } from '../../src/memory.ts';

export interface Telling {
  readonly kind: Kind;
  readonly text: string;
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  readonly commands: readonly string[];
}

const VERBS =
  'load save send parse render merge cancel charge sync verify rotate revoke reserve release archive restore resolve publish collect flatten compute schedule fetch store expire rename split attach detach preview confirm route throttle sign round group sort mask trim seed'.split(
    ' ',
  );
const NOUNS =
  'Order Invoice Cart Refund Coupon Shipment Label Courier Token Session Account Profile Avatar Webhook Payload Digest Report Ledger Balance Payout Currency TaxRate Address Geocode Stock Warehouse Sku Bundle Review Rating Message Inbox Template Locale Feature Flag Tenant Quota Plan Seat Audit Export Import Backup Snapshot Schema Query Cursor Page Thumbnail Upload Chunk Checksum Lease Lock Job Worker Holiday Voucher Customer'.split(
    ' ',
  );
const ENDS = ['', 'Batch', 'Later', 'Safely', 'ForTenant', 'FromCache', 'InBulk', 'ByDay', 'WithRetry', 'Once'];
const MOST_NAMES = VERBS.length * NOUNS.length * ENDS.length;

/** The name of function number `n`; different for different numbers, up to some 24,000. */
function symbolAt(n: number): string {
  // A step that shares no factor with their number goes through all of them, in no order that shows.
  const at = (n * 7_919) % MOST_NAMES;
  const verb = VERBS[at % VERBS.length] ?? '';
  const noun = NOUNS[Math.floor(at / VERBS.length) % NOUNS.length] ?? '';
  return `${verb}${noun}${ENDS[Math.floor(at / VERBS.length / NOUNS.length)] ?? ''}`;
}

const REASONS = [
  'the payment provider answers twice for one request',
  'two warehouses may book the same pallet in one second',
  'support has to explain every cent on the phone',
  'mobile clients on trains lose the connection halfway',
  'the nightly report locked the table for eleven minutes',
  'the tax office wants seven years of unchanged records',
  'an importer of ours sends dates without a zone',
  'the old admin page still posts forms with empty fields',
  'customers in Quebec see French prices with a comma',
  'a slow courier service held up the whole checkout',
  'the queue delivered some messages out of order',
  'reading it from the replica returned what was deleted already',
  'the browser extension of one partner strips our headers',
  'the load test at Easter ran out of sockets',
  'our biggest tenant has forty thousand rows there',
  'screen readers read the placeholder aloud',
  'the vendor bills every call above the free tier',
  'clocks of the two data centres differ by a few seconds',
];

type Template = readonly [kind: Kind, text: string];

/** `%s` the function, `%f` its file, `%n`, `%m` numbers, `%r` a reason. */
const TEMPLATES: readonly Template[] = [
  ['decision', 'We decided that %s writes to the outbox table first and a worker delivers every %n seconds, because %r'],
  ['decision', '%s keeps its result in Redis for %n minutes; %r'],
  ['decision', 'Amounts in %s are integer cents, rounded once per line at %n digits, because %r'],
  ['decision', 'Idempotency keys for %s live %n hours and are unique per tenant, since %r'],
  ['decision', '%s runs in one transaction with isolation level serializable, at most %n attempts, because %r'],
  [
    'bug_fix',
    'Root cause of the duplicate rows: %s ran twice when the job was restarted; fixed with a unique index over %n columns, because %r',
  ],
  ['bug_fix', 'Fixed %s in %f: it compared local times; everything is UTC now with %n minutes of tolerance, since %r'],
  ['bug_fix', '%s leaked a connection for each request above %n; closing it in a finally block fixed that, %r'],
  ['bug_fix', 'Paging in %s skipped the last %n entries when two had the same timestamp; the id is part of the cursor now, since %r'],
  ['failed_attempt', 'Tried to cache %s for %n minutes in the process → failed: each of the %m instances answered with other prices'],
  ['failed_attempt', 'Tried to run %s in %n parallel workers → failed: deadlock detected after %m seconds in the ledger table'],
  ['failed_attempt', 'Tried a trigger in the database for %s → failed: the migration took %n minutes and timed out on production'],
  ['pattern', 'Every handler calls %s before it touches the database, and answers with status %n as a problem document, because %r'],
  ['pattern', '%s takes its clock and its random source as arguments, so that the %n tests around it run without waiting; %r'],
  ['architecture', '%s in %f is the one way into the ledger; %n services go through it, because %r'],
  ['architecture', 'The scheduler calls %s every %n minutes and hands what is left to the queue, since %r'],
  ['architecture', 'Events of %s are kept for %n days in the archive bucket and replayed from there; %r'],
  ['preference', 'I want %s to stay a plain function of at most %n lines, because %r'],
  ['preference', 'Log one line per call of %s with the order number and the milliseconds, never the body, at level %n; %r'],
  ['command', 'npm run task -- %s --limit %n runs it by hand; it is safe to repeat, since %r'],
  ['todo', 'Still open: %s has to handle more than %n lines per request, because %r'],
  ['todo', 'Remove the flag around %s once all %n tenants are moved; %r'],
];

/** What the shop left, and for what, by the matter. */
const MOVES: readonly (readonly [left: string, taken: string])[] = [
  ['RabbitMQ', 'Kafka'],
  ['Mongo', 'Postgres'],
  ['Jenkins', 'Buildkite'],
  ['Webpack', 'Vite'],
  ['Mocha', 'Vitest'],
  ['Heroku', 'Fly'],
  ['Mailgun', 'Postmark'],
  ['Memcached', 'Valkey'],
  ['Elasticsearch', 'Typesense'],
  ['Knex', 'Drizzle'],
];

/** Words of little weight: talk that was kept by mistake. */
const NOISE = [
  'I looked at %s and it seems fine so far, nothing else to say about run %n',
  'Opened %s again to see what it does in version %n',
  'The output of %s has %n lines in the terminal',
  'Let me know if %s needs another look after step %n',
  'There may be something around %s, perhaps in part %n',
  'Printed the value of %s while debugging, it was %n at that time',
];

const OLD_PLACES = ['src/legacy', 'lib/soap', 'server/v1', 'src/old-admin', 'tools/importer', 'packages/mobile/src', 'app/helpers'];
const STALE: readonly Template[] = [
  ['architecture', '%s in %f builds the XML for the old admin page, %n fields in fixed order'],
  ['bug_fix', 'Fixed %s in %f: the SOAP header lacked the namespace, %n calls a day were turned down'],
  ['pattern', 'New fields go through %s in %f first, then into the form, at most %n at a time'],
  ['decision', '%f keeps %s synchronous with a limit of %n ms, the old client cannot wait'],
];

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export interface Writer {
  good(): Telling;
  /** The same told again in other words: names, numbers and what it says are kept. `variant` from 0. */
  again(told: Telling, variant: number): Telling;
  /** A standing fact, and what later overrides it. */
  move(): { readonly older: Telling; readonly newer: Telling };
  /** Of a file that no project has any more. */
  stale(): Telling;
  noise(): Telling;
}

/** `filesThere`: files of the project, which good memories may name. */
export function createWriter(random: () => number, filesThere: readonly string[]): Writer {
  let named = 0;
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const number = (): string => String(2 + Math.floor(random() * 88));

  function tell([kind, template]: Template, file: string | undefined): Telling {
    const symbol = symbolAt(named++);
    const text = template
      .replace('%s', `\`${symbol}\``)
      .replace('%f', file ?? 'the shared module')
      .replace('%n', number)
      .replace('%m', number)
      .replace('%r', pick(REASONS));
    const isNamed = file !== undefined && text.includes(file);
    return {
      kind,
      text,
      files: isNamed ? [file] : [],
      symbols: [symbol],
      commands: kind === 'command' ? [text.slice(0, text.indexOf(' runs'))] : [],
    };
  }

  return {
    good: () => tell(pick(TEMPLATES), filesThere.length > 0 ? pick(filesThere) : undefined),
    again(told, variant) {
      const rewordings: readonly ((text: string) => string)[] = [
        (text) => `${text}, as agreed`,
        (text) => `Note: ${text.replace(/\bbecause\b/, 'since').replace(/\bevery\b/, 'each')}`,
        (text) => text.replace(/, (?:because|since) |; /, ': ').replace(/\bat most\b/, 'up to'),
        (text) => `${text.replace(/\bin one\b/, 'within one').replace(/\bkeeps\b/, 'holds')} (seen once more)`,
        (text) =>
          text.replace(/^(.*?)(?:, because|, since|;) (.*)$/, (_all, what: string, why: string) => `${sentence(why)}: that is why ${what}`),
        (text) =>
          `We agreed some time ago: ${text
            .replace(/\bbecause\b/, 'as')
            .replace(/\bminutes\b/, 'min')
            .replace(/\bbefore\b/, 'ahead of when')}`,
      ];
      return { ...told, text: (rewordings[variant % rewordings.length] ?? String)(told.text) };
    },
    move() {
      const [left, taken] = pick(MOVES);
      const told = tell(['decision', `%s uses ${left} with %n partitions, because %r`], undefined);
      const symbol = told.symbols[0] ?? '';
      const newer = `\`${symbol}\` moved from ${left} to ${taken}, because ${pick(REASONS)}`;
      return { older: told, newer: { ...told, text: newer } };
    },
    stale() {
      const symbol = symbolAt(named + 1);
      return tell(
        pick(STALE),
        `${pick(OLD_PLACES)}/${symbol.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}.${pick(['js', 'php', 'ts'])}`,
      );
    },
    noise: () => tell([pick(['pattern', 'todo', 'architecture'] as const), pick(NOISE)], undefined),
  };
}
