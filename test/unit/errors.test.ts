import assert from 'node:assert/strict';
import { traceOf } from '../../src/util/errors.ts';

describe('what of an error goes into the log', () => {
  it('says kind and place, and quotes nothing', () => {
    let thrown: unknown;
    try {
      JSON.parse('a captured line');
    } catch (error) {
      thrown = error;
    }
    const trace = traceOf(thrown);
    assert.match(trace, /^SyntaxError\n\s+at JSON\.parse/);
    assert.doesNotMatch(trace, /captured/);
    assert.equal(traceOf('a captured line'), 'string');
  });

  it('names the system’s code', () => {
    assert.match(traceOf(Object.assign(new Error('no such file /home/ada/x'), { code: 'ENOENT' })), /^Error ENOENT\n/);
  });
});
