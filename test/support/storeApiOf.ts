import type { MemoryEngine } from '../../src/engine.ts';
import { storeApi, type StoreApi, type StoreApiParts } from '../../src/service/storeApi.ts';

/** What a store's owner answers, with the budgets of the user's settings by default, and no store of the user's own beside it. */
export function storeApiOf(engine: MemoryEngine, parts: Partial<Omit<StoreApiParts, 'engine'>> = {}): StoreApi {
  return storeApi({
    engine,
    address: { store: '/s' },
    global: () => undefined,
    budgets: () => ({ sessionStartTokens: 800, promptTokens: 300 }),
    remarks: () => [],
    onTurnEnded: async () => undefined,
    ...parts,
  });
}
