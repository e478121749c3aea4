// How an answer of the fake model looks on the wire, streamed or whole: Anthropic's messages, OpenAI's chat completions and responses.
// As much of each as Claude Code and VS Code's chat read; token counts are made up.
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

export interface ToolUse {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What the model says: text, then tool calls, either of which may be absent. */
export interface Answer {
  readonly text?: string;
  readonly calls?: readonly ToolUse[];
}

export type Dialect = 'anthropic' | 'chat-completions' | 'responses';

const newId = (prefix: string): string => prefix + randomBytes(9).toString('hex');
/** Small pieces, as a real model sends them, so that clients' joining of pieces is tried too. */
const pieces = (text: string): string[] => text.match(/[\s\S]{1,24}/g) ?? [];

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

type Send = (data: unknown, event?: string) => void;

function stream(response: ServerResponse, write: (send: Send) => void): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  write((data, event) => {
    response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  });
  response.end();
}

function sendAnthropic(response: ServerResponse, { text, calls = [] }: Answer, model: string, isStreamed: boolean): void {
  const content = [
    ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
    ...calls.map(({ name, args }) => ({ type: 'tool_use' as const, id: newId('toolu_'), name, input: args })),
  ];
  const stop_reason = calls.length > 0 ? 'tool_use' : 'end_turn';
  const usage = { input_tokens: 100, output_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const message = { id: newId('msg_'), type: 'message', role: 'assistant', model, content, stop_reason, stop_sequence: null, usage };
  if (!isStreamed) return sendJson(response, message);
  stream(response, (send) => {
    const tell = (type: string, rest: object = {}) => send({ type, ...rest }, type);
    tell('message_start', { message: { ...message, content: [], stop_reason: null } });
    content.forEach((block, index) => {
      const isText = block.type === 'text';
      tell('content_block_start', { index, content_block: isText ? { ...block, text: '' } : { ...block, input: {} } });
      for (const piece of pieces(isText ? block.text : JSON.stringify(block.input))) {
        const delta = isText ? { type: 'text_delta', text: piece } : { type: 'input_json_delta', partial_json: piece };
        tell('content_block_delta', { index, delta });
      }
      tell('content_block_stop', { index });
    });
    tell('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 20 } });
    tell('message_stop');
  });
}

function sendChatCompletion(response: ServerResponse, { text, calls = [] }: Answer, model: string, isStreamed: boolean): void {
  const tool_calls = calls.map(({ name, args }) => ({
    id: newId('call_'),
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
  const finish_reason = calls.length > 0 ? 'tool_calls' : 'stop';
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  const base = { id: newId('chatcmpl-'), created: Math.floor(Date.now() / 1000), model };
  if (!isStreamed) {
    const message = { role: 'assistant', content: text ?? null, ...(calls.length > 0 ? { tool_calls } : {}) };
    return sendJson(response, { ...base, object: 'chat.completion', choices: [{ index: 0, finish_reason, message }], usage });
  }
  stream(response, (send) => {
    const tell = (delta: object, finish: string | null = null) =>
      send({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
    tell({ role: 'assistant', content: '' });
    for (const piece of pieces(text ?? '')) tell({ content: piece });
    tool_calls.forEach((call, index) => {
      tell({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] });
      for (const piece of pieces(call.function.arguments)) tell({ tool_calls: [{ index, function: { arguments: piece } }] });
    });
    tell({}, finish_reason);
    send({ ...base, object: 'chat.completion.chunk', choices: [], usage });
    send('[DONE]');
  });
}

function sendResponses(response: ServerResponse, { text, calls = [] }: Answer, model: string, isStreamed: boolean): void {
  const part = { type: 'output_text', text: text ?? '', annotations: [] };
  const output = [
    ...(text === undefined
      ? []
      : [{ type: 'message' as const, id: newId('msg_'), status: 'completed', role: 'assistant', content: [part] }]),
    ...calls.map(({ name, args }) => ({
      type: 'function_call' as const,
      id: newId('fc_'),
      status: 'completed',
      call_id: newId('call_'),
      name,
      arguments: JSON.stringify(args),
    })),
  ];
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 120,
  };
  const begun = {
    id: newId('resp_'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model,
    status: 'in_progress',
    output: [],
  };
  const whole = { ...begun, status: 'completed', output, usage };
  if (!isStreamed) return sendJson(response, whole);
  stream(response, (send) => {
    let sequence_number = 0;
    const tell = (type: string, rest: object) => send({ type, sequence_number: sequence_number++, ...rest }, type);
    tell('response.created', { response: begun });
    output.forEach((item, output_index) => {
      const at = { item_id: item.id, output_index };
      if (item.type === 'message') {
        tell('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } });
        tell('response.content_part.added', { ...at, content_index: 0, part: { ...part, text: '' } });
        for (const delta of pieces(part.text)) tell('response.output_text.delta', { ...at, content_index: 0, delta });
        tell('response.output_text.done', { ...at, content_index: 0, text: part.text });
        tell('response.content_part.done', { ...at, content_index: 0, part });
      } else {
        tell('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', arguments: '' } });
        for (const delta of pieces(item.arguments)) tell('response.function_call_arguments.delta', { ...at, delta });
        tell('response.function_call_arguments.done', { ...at, arguments: item.arguments });
      }
      tell('response.output_item.done', { output_index, item });
    });
    tell('response.completed', { response: whole });
  });
}

const SENDERS = { anthropic: sendAnthropic, 'chat-completions': sendChatCompletion, responses: sendResponses };

/** Writes the whole answer and ends the response. */
export function sendAnswer(response: ServerResponse, dialect: Dialect, answer: Answer, model: string, isStreamed: boolean): void {
  SENDERS[dialect](response, answer, model, isStreamed);
}
