import assert from 'node:assert/strict';
import { setTimeout as rest } from 'node:timers/promises';
import { randomOf } from '../../scripts/lib/random.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import { freshFolders, integrityOf } from '../support/storeFolder.ts';
import { start } from '../support/storeProcess.ts';
import { memoryId, session } from '../support/storeSamples.ts';

/** As many as the promise asks for ("at least 50 seeded times"). */
const KILLS = 50;

describe('store: kill -9', () => {
  const freshFolder = freshFolders();

  it(`what was acknowledged is there after each of ${KILLS} kills`, async function () {
    this.timeout(240_000);
    const folder = freshFolder();
    const random = randomOf(20_261);
    const taken = new Set<string>();
    const learnt = new Set<string>();
    const hidden = new Set<string>();
    let tornTails = 0;

    for (let run = 1; run <= KILLS; run++) {
      const taker = start('storeTaker.ts', folder, String(run));
      const [after, pauseMs] = [Math.floor(random() * 25), random() * 6];
      await taker.until(() => taker.lines.length > after);
      await rest(pauseMs);
      await taker.kill();

      assert.equal(taker.lines[0], 'ready');
      for (const line of taker.lines.slice(1)) {
        const [what, ...ids] = line.split(' ');
        const known = { took: taken, learnt, hid: hidden }[what ?? ''];
        assert.ok(known, line);
        for (const id of ids) known.add(id);
      }

      const store = openStore(folder);
      assert.deepEqual(store.remarks, []);
      const kept = store.observationsOf(session('monday'));
      const keptIds = new Set<string>(kept.map(({ id }) => id));
      assert.deepEqual(
        [...taken].filter((id) => !keptIds.has(id)),
        [],
        `lost in run ${run}`,
      );

      // Nothing is there by half: the cursor vouches for exactly what was taken up to it.
      const [, lastIndex] = (store.cursor('cursor') ?? '').split('-').map(Number);
      const indexes = kept.filter(({ id }) => id.startsWith(`o-${run}-`)).map(({ id }) => Number(id.split('-')[2]));
      assert.equal(Math.max(...indexes, -1), indexes.length > 0 ? lastIndex : -1);
      if (keptIds.size > taken.size) tornTails++;
      for (const id of keptIds) taken.add(id);

      const live = new Set<string>(store.all().map(({ id }) => id));
      for (const id of learnt) if (!hidden.has(id) && !live.has(id)) assert.ok(isHiddenUnsaid(id), `memory ${id} lost in run ${run}`);
      for (const id of hidden) {
        assert.equal(live.has(id), false, `memory ${id} came back in run ${run}`);
        assert.equal(store.isForgotten(store.segmentHash(`memory ${id}`)), true);
      }
      assert.deepEqual(store.pendingForget(), []);
      store.close();
      assert.deepEqual(integrityOf(folder), ['ok']);

      // The very last `hide` may have been done and not said any more.
      function isHiddenUnsaid(id: string): boolean {
        const isLast = taker.lines.at(-1) === `learnt ${id}` && store.isForgotten(store.segmentHash(`memory ${memoryId(id)}`));
        if (isLast) hidden.add(id);
        return isLast;
      }
    }
    assert.ok(taken.size > KILLS * 10, `${taken.size} observations were taken`);
    console.log(
      `      ${KILLS} kills, ${taken.size} observations, ${learnt.size} memories; ${tornTails} kills fell between doing and saying`,
    );
  });
});
