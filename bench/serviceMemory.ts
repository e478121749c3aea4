// How much memory the service holds at a user's: the bundled process, which takes in conversations and compresses them.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keepService } from '../src/link/childService.ts';
import type { Signal } from '../src/memory.ts';
import { UserError } from '../src/util/errors.ts';
import { benchLog } from './product.ts';
import { DIST, needBundles, residentMb, settingsFor } from './service.ts';

const SERVICE = path.join(DIST, 'service.cjs');
/** Compressing the longest of conversations on a busy machine. */
const LIMIT_MS = 300_000;

/** Megabytes (2^20 bytes) resident; null where the system does not tell in /proc. */
export interface ServiceMemory {
  /** The model loaded, nothing taken in. */
  readonly atRestMb: number | null;
  /** The most while it took in and compressed the conversations, one after the other. */
  readonly mostMb: number | null;
}

/**
 * Needs the bundle of `npm run build`.
 * @throws UserError without the bundle or a model
 */
export async function serviceMemory(sessions: readonly (readonly Signal[])[], models: string): Promise<ServiceMemory> {
  needBundles('service.cjs');
  const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'cairn-bench-'));
  const folder = path.join(base, 'project');
  fs.mkdirSync(folder);
  process.env['CAIRN_HOME'] = path.join(base, 'home');
  const service = keepService({ script: SERVICE, log: benchLog });
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    const endsAt = performance.now() + LIMIT_MS;
    while (!(await holds())) {
      if (performance.now() > endsAt) throw new Error('the service does not get done');
      await delay(50);
    }
  };
  try {
    await service.api.configure(
      settingsFor({ roots: [{ folder, storage: path.join(base, 'storage') }], globalStorage: path.join(base, 'global'), models }),
    );
    await until(async () => {
      const { model } = await service.api.status();
      if (model === 'missing') throw new UserError(`The service has found no model in ${models}.`);
      return model === 'ready';
    });
    const atRestMb = residentMb(service.pid, 'VmRSS');
    for (const signals of sessions) {
      const session = signals[0]?.place.session;
      if (!session) continue;
      await service.api.capture(folder, signals);
      await service.api.turnEnded(folder, session);
      await until(async () => (await service.api.status()).stores.every(({ waiting }) => waiting === 0));
    }
    return { atRestMb, mostMb: residentMb(service.pid, 'VmHWM') };
  } finally {
    await service.end();
    fs.rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  }
}
