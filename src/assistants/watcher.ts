// Follows the conversations of a folder: what is new in them is read and handed on, newest conversation first; old ones are taken in once, in the background.
import fs from 'node:fs';
import path from 'node:path';
import type { SessionId, Signal } from '../memory.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { codeOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { Serial } from '../util/serial.ts';
import type { Surroundings, Transcript, TranscriptReader } from './assistant.ts';

/** File events come in bursts: one look after the burst is enough. */
const BURST_MS = 300;
/** Events get lost (network drives, folders made later): look anyway. */
const SWEEP_MS = 5_000;
/** Looking for files that nobody told of costs a walk over folders: at most this share of the time goes into it. */
const FINDING_SHARE = 1 / 20;
/** … but no conversation is overlooked for longer. */
const FIND_AT_LATEST_MS = 15_000;
const MOST_FOREIGN = 10_000;
/** Rest between two pieces of old conversations, so that questions are answered in between. */
const REST_MS = 15;

/** Where what was read goes; the cursor is kept together with it or not at all. */
export interface ReadingDesk {
  cursor(key: string): Promise<string | undefined>;
  capture(signals: readonly Signal[], cursor: { readonly key: string; readonly value: string }): Promise<number>;
}

export interface WatchState {
  /** Present while conversations from before are being taken in. */
  readonly backfill?: { readonly done: number; readonly of: number };
  /** Why a source cannot be read, in plain words, one a source. */
  readonly troubles: readonly string[];
  /** Lines or records that could not be understood. */
  readonly skipped: number;
}

export interface TranscriptWatcher extends Disposable {
  /** Reads what is new now; resolves when it is handed on. With a session, that one comes first. */
  look(session?: SessionId): Promise<void>;
  readonly state: WatchState;
}

export interface WatchOptions {
  readonly readers: readonly TranscriptReader[];
  readonly where: Surroundings;
  readonly desk: ReadingDesk;
  readonly log: Log;
  /** The state may have changed. */
  readonly onChange: () => void;
}

export function watchTranscripts({ readers, where, desk, log, onChange }: WatchOptions): TranscriptWatcher {
  const owned = new Disposables();
  /** Size and time at which a transcript was last read to its end. */
  const readAt = new Map<string, string>();
  const troubles = new Map<string, string>();
  const watched = new Set<string>();
  /** Names of files that were heard of and looked for; those that are ours are among the known by then. */
  const foreign = new Set<string>();
  let known: { reader: TranscriptReader; transcript: Transcript }[] = [];
  let findAtMs = 0;
  let skipped = 0;
  let first: SessionId | undefined;
  let backfill: { done: number; of: number } | undefined;
  let burst: NodeJS.Timeout | undefined;

  const looking = new Serial(lookOnce);

  async function lookOnce(): Promise<void> {
    if (Date.now() >= findAtMs) await find();
    const todo = known.filter(({ transcript }) => readAt.get(transcript.path) !== stampOf(transcript));
    todo.sort((a, b) => order(b.transcript) - order(a.transcript));
    if (todo.length > 1) backfill = { done: 0, of: todo.length };
    for (const { reader, transcript } of todo) {
      if (owned.isDisposed) return;
      await readToEnd(reader, transcript);
      if (backfill) backfill.done += 1;
      onChange();
      if (backfill) await rest();
    }
    if (backfill) {
      backfill = undefined;
      onChange();
    }
  }

  const order = (transcript: Transcript): number => (transcript.session === first ? Number.MAX_SAFE_INTEGER : transcript.modifiedAtMs);

  async function find(): Promise<void> {
    const startedAtMs = Date.now();
    const all: typeof known = [];
    for (const reader of readers) {
      try {
        for (const transcript of await reader.find(where)) all.push({ reader, transcript });
      } catch (thrown) {
        troubles.set(reader.assistant, `${reader.assistant}: its conversations cannot be listed (${codeOf(thrown) ?? 'unknown error'})`);
        log.warn(`finding ${reader.assistant} conversations failed`, codeOf(thrown) ?? '');
      }
      for (const folder of reader.watched(where)) watch(folder.path, folder.isRecursive);
    }
    known = all;
    if (foreign.size > MOST_FOREIGN) foreign.clear();
    const pauseMs = (Date.now() - startedAtMs) / FINDING_SHARE;
    findAtMs = Date.now() + Math.min(FIND_AT_LATEST_MS, Math.max(SWEEP_MS / 2, pauseMs));
  }

  async function readToEnd(reader: TranscriptReader, transcript: Transcript): Promise<void> {
    const key = `${transcript.assistant}:${transcript.path}`;
    const stamp = stampOf(transcript);
    try {
      for (let hasMore = true; hasMore && !owned.isDisposed;) {
        const result = await reader.read(transcript, await desk.cursor(key), where);
        skipped += result.skipped;
        if (result.trouble) troubles.set(reader.assistant, result.trouble);
        else troubles.delete(reader.assistant);
        await desk.capture(result.signals, { key, value: result.cursor });
        hasMore = result.hasMore;
        if (hasMore) await rest();
      }
      readAt.set(transcript.path, stamp);
    } catch (thrown) {
      // Gone or locked: the next sweep tries again; nothing that was taken in is lost.
      log.debug(
        `reading a ${transcript.assistant} conversation failed`,
        codeOf(thrown) ?? (thrown instanceof Error ? thrown.name : 'unknown'),
      );
    }
  }

  /** Watches a folder, or, while it is not there, the nearest one above it for its coming. */
  function watch(wanted: string, isRecursive: boolean): void {
    const there = nearestFolder(wanted);
    const key = `${there}\n${wanted}`;
    if (watched.has(key)) return;
    const isWanted = there === wanted;
    try {
      const watcher = fs.watch(there, { recursive: isWanted && isRecursive, persistent: false }, (_event, name) => {
        if (isWanted) heardOf(name ?? '');
        else if (nearestFolder(wanted) !== there) findSoon();
      });
      watcher.on('error', () => {
        watched.delete(key);
        watcher.close();
      });
      watched.add(key);
      owned.own({ dispose: () => watcher.close() });
    } catch (thrown) {
      // Gone again, or more folders than the system lets one watch: the sweep sees to it.
      log.debug('watching a folder failed', codeOf(thrown) ?? '');
    }
  }

  /** Something changed in a watched folder. Files that were looked at and are not about this workspace (another project's session, say) cost nothing. */
  function heardOf(name: string): void {
    if (known.some(({ transcript }) => transcript.path.endsWith(name))) soon();
    else if (!foreign.has(name)) {
      foreign.add(name);
      findSoon();
    }
  }

  /** Finds at once what is new, rather than at the next round. */
  function findSoon(): void {
    findAtMs = 0;
    soon();
  }

  function soon(): void {
    clearTimeout(burst);
    burst = setTimeout(() => void look(), BURST_MS);
  }

  function look(session?: SessionId): Promise<void> {
    if (session) first = session;
    restat();
    return looking
      .request()
      .catch((thrown: unknown) => log.error('reading conversations failed', thrown instanceof Error ? thrown.name : ''));
  }

  /** Sizes and times of the known transcripts, so that growth is seen without a walk. */
  function restat(): void {
    known = known.map((entry) => {
      try {
        const { mtimeMs, size } = fs.statSync(entry.transcript.path);
        return { ...entry, transcript: { ...entry.transcript, modifiedAtMs: mtimeMs, sizeBytes: size } };
      } catch {
        return entry; // Gone: what was learnt from it stays.
      }
    });
  }

  const sweep = setInterval(() => void look(), SWEEP_MS);
  sweep.unref();
  owned.defer(() => {
    clearInterval(sweep);
    clearTimeout(burst);
  });

  return {
    look,
    get state(): WatchState {
      return { ...(backfill && { backfill }), troubles: [...troubles.values()], skipped };
    },
    dispose: () => owned.dispose(),
  };
}

const stampOf = ({ modifiedAtMs, sizeBytes }: Transcript): string => `${modifiedAtMs}:${sizeBytes}`;
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REST_MS));

/** The folder itself, or the nearest above it that is there. */
function nearestFolder(folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) if (fs.existsSync(at) || path.dirname(at) === at) return at;
}
