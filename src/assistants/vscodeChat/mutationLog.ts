// VS Code keeps a chat as a log of changes to one object: `{"kind":0,"v":whole}` first, then set (1), push (2) and delete (3) at a path `k`.
// A push with `i` cuts the list to that length before it adds. The file is written anew, as one line, every thousand changes or so.
import { asList, asNumber, asObject, parseObject, type Loose } from '../loose.ts';

export interface Replay {
  /** The object as it stands after the last change; undefined when the file has no beginning that can be used. */
  readonly session: Loose | undefined;
  /** Lines that were torn or not understood; the others were applied. */
  readonly skipped: number;
  /** The 1-based line that last brought this object (a request, a part of a response), or the line of what holds it. */
  lineOf(part: unknown): number | undefined;
}

type Growing = Record<string, unknown>;

/** Replays the whole text. Costs the parsing of it: there is no cheaper way, since any line may change what an earlier one said. */
export function replay(text: string): Replay {
  const lines = new WeakMap<object, number>();
  let session: Growing | undefined;
  let skipped = 0;
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const change = parseObject(line);
    if (change?.['kind'] === 0 && asObject(change['v'])) session = change['v'] as Growing;
    else if (!change || !session || !apply(session, change)) return void (skipped += 1);
    mark(change['v'], i + 1, lines);
  });
  return { session, skipped, lineOf: (part) => (typeof part === 'object' && part !== null ? lines.get(part) : undefined) };
}

/** False when the change cannot be understood; nothing is changed then. */
function apply(session: Growing, change: Loose): boolean {
  const keys = asList(change['k']);
  const last = keys.at(-1);
  if (!isKey(last)) return false;
  let holder: unknown = session;
  for (const key of keys.slice(0, -1))
    holder = isKey(key) && typeof holder === 'object' && holder !== null ? (holder as Growing)[key] : undefined;
  if (typeof holder !== 'object' || holder === null) return false;
  const target = holder as Growing;
  switch (change['kind']) {
    case 1:
      target[last] = change['v'];
      return true;
    case 2: {
      const list = (target[last] ??= []);
      if (!Array.isArray(list)) return false;
      const length = asNumber(change['i']);
      if (length !== undefined && length < list.length) list.length = Math.max(0, length);
      // Not push(...all): a first line may bring more parts than a call takes arguments.
      for (const added of asList(change['v'])) list.push(added);
      return true;
    }
    case 3:
      if (Array.isArray(target)) return false;
      delete target[last];
      return true;
    default:
      return false;
  }
}

function isKey(key: unknown): key is string | number {
  // The prototype is not the session's to change.
  return typeof key === 'number' || (typeof key === 'string' && key !== '__proto__' && key !== 'constructor');
}

/** Requests and the parts of their responses lie at most five levels down (session, requests, request, response, part). */
function mark(value: unknown, line: number, lines: WeakMap<object, number>, depth = 5): void {
  if (typeof value !== 'object' || value === null || depth === 0) return;
  lines.set(value, line);
  for (const part of Array.isArray(value) ? value : Object.values(value)) mark(part, line, lines, depth - 1);
}
