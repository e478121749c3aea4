// The MCP server: an assistant starts it, and its model asks memory by itself. Asks the store's owner; where no window is
// open, reads the store without changing it, by words only. stdout is the protocol, so everything else goes to stderr.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { renderContextBlock } from './inject/contextBlock.ts';
import { cairnHome } from './link/paths.ts';
import type { ServiceApi, StoreOnlyApi } from './link/protocol.ts';
import { findGlobalStore, findStore, readRegistry, type StoreAddress } from './link/registry.ts';
import { LinkError, ask } from './link/rpc.ts';
import { connect } from './link/socket.ts';
import { KINDS, SCOPES, type ContextBlock, type Query, type Recollection, type SessionId } from './memory.ts';
import { UserError, messageOf, traceOf } from './util/errors.ts';
import { logTo } from './util/log.ts';

/** An answer that the model asked for may be longer than one it was given unasked; still a fraction of a file it would read instead. */
const ANSWER_TOKENS = 1_500;
/** The real table of tokens is 2 MB and a quarter of a second to load; three characters a token errs on the safe side. */
const tokensAtMost = (text: string): number => Math.ceil(text.length / 3);
const DEFAULT_LIMIT = 8;
/** A client that declares roots and then does not answer. */
const ROOTS_WITHIN_MS = 1_000;
/** Ten thousand memories take about a second; beyond this what is indexed, the newest, must do. */
const INDEXED_WITHIN_MS = 4_000;

// The first sentence stands alone where a client shows no more: it says when to ask.
const INSTRUCTIONS =
  'Call `recall` before you plan, debug or decide something in this project: it knows earlier decisions, fixes, conventions and what was tried and failed. ' +
  'Call `remember` for one lasting fact when the user asks to keep it or states a decision or preference.';

const log = logTo((level, message) => void process.stderr.write(`[cairn] ${level}: ${message}\n`));
const home = cairnHome(process.env);
/** For the ledger: a client does not say what it calls the conversation. It starts a server a conversation, or one for all. */
const session = `mcp-${randomUUID()}` as SessionId;
const server = new McpServer({ name: 'cairn', version: manifest.version }, { instructions: INSTRUCTIONS });

void server.registerTool(
  'recall',
  {
    description: 'Search memories of earlier sessions: decisions, fixes, conventions, failed attempts.',
    inputSchema: {
      query: z.string().trim().min(1).max(2_000).describe('what you want to know, names included'),
      limit: z.number().int().min(1).max(30).optional(),
    },
    annotations: { title: 'Recall', readOnlyHint: true, openWorldHint: false },
  },
  ({ query, limit }) => answered(() => recall({ text: query, atMs: Date.now(), limit: limit ?? DEFAULT_LIMIT })),
);

void server.registerTool(
  'remember',
  {
    description: 'Keep one lasting fact for later sessions.',
    inputSchema: {
      text: z.string().trim().min(3).max(600).describe('one self-contained sentence'),
      kind: z.enum(KINDS),
      scope: z.enum(SCOPES).optional().describe('global: true of the user in every project'),
    },
    annotations: { title: 'Remember', readOnlyHint: false, destructiveHint: false, openWorldHint: false },
  },
  ({ text, kind, scope }) =>
    answered(async () => {
      const store = await (scope === 'global' ? globalStore() : projectStore());
      await asking(store, (api) =>
        api.remember(store.folder, { kind, text, scope: scope ?? 'project', source: 'model', atMs: Date.now() }),
      );
      return 'Remembered.';
    }),
);

async function recall(query: Query): Promise<string> {
  const project = await projectStore();
  const global = findGlobalStore(readRegistry(home));
  const stores = [project, ...(global && global.store !== project.store ? [global] : [])];
  const found = await Promise.allSettled(stores.map((store) => recallFrom(store, query)));
  const failure = found[0]?.status === 'rejected' ? found[0].reason : undefined;
  const recollections = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (failure && recollections.length === 0) throw failure;
  // Scores are likelihoods, so those of two stores can be compared.
  const best = recollections.sort((a, b) => b.score - a.score).slice(0, query.limit);
  const block = renderContextBlock(best, ANSWER_TOKENS, tokensAtMost, { atMs: query.atMs });
  if (!block) return 'Nothing is remembered about this.';
  await record(project, block, query.atMs);
  return block.text;
}

/** Tells the project's ledger what the model is given. Where no window has the store open, nobody keeps it. */
async function record(store: StoreAddress, { memories, text }: ContextBlock, atMs: number): Promise<void> {
  const assistant = server.server.getClientVersion()?.name ?? 'mcp';
  try {
    await asking(store, (api) => api.recordAsked({ session, assistant, memories, text, atMs }));
  } catch (thrown) {
    // The answer matters, not the ledger.
    if (!(thrown instanceof NobodyAnswers)) log.warn('what was answered could not be put into the ledger', traceOf(thrown));
  }
}

async function recallFrom(store: StoreAddress, query: Query): Promise<readonly Recollection[]> {
  try {
    return await asking(store, (api) => api.recall(store.folder, query, 'asked'));
  } catch (thrown) {
    if (!(thrown instanceof NobodyAnswers)) throw thrown;
    return readByWords(store.store, query);
  }
}

/** No window has the store open. */
class NobodyAnswers extends UserError {
  constructor() {
    super('No editor window with Cairn has this folder open, so nothing can be kept just now. Ask the user to open it.');
  }
}

/** A connection a question: nothing to keep alive between the rare calls of a model, and no dead link to be found. */
async function asking<T>(store: StoreAddress, question: (api: ServiceApi & StoreOnlyApi) => Promise<T>): Promise<T> {
  const connection = await connect(store.socket, store.token).catch((thrown: unknown) => {
    if (thrown instanceof LinkError) throw new NobodyAnswers();
    throw thrown;
  });
  try {
    return await question(ask(connection));
  } finally {
    connection.dispose();
  }
}

/** Reads a store that nobody has open. Loaded only then: SQLite and the word index are no part of a usual call. */
async function readByWords(storeFolder: string, query: Query): Promise<readonly Recollection[]> {
  const [{ openStore }, { openMemoryIndex }, { QueryVectors }, { createRetriever }] = await Promise.all([
    import('./store/sqliteStore.ts'),
    import('./search/memoryIndex.ts'),
    import('./retrieve/queryVectors.ts'),
    import('./retrieve/retrieve.ts'),
  ]);
  const store = openStore(storeFolder, { isReadOnly: true });
  try {
    const encoder = () => undefined;
    // Without a folder of its own, so that nothing is written.
    const index = openMemoryIndex({ store, folder: undefined, encoder, log });
    try {
      // A large store is indexed in slices, a turn of the event loop each.
      const untilMs = Date.now() + INDEXED_WITHIN_MS;
      while (index.state.wordsRevision < store.revision && Date.now() < untilMs) await new Promise((resolve) => setImmediate(resolve));
      return await createRetriever({ store, index, queries: new QueryVectors(encoder) }).recall(query, { manner: 'asked' });
    } finally {
      index.dispose();
    }
  } finally {
    store.close();
  }
}

async function projectStore(): Promise<StoreAddress> {
  const registry = readRegistry(home);
  for (const folder of await folders()) {
    const found = findStore(registry, folder);
    if (found) return found;
  }
  throw new UserError('Cairn has no memories of this folder yet. Ask the user to open it in the editor with Cairn.');
}

async function globalStore(): Promise<StoreAddress> {
  const found = findGlobalStore(readRegistry(home));
  if (!found) throw new UserError('Cairn has not been started yet. Ask the user to open the editor with Cairn.');
  return found;
}

/** Where the work is, the surest sign first. */
async function folders(): Promise<string[]> {
  const { CAIRN_FOLDER, CLAUDE_PROJECT_DIR } = process.env;
  return [CAIRN_FOLDER, ...(CAIRN_FOLDER ? [] : await roots()), CLAUDE_PROJECT_DIR, process.cwd()].filter((folder) => folder !== undefined);
}

/** The client's workspace folders; asked each time, since they may change. */
async function roots(): Promise<string[]> {
  if (!server.server.getClientCapabilities()?.roots) return [];
  try {
    const answer = await server.server.listRoots(undefined, { timeout: ROOTS_WITHIN_MS });
    return answer.roots.filter(({ uri }) => uri.startsWith('file://')).map(({ uri }) => fileURLToPath(uri));
  } catch (thrown) {
    log.debug('the client did not tell its roots', thrown instanceof Error ? thrown.name : '');
    return [];
  }
}

/** The tools' only way out: text, or a failure in plain words. */
async function answered(work: () => Promise<string>): Promise<CallToolResult> {
  try {
    return { content: [{ type: 'text', text: await work() }] };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) log.error('a question failed', traceOf(thrown));
    const text = thrown instanceof UserError ? messageOf(thrown) : 'Cairn could not answer. Go on without it.';
    return { isError: true, content: [{ type: 'text', text }] };
  }
}

server.connect(new StdioServerTransport()).catch((thrown: unknown) => {
  log.error('the server could not be started', traceOf(thrown));
  process.exit(1);
});
