// The assistants that are known. The hooks' dialects stand apart in `dialects.ts`: the hook process must not load what it does not need.
import type { AssistantId } from '../memory.ts';
import type { TranscriptReader } from './assistant.ts';
import { claudeCodeConnection } from './claudeCode/connection.ts';
import { createClaudeCodeReader } from './claudeCode/transcript.ts';
import type { Connection } from './connection.ts';
import { createCopilotReader } from './copilot/transcript.ts';
import { createVscodeChatReader } from './vscodeChat/transcript.ts';

/** A reader for each assistant. They remember the heads of the files they have listed, so there is one of each in a process. */
export const readers: readonly TranscriptReader[] = [createClaudeCodeReader(), createVscodeChatReader(), createCopilotReader()];

/** Those that have hooks to connect; VS Code's chat is reached from inside the editor. */
export const connections: Readonly<Partial<Record<AssistantId, Connection>>> = { 'claude-code': claudeCodeConnection };

/**
 * Undoes every connection; for the uninstall script, which runs in plain Node after the extension is gone. Never throws: returns how many files
 * could not be undone.
 */
export function disconnectAll(home: string): number {
  let failures = 0;
  for (const connection of Object.values(connections)) {
    try {
      connection.disconnect({ home, env: process.env });
    } catch {
      failures += 1; // There is nobody left to tell; the backup lies beside the file.
    }
  }
  return failures;
}
