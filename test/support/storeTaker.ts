// A process that writes to a store as fast as it can and says after each call what it has been promised, until somebody kills it.
// Arguments: the store's folder, and a number that makes this run's ids its own.
import fs from 'node:fs';
import { randomOf } from '../../scripts/lib/random.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import { draft, memoryId, observation, settlement } from './storeSamples.ts';

const [folder = '', run = '0'] = process.argv.slice(2);
const random = randomOf(Number(run));
const store = openStore(folder);
// Written at once, not queued: what a killed process had queued would be lost, and with it the test.
const say = (line: string) => fs.writeSync(1, `${line}\n`);

say('ready');
for (let i = 0; ; i++) {
  const batch = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, k) =>
    observation(`o-${run}-${i}-${k}`, { text: 'some words '.repeat(Math.floor(random() * 300)) }),
  );
  store.take(batch, { key: 'cursor', value: `${run}-${i}` });
  say(`took ${batch.map(({ id }) => id).join(' ')}`);

  if (random() < 0.3) {
    const id = memoryId(`m-${run}-${i}`);
    store.settle(settlement({ settled: batch.map((each) => each.id), add: [{ id, draft: draft(`memory ${id}`) }] }));
    say(`learnt ${id}`);
    if (random() < 0.5) {
      store.hide([id], i);
      say(`hid ${id}`);
    }
  }
}
