import path from 'node:path';
import type { ServiceSettings } from '../../src/link/protocol.ts';

/** What a window on one folder tells its service, with the defaults of the user's settings; its storage lies under `storage`. */
export function serviceSettings(project: string, storage: string, sources: readonly string[]): ServiceSettings {
  return {
    roots: [{ folder: project, storage: path.join(storage, 'workspace') }],
    globalStorage: path.join(storage, 'global'),
    models: path.resolve(import.meta.dirname, '../../models'),
    sources,
    excluded: [],
    sessionStartTokens: 800,
    promptTokens: 300,
    keepDays: 7,
    maxStoreMb: 200,
    isPaused: false,
  };
}
