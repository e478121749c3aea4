// Mocha's "spec" output for people, and beside it the counts of each file in the file that CAIRN_TEST_STATS names, for scripts/lib/test.ts to add up.
import Mocha from 'mocha';
import fs from 'node:fs';

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Mocha.Runner.constants;

export default class StatsReporter extends Mocha.reporters.Spec {
  /** @param {Mocha.Runner} runner @param {Mocha.MochaOptions} options */
  constructor(runner, options) {
    super(runner, options);
    /** @type {Record<string, { passed: number, failed: number }>} */
    const files = {};
    /** @param {'passed' | 'failed'} what */
    const count =
      (what) =>
      (/** @type {Mocha.Runnable} */ { file = '' }) => {
        files[file] ??= { passed: 0, failed: 0 };
        files[file][what]++;
      };
    runner.on(EVENT_TEST_PASS, count('passed'));
    // A hook that fails is told as a test that does; a test left out has not passed either.
    runner.on(EVENT_TEST_FAIL, count('failed'));
    runner.on(EVENT_TEST_PENDING, count('failed'));
    runner.once(EVENT_RUN_END, () => {
      const file = process.env['CAIRN_TEST_STATS'];
      if (file) fs.writeFileSync(file, JSON.stringify(files));
    });
  }
}
