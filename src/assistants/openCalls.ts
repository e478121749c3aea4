import { asObject, asText } from './loose.ts';

/** Parallel calls of one turn rarely pass a dozen; a call that never got its result must not stay for ever. */
const MOST_OPEN = 40;

/** The tools of calls whose results are still to come: results name only the call. Survives in a cursor as plain data. */
export class OpenCalls {
  readonly #tools: Map<string, string>;

  /** Takes up what `plain` gave, or begins empty. */
  constructor(plain?: unknown) {
    this.#tools = new Map(Object.entries(asObject(plain) ?? {}).map(([id, tool]) => [id, asText(tool) ?? '']));
  }

  open(callId: string, tool: string): void {
    this.#tools.set(callId, tool);
    const oldest = this.#tools.keys().next().value;
    if (this.#tools.size > MOST_OPEN && oldest !== undefined) this.#tools.delete(oldest);
  }

  /** The tool that was called, an empty string when the call was not seen. */
  close(callId: string): string {
    const tool = this.#tools.get(callId) ?? '';
    this.#tools.delete(callId);
    return tool;
  }

  get plain(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#tools);
  }
}
