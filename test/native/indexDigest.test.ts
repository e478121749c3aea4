import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readDigest, writeDigest } from '../../src/inject/digest.ts';
import type { MemoryId } from '../../src/memory.ts';

describe('digest', () => {
  const block = { text: '<cairn-memory>\n- DECISION x\n</cairn-memory>', tokens: 40, memories: ['m1' as MemoryId] };
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-digest-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is read as it was written, by its user only', () => {
    writeDigest(folder, block);
    assert.deepEqual(readDigest(folder), block);
    if (process.platform !== 'win32') assert.equal(fs.statSync(path.join(folder, 'digest.json')).mode & 0o777, 0o600);
    assert.deepEqual(fs.readdirSync(folder), ['digest.json']);
  });

  it('is gone once there is nothing to say', () => {
    writeDigest(folder, block);
    writeDigest(folder, undefined);
    assert.equal(readDigest(folder), undefined);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('is none when missing, torn, foreign or huge', () => {
    assert.equal(readDigest(path.join(folder, 'nowhere')), undefined);
    const file = path.join(folder, 'digest.json');
    for (const content of [
      '',
      '{"format":1,"text":',
      'null',
      '[]',
      '{"format":2,"text":"x","tokens":1,"memories":[]}',
      '{"format":1,"text":7}',
      'x'.repeat(300_000),
    ]) {
      fs.writeFileSync(file, content);
      assert.equal(readDigest(folder), undefined, content.slice(0, 30));
    }
  });

  it('is removed when it cannot be replaced', function () {
    if (process.platform === 'win32') this.skip();
    writeDigest(folder, block);
    // A folder where the temporary file cannot be made: names that long do not exist.
    const real = fs.writeFileSync;
    fs.writeFileSync = () => {
      throw new Error('disk full');
    };
    try {
      writeDigest(folder, { ...block, text: 'other' });
    } finally {
      fs.writeFileSync = real;
    }
    assert.equal(readDigest(folder), undefined);
  });
});
