// What a hook says, as a function of what it was told: ask the store's owner, else what was written down beforehand, else nothing.
import type { HookCall, HookDialect } from '../assistants/assistant.ts';
import type { ContextBlock } from '../memory.ts';
import { quickAsk } from './quickAsk.ts';
import { findStore, readRegistry, type StoreAddress } from './registry.ts';

/** The user waits for their prompt meanwhile: what has not come by then comes with the next one. */
const ANSWER_WITHIN_MS = 150;
/** More of a pasted file would not make the search better. */
const MAX_PROMPT_CHARS = 16_000;

export interface HookParts {
  readonly assistant: string;
  readonly dialect: HookDialect;
  readonly home: string;
  /** Where the work may be, besides where the call says: tried in order until a folder has a store. */
  readonly folders: readonly string[];
  /** The block for a session start as last written down in a store's folder. */
  readonly readDigest: (storeFolder: string) => ContextBlock | undefined;
  readonly atMs: number;
}

/** The bytes for stdout; empty when there is nothing to say. Takes 150 ms at most where somebody listens but does not answer. */
export async function answerHook(stdin: string, parts: HookParts): Promise<string> {
  const call = parts.dialect.parse(stdin);
  if (call.kind === 'ignored') return '';
  const address = addressOf(call, parts);
  return address ? parts.dialect.answer(call, await contextFor(call, address, parts)) : '';
}

async function contextFor(
  call: Exclude<HookCall, { kind: 'ignored' }>,
  address: StoreAddress,
  { assistant, atMs, readDigest }: HookParts,
): Promise<string | undefined> {
  const { session } = call;
  const answerByMs = Date.now() + ANSWER_WITHIN_MS;
  switch (call.kind) {
    case 'turn_end':
      await quickAsk(address, 'turnEnded', [address.folder, session], ANSWER_WITHIN_MS);
      return undefined;
    case 'prompt': {
      const prompt = call.prompt.slice(0, MAX_PROMPT_CHARS);
      const found = await quickAsk(
        address,
        'context',
        [address.folder, { kind: 'prompt', assistant, session, prompt, atMs, answerByMs }],
        ANSWER_WITHIN_MS,
      );
      return textOf(found?.answer);
    }
    case 'session_start': {
      const occasion = { kind: 'session_start', assistant, session, source: call.source, atMs, answerByMs } as const;
      const found = await quickAsk(address, 'context', [address.folder, occasion], ANSWER_WITHIN_MS);
      // An owner that answers with nothing means it; a resumed session still has what it was given.
      if (found || call.source === 'resume') return textOf(found?.answer);
      return textOf(readDigest(address.store));
    }
  }
}

/** Only text is printed, whatever another version may answer. */
const textOf = (block: ContextBlock | undefined): string | undefined => (typeof block?.text === 'string' ? block.text : undefined);

/** The assistant's shell may have moved into a folder of its own: then where it was started counts. */
function addressOf(call: Exclude<HookCall, { kind: 'ignored' }>, { home, folders }: HookParts): StoreAddress | undefined {
  const registry = readRegistry(home);
  for (const folder of [call.folder, ...folders]) {
    const found = folder ? findStore(registry, folder) : undefined;
    if (found) return found;
  }
  return undefined;
}
