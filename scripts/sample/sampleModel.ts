import type { Answer, ModelRequest } from '../../test/support/fakeModel.ts';

/** What "Fake One" does with a question: asks Cairn's `recall` tool where there is one, and repeats what it was told. */
export function answerFromMemory({ tools, last, isAfterTool }: ModelRequest): Answer {
  if (isAfterTool) return { text: `Cairn remembers:\n\n${last.slice(0, 2000)}` };
  const recall = tools.find((name) => /recall/i.test(name));
  if (recall) return { calls: [{ name: recall, args: { query: questionIn(last) } }] };
  if (tools.length === 0) return { text: 'orders-api' };
  return { text: 'I am a stand-in for a model and know nothing myself, and no `recall` tool of Cairn was offered to me.' };
}

/** VS Code's chat wraps what the user typed in tags, with the editor's context before it. */
function questionIn(message: string): string {
  return (/<userRequest>([\s\S]*?)<\/userRequest>/i.exec(message)?.[1] ?? message).trim().slice(0, 400);
}
