import { homedir } from 'node:os';
import type { Surroundings } from '../assistants/assistant.ts';
import type { ServiceSettings } from '../link/protocol.ts';

/** Where the conversations about a folder are looked for, as this process sees the machine. */
export function surroundings(folder: string | undefined, { editorStorage }: ServiceSettings): Surroundings {
  return {
    home: homedir(),
    env: process.env,
    folders: folder === undefined ? [] : [folder],
    ...(editorStorage !== undefined && { editorStorage }),
  };
}
