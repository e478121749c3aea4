// What the benches take on their command lines.
import assert from 'node:assert/strict';
import { readOptions } from '../../bench/options.ts';
import { UserError } from '../../src/util/errors.ts';

const NAMES = { sessions: 'DIR', plain: '', others: 'NAME=FILE …', draw: 'N' };
const read = (...argv: string[]) => readOptions(argv, NAMES);

describe('bench: options', () => {
  it('keeps every value of what may be given several times, in order', () => {
    assert.deepEqual(read('--others', 'a=1', '--plain', '--others=b=2').all('others'), ['a=1', 'b=2']);
    assert.deepEqual(read().all('others'), []);
    assert.equal(read('--sessions', 'x').text('sessions'), 'x');
  });

  it('counts from one', () => {
    assert.equal(read('--draw', '50').count('draw'), 50);
    assert.equal(read().count('draw'), undefined);
    for (const wrong of ['0', '-1', '1.5', 'many']) assert.throws(() => read(`--draw=${wrong}`).count('draw'), UserError);
  });

  it('says what it takes when it is given something else', () => {
    assert.throws(() => read('--draws', '5'), /It takes: .*\[--others NAME=FILE …\] \[--draw N\]/);
    assert.throws(() => read().needed('sessions'), UserError);
  });
});
