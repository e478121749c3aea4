// A model server on loopback that says what a script tells it, in the three dialects that assistants speak, and records what it was asked.
// It stands in for the one thing that tests and the sample cannot have: a real model.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { sendAnswer, sendJson, type Answer, type Dialect } from './modelWire.ts';

export type { Answer, ToolUse } from './modelWire.ts';

export interface ModelRequest {
  readonly dialect: Dialect;
  readonly model: string;
  /** Names of the tools offered. None: a side request (a title, a summary, a classification). */
  readonly tools: readonly string[];
  /** The text of the last message, tool results included. */
  readonly last: string;
  /** True when the last message is a tool's result. */
  readonly isAfterTool: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Respond = (request: ModelRequest) => Answer | Promise<Answer>;

export interface FakeModel {
  readonly port: number;
  /** For `ANTHROPIC_BASE_URL`; OpenAI's clients want `${url}/v1`. */
  readonly url: string;
  /** In order of arrival. */
  readonly requests: readonly ModelRequest[];
  /** Changes what it says from now on; what it recorded stays. */
  respond(respond: Respond): void;
  stop(): Promise<void>;
}

/**
 * Says the steps one after the other. A request without tools takes no step, so that the titles and summaries which clients ask for
 * on the side do not disturb the script; it gets `aside`. Past the end it says so.
 */
export function scripted(steps: readonly Answer[], aside = 'ok'): Respond {
  let next = 0;
  return ({ tools }) => (tools.length === 0 ? { text: aside } : (steps[next++] ?? { text: 'The script is over.' }));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** All text within a message's content, of whatever shape. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  return isRecord(value) ? textOf(value['text'] ?? value['content'] ?? value['output'] ?? '') : '';
}

/** Only what tests ask for; the rest stays in `body`. */
function understand(dialect: Dialect, body: Record<string, unknown>): ModelRequest {
  const tools = listOf(body['tools']).map((tool) =>
    String(tool['name'] ?? (isRecord(tool['function']) ? tool['function']['name'] : tool['type'])),
  );
  // Claude Code puts context into a message of role "system" after the user's: what was asked last is the last that is not such.
  const messages = listOf(body['messages'] ?? body['input']).filter(({ role }) => role !== 'system' && role !== 'developer');
  const last = messages.at(-1) ?? {};
  const isAfterTool =
    last['role'] === 'tool' ||
    last['type'] === 'function_call_output' ||
    listOf(last['content']).some(({ type }) => type === 'tool_result');
  const input = body['input'];
  return { dialect, model: String(body['model']), tools, last: typeof input === 'string' ? input : textOf(last), isAfterTool, body };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  const unpack = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync, deflate: zlib.inflateSync };
  const encoding = request.headers['content-encoding'] ?? '';
  const text = (encoding in unpack ? unpack[encoding as keyof typeof unpack](raw) : raw).toString('utf8');
  const body: unknown = text === '' ? {} : JSON.parse(text);
  return isRecord(body) ? body : {};
}

const DIALECTS: readonly (readonly [ending: string, dialect: Dialect])[] = [
  ['/messages', 'anthropic'],
  ['/chat/completions', 'chat-completions'],
  ['/responses', 'responses'],
];
const LISTED = {
  object: 'list',
  data: [{ id: 'fake-1', object: 'model', type: 'model', display_name: 'Fake One', created: 1, owned_by: 'cairn' }],
};

/** Starts on a free port of 127.0.0.1, or on `port`. The caller stops it. */
export async function startFakeModel(respond: Respond, port = 0): Promise<FakeModel> {
  const requests: ModelRequest[] = [];
  let current = respond;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const answer = async () => {
      const body = await bodyOf(request);
      const dialect = DIALECTS.find(([ending]) => pathname.endsWith(ending))?.[1];
      if (dialect) {
        const asked = understand(dialect, body);
        requests.push(asked);
        return sendAnswer(response, dialect, await current(asked), asked.model, body['stream'] === true);
      }
      if (pathname.endsWith('/count_tokens')) return sendJson(response, { input_tokens: 100 });
      if (request.method === 'GET' && /\/models(\/|$)/.test(pathname)) return sendJson(response, LISTED);
      sendJson(response, { error: { type: 'not_found_error', message: `the fake model knows no ${pathname}` } }, 404);
    };
    answer().catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, { error: { type: 'api_error', message: String(error) } }, 500);
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    requests,
    respond: (next) => void (current = next),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
