/** The content of `User/chatLanguageModels.json` that adds a model server's "Fake One" to VS Code's chat as a model of the user's own. */
export function byokModels(serverUrl: string): string {
  const model = {
    id: 'fake-1',
    name: 'Fake One',
    url: `${serverUrl}/v1/chat/completions`,
    toolCalling: true,
    vision: false,
    maxInputTokens: 100_000,
    maxOutputTokens: 4000,
  };
  // The key is never looked at, but the chat asks for one.
  return JSON.stringify(
    [{ name: 'Local', vendor: 'customendpoint', apiKey: 'none', apiType: 'chat-completions', models: [model] }],
    null,
    2,
  );
}
