import type { AssistantId } from '../memory.ts';
import type { HookDialect } from './assistant.ts';
import { claudeCodeHooks } from './claudeCode/hooks.ts';

/** How the hooks of each assistant speak. Loads nothing but the dialects. */
export const dialects: Readonly<Partial<Record<AssistantId, HookDialect>>> = { 'claude-code': claudeCodeHooks };
