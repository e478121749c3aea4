import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { carries } from '../../bench/carries.ts';

interface Case {
  readonly text: string;
  readonly cited: readonly number[];
  readonly factLines: readonly number[];
  readonly statement: string;
  readonly mustHave: readonly (readonly string[])[] | null;
  readonly carries: boolean;
}

const cases = JSON.parse(fs.readFileSync(path.resolve(import.meta.dirname, '../fixtures/bench/carries.json'), 'utf8')) as Case[];

describe('bench: a memory carries a fact', () => {
  it('as the reference has it, in every case', () => {
    assert.ok(cases.length > 40 && cases.some((one) => one.carries) && cases.some((one) => !one.carries));
    const wrong = cases.filter(
      ({ text, cited, factLines, statement, mustHave, carries: expected }) =>
        carries(text, new Set(cited), new Set(factLines), statement, mustHave ?? undefined) !== expected,
    );
    assert.deepEqual(wrong, []);
  });
});
