// What the benches take on their command lines.
import assert from 'node:assert/strict';
import { readOptions } from '../../bench/options.ts';
import { watchResidentMemory } from '../../bench/residentMemory.ts';
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

describe('bench: memory of the process', () => {
  it('sees what is held while something runs, and hands on what comes of it', async () => {
    const resident = watchResidentMemory();
    assert.equal(resident.maximumMb(), null);
    const before = resident.nowMb();
    const held = await resident.during(async () => Buffer.alloc(96 * 2 ** 20, 1));
    assert.equal(held.length, 96 * 2 ** 20);
    // Something else may be given back meanwhile: not all of it need show.
    assert.ok((resident.maximumMb() ?? 0) > before + 48);
    await assert.rejects(
      resident.during(() => Promise.reject(new Error('no'))),
      /no/,
    );
  });
});
