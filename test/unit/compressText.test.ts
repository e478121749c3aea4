// The compressor's way with text: segments, their lines, shortening, content words, entities.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { join, loses, shorten } from '../../src/compress/distil.ts';
import { entitiesOf } from '../../src/compress/entities.ts';
import { FAILED_LABEL, isFaithful } from '../../src/compress/faithful.ts';
import { LONGEST, cutLong, segmentsOf, sentencesOf } from '../../src/compress/segment.ts';
import { contentWords } from '../../src/compress/words.ts';
import type { Role } from '../../src/memory.ts';
import { tell } from '../support/compressSession.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/compress');

function segments(role: Role, text: string) {
  const [observation] = tell([[role, text]]);
  assert.ok(observation);
  return segmentsOf(observation);
}
const texts = (role: Role, text: string) => segments(role, text).map((segment) => segment.text);
const short = (text: string, shape: 'sentence' | 'item' | 'command' | 'output' = 'sentence') => shorten({ text, shape });

describe('content words', () => {
  it('are those of the reference', () => {
    const rows = JSON.parse(fs.readFileSync(path.join(fixtures, 'contentWords.json'), 'utf8')) as { text: string; words: string[] }[];
    assert.ok(rows.length > 30);
    for (const { text, words } of rows) assert.deepEqual([...contentWords(text)].sort(), [...words].sort(), text);
  });
});

describe('segments', () => {
  it('are sentences, and paths, versions, URLs and abbreviations do not end one', () => {
    assert.deepEqual(
      sentencesOf(
        'Moved parsing to src/util/parse.ts. See https://a.example/b?c=d.e for v1.2.3, e.g. Foo.Bar works. It calls `a. B`! Done?',
      ),
      ['Moved parsing to src/util/parse.ts.', 'See https://a.example/b?c=d.e for v1.2.3, e.g. Foo.Bar works.', 'It calls `a. B`!', 'Done?'],
    );
  });

  it('end at the full stops of Chinese and Japanese too', () => {
    assert.deepEqual(sentencesOf('登录失败。因为令牌过期了！改用刷新令牌。'), ['登录失败。', '因为令牌过期了！', '改用刷新令牌。']);
  });

  it('know their lines, also where a sentence was wrapped', () => {
    const found = segments(
      'reply',
      [
        '## Cause',
        '',
        'The token was read before the configuration file was',
        'loaded from disk, so it was empty. Reading it lazily helps.',
        '',
        '- fixed in `auth.ts` by a getter',
      ].join('\n'),
    );
    assert.deepEqual(
      found.map(({ shape, firstLine, lastLine, heading, text }) => [shape, firstLine, lastLine, heading, text]),
      [
        ['sentence', 2, 3, 'Cause', 'The token was read before the configuration file was loaded from disk, so it was empty.'],
        ['sentence', 3, 3, 'Cause', 'Reading it lazily helps.'],
        ['item', 5, 5, 'Cause', 'fixed in `auth.ts` by a getter'],
      ],
    );
  });

  it('of a diff tell what was added and what was removed', () => {
    const found = segments('edit', '@@ -1,2 +1,2 @@\n-const retries = 3;\n+const retries = 5; // the gateway drops two\n }');
    assert.deepEqual(
      found.map(({ shape, text, firstLine }) => [shape, text, firstLine]),
      [
        ['removed', 'const retries = 3;', 1],
        ['added', 'const retries = 5; // the gateway drops two', 2],
      ],
    );
  });

  it('of numbered listings go without the number, output stays line by line', () => {
    assert.deepEqual(texts('result', '   158→ * Searches .claude/skills first\n   159→ */'), ['* Searches .claude/skills first']);
    assert.deepEqual(texts('result', 'FAIL src/a.test.ts\n\nTests: 1 failed, 4 passed'), [
      'FAIL src/a.test.ts',
      'Tests: 1 failed, 4 passed',
    ]);
  });

  it('of a long output are its ends and what tells of failure between them', () => {
    const lines = Array.from({ length: 400 }, (_, i) => (i === 200 ? 'Error: address already in use' : `compiled module number ${i}`));
    const found = texts('result', lines.join('\n'));
    assert.ok(found.includes('Error: address already in use'));
    assert.ok(found.length < 100);
  });

  it('are never longer than a quote may be and never cut a word', () => {
    const long = `${'word '.repeat(100)}${'x'.repeat(400)} ${'tail '.repeat(70)}`;
    for (const piece of cutLong(long)) {
      assert.ok(piece.length <= LONGEST);
      assert.match(piece, /^(?:word|tail)(?: (?:word|tail))*$/);
    }
  });
});

describe('shortening', () => {
  it('drops openers, announcements, emphasis and list marks', () => {
    assert.equal(short('Great! I see that the **cache** is keyed by `path`.'), 'cache is keyed by `path`');
    assert.equal(short("I'll now move the parser to src/parse.ts"), 'move parser to src/parse.ts');
    assert.equal(short('- [x] **Retries**: really only two', 'item'), 'Retries: only two');
    assert.equal(short('See [the guide](https://a.example/x) for details on ports.'), 'See guide for details on ports');
  });

  it('keeps what a sentence turns on', () => {
    for (const text of [
      'Actually, never use `any` here because the linter fails on 3 files',
      'However, this does not work without --force',
      'Unfortunately the build failed since node 18 has no fetch',
    ]) {
      assert.ok(!loses(text, short(text)), short(text));
    }
    assert.ok(loses('do not use it', 'use it'));
    assert.ok(loses('limit is 5', 'limit is'));
    assert.ok(loses('it is slow because of locks', 'it is slow'));
    assert.ok(loses('see `a.b`', 'see'));
  });

  it('takes the command out of a call', () => {
    assert.equal(
      short('`Bash` {"command": "cd /home/me/app && npm test -- --grep \\"login\\" 2>&1 | head -50", "description": "Run"}', 'command'),
      'npm test -- --grep "login"',
    );
  });

  it('joins without saying anything twice', () => {
    assert.equal(join(['uses SQLite', 'It uses SQLite in WAL mode', 'ports are 1 to 5']), 'It uses SQLite in WAL mode; ports are 1 to 5');
  });
});

describe('faithfulness', () => {
  const [observation] = tell([['reply', 'x']]);
  assert.ok(observation);
  const evidence = [{ place: observation.place, quote: 'sed -i broke the `Program.cs` file' }];
  it('holds for words of the evidence and our label, and for nothing else', () => {
    assert.ok(isFaithful(`sed -i${FAILED_LABEL}broke Program.cs`, evidence));
    assert.ok(!isFaithful('sed -i corrupted Program.cs', evidence));
  });
});

describe('entities', () => {
  it('are the files, symbols and commands of the text', () => {
    assert.deepEqual(
      entitiesOf(
        ['`npm run build` writes dist/main.js; readConfig() in config.yaml sets maxRetries'],
        ['go test ./...'],
        ['/w/src/other.ts'],
      ),
      {
        files: ['dist/main.js', 'config.yaml'],
        symbols: ['readConfig', 'maxRetries'],
        commands: ['go test ./...', 'npm run build'],
      },
    );
  });
});
