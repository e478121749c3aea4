// Signal → Observation: made safe and small before anything is written. The order matters: first what steers or hides is gone, so that nothing
// can break up a tag or a key; then our own words, private parts and secrets; only then is anything shortened, for half a key is not known as one.
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Dropped, DropReason, Observation, ObservationId, Role, Signal } from '../memory.ts';
import { capped, CUT, isTrivialCommand, withoutNoise } from './noise.ts';
import { isOwnTool, withoutOwn } from './own.ts';
import { plainText } from './plainText.ts';
import { withoutPrivate } from './private.ts';
import { REDACTED, redactSecrets } from './secrets.ts';

/** What is kept of one text, in characters. Results repeat what files and programs hold: less of them is enough. */
const LIMITS: Readonly<Record<Role, number>> = {
  request: 32_000,
  reply: 32_000,
  call: 32_000,
  edit: 32_000,
  commit: 32_000,
  revert: 32_000,
  result: 8_000,
  command: 8_000,
};
/** Calls on excluded files whose results are yet to come. A result comes within a few records of its call; beyond this many the oldest go. */
const MOST_EXCLUDED_CALLS = 10_000;

export interface Observer {
  /** Never rejects for what the signal holds. Costs about 0.15 s a megabyte of text. `turn_end` is 'empty': it tells nothing to keep. */
  observe(signal: Signal): Promise<Observation | Dropped>;
}

/** `isExcluded` answers for a file or folder, absolute or relative as its source spells it. */
export function createObserver({ isExcluded }: { readonly isExcluded: (path: string) => boolean }): Observer {
  const excludedCalls = new Set<string>();

  /** The result of a call holds what the file holds, but does not name it. */
  function remember(call: string): void {
    excludedCalls.add(call);
    const oldest = excludedCalls.values().next().value;
    if (excludedCalls.size > MOST_EXCLUDED_CALLS && oldest !== undefined) excludedCalls.delete(oldest);
  }

  function isOutOfBounds(signal: Signal): boolean {
    switch (signal.kind) {
      case 'tool_call': {
        const isOut = signal.files.some(isExcluded);
        if (isOut) remember(callKey(signal));
        return isOut;
      }
      case 'tool_result':
        return excludedCalls.has(callKey(signal));
      case 'edit':
        return isExcluded(signal.file);
      case 'command':
        return (signal.cwd !== undefined && isExcluded(signal.cwd)) || pathsIn(signal.commandLine, signal.cwd).some(isExcluded);
      case 'commit':
      case 'revert':
        return signal.files.length > 0 && signal.files.every(isExcluded);
      case 'prompt':
      case 'reply':
      case 'turn_end':
        return false;
    }
  }

  return {
    async observe(signal) {
      if (signal.kind === 'turn_end') return dropped('empty');
      if ((signal.kind === 'tool_call' || signal.kind === 'tool_result') && isOwnTool(signal.tool)) return dropped('own');
      if (isOutOfBounds(signal)) return dropped('excluded');
      // As shells have it (HISTCONTROL=ignorespace): a command after a space is not for the record.
      if (signal.kind === 'command' && /^\s/.test(signal.commandLine)) return dropped('private');

      const said = plainText(textOf(signal));
      if (said.trim() === '') return dropped('empty');
      const others = withoutOwn(said);
      if (others.trim() === '') return dropped('own');
      const shared = withoutPrivate(others);
      if (isNothing(shared, signal)) return dropped('private');
      const safe = await redactSecrets(shared);
      if (signal.kind === 'command' && isTrivialCommand(signal.commandLine, signal.exitCode)) return dropped('noise');

      const role = roleOf(signal);
      const keepLines = signal.place.isLineByLine === true;
      const isMemory = signal.kind === 'prompt' && signal.isMemory === true;
      const quiet = withoutNoise(safe, role === 'result' || role === 'command', keepLines, isMemory);
      const text = tidy(capped(quiet, LIMITS[role], keepLines), keepLines);
      if (!tellsAnything(text)) return dropped('noise');
      return observationOf(signal, role, text, isExcluded);
    },
  };
}

const dropped = (reason: DropReason): Dropped => ({ kind: 'dropped', reason });
const callKey = (signal: { readonly place: { readonly session: string }; readonly callId: string }): string =>
  `${signal.place.session}\0${signal.callId}`;

type Told = Exclude<Signal, { kind: 'turn_end' }>;

/** Commands as a terminal shows them: the line after `$ `, then what it printed. */
function textOf(signal: Told): string {
  if (signal.kind !== 'command') return signal.text;
  return signal.commandLine.trim() === '' ? signal.text : `$ ${signal.commandLine}\n${signal.text}`;
}

/** A command of which only our `$` is left was private too. */
function isNothing(text: string, signal: Told): boolean {
  return (signal.kind === 'command' ? text.replace(/^\$ /, '') : text).trim() === '';
}

function roleOf(signal: Told): Role {
  switch (signal.kind) {
    case 'prompt':
      return 'request';
    case 'reply':
      return 'reply';
    case 'tool_call':
      return 'call';
    case 'tool_result':
      return 'result';
    case 'edit':
    case 'command':
    case 'commit':
    case 'revert':
      return signal.kind;
  }
}

function tidy(text: string, keepLines: boolean): string {
  if (keepLines) return text;
  return text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{4,}/g, '\n\n\n')
    .replace(/^\n+|\n+$/g, '');
}

/** Anything but our marks and white space. */
function tellsAnything(text: string): boolean {
  return text.replaceAll(CUT, '').replaceAll(REDACTED, '').trim() !== '';
}

function observationOf(signal: Told, role: Role, text: string, isExcluded: (path: string) => boolean): Observation {
  const { place } = signal;
  const id = createHash('sha256').update([place.source, place.session, place.record, role, text].join('\0')).digest('hex').slice(0, 32);
  const exitCode = signal.kind === 'command' || signal.kind === 'tool_result' ? signal.exitCode : undefined;
  const isFailure = (signal.kind === 'tool_result' && signal.isFailure) || (exitCode !== undefined && exitCode !== 0);
  const tool = signal.kind === 'command' ? programOf(text) : 'tool' in signal ? signal.tool : undefined;
  return {
    id: id as ObservationId,
    place,
    role,
    text,
    files: filesOf(signal).filter((file) => !isExcluded(file)),
    isFailure,
    ...(tool === undefined ? {} : { tool }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function filesOf(signal: Told): readonly string[] {
  if (signal.kind === 'edit') return [signal.file];
  return 'files' in signal ? signal.files : [];
}

/** The program of a command as it stands in its redacted text: without variables set before it and without its folder. */
function programOf(text: string): string | undefined {
  const words = /^\$ (.*)/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  const word = words.find((each) => !/^(?:\w+=.*|sudo|env|time|nohup|nice|command|&)$/.test(each));
  return word === undefined ? undefined : path.posix.basename(word.replaceAll('\\', '/').replace(/^["'`]+|["'`;]+$/g, '')) || undefined;
}

/** Words of a command line that may be files, made absolute where the folder is known. */
function pathsIn(commandLine: string, cwd: string | undefined): string[] {
  const words = commandLine.match(/"[^"]+"|'[^']+'|[^\s"'|;&<>()]+/g) ?? [];
  return words
    .map((word) => word.replace(/^["']|["']$/g, '').replace(/^--?[\w-]+=/, ''))
    .filter((word) => /[./\\]/.test(word) && !/^[a-z]+:\/\//i.test(word) && word.length < 1_000)
    .map((word) => (cwd === undefined ? word : path.resolve(cwd, word)));
}
