// Mocha's "spec" output for people, and beside it the counts in the file that CAIRN_TEST_STATS names, for scripts/lib/test.ts to add up.
import Mocha from 'mocha';
import fs from 'node:fs';

export default class StatsReporter extends Mocha.reporters.Spec {
  /** @param {Mocha.Runner} runner @param {Mocha.MochaOptions} options */
  constructor(runner, options) {
    super(runner, options);
    runner.on(Mocha.Runner.constants.EVENT_TEST_RETRY, (/** @type {Mocha.Test} */ test, /** @type {Error} */ error) => {
      console.log(`      failed, and is tried once more: ${test.title}: ${error.message.split('\n')[0]}`);
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env['CAIRN_TEST_STATS'];
      const { passes, failures, pending } = this.stats;
      if (file) fs.writeFileSync(file, JSON.stringify({ passed: passes, failed: failures + pending }));
    });
  }
}
