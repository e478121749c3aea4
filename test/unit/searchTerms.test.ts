import assert from 'node:assert/strict';
import { stem, termsOf, typedIn } from '../../src/search/terms.ts';

describe('terms', () => {
  const cases: readonly (readonly [title: string, text: string, terms: string])[] = [
    ['drops function words and case', 'What did WE decide about the Cache?', 'decid cach'],
    ['keeps camelCase whole and split', 'getUserToken', 'getusertoken get user token'],
    ['splits an acronym from the word after it', 'parseHTMLDocument', 'parsehtmldocument pars html document'],
    ['keeps snake_case whole and split', 'user_token_ttl', 'user_token_ttl user token ttl'],
    ['keeps kebab-case whole and split', 'retry-backoff', 'retry-backoff retry backoff'],
    ['keeps error codes', 'ERR_MODULE_NOT_FOUND TS2345 E404', 'err_module_not_found err modul found ts2345 e404'],
    ['finds a path by itself, its base name and its parts', 'src/auth.ts', 'src/auth.ts auth.ts src auth ts'],
    ['reads a Windows path like any other', 'src\\auth.ts', 'src/auth.ts auth.ts src auth ts'],
    ['keeps dotted names', 'fs.promises.readFile', 'fs.promises.readfile fs promis read fil'],
    ['keeps versions', 'v1.2.3', 'v1.2.3 v1'],
    ['keeps C++ and C# apart from c', 'C++ C# c', 'c++ c#'],
    ['lets a sentence end', 'It is in auth.ts.', 'auth.ts auth ts'],
    ['folds accents of Latin letters', 'Überprüfung naïve', 'uberprufung naiv'],
    ['knows other alphabets', 'Миграция базы', 'миграция базы'],
    ['searches unspaced scripts by character and pair', '缓存失效', '缓 存 失 效 缓存 存失 失效'],
    ['parts unspaced script from names', 'auth.ts修正', 'auth.ts auth ts 修 正 修正'],
    ['reads full-width letters as letters', 'ＡＰＩ', 'api'],
    ['does not take an apostrophe for a name', "the user's token doesn't", 'user token'],
    ['is silent on signs', '--- ... !!! 🙂', ''],
  ];
  for (const [title, text, terms] of cases) {
    it(title, () => assert.equal(termsOf(text).join(' '), terms));
  }

  it('lets forms of a word meet', () => {
    for (const family of [
      ['cache', 'caches', 'cached', 'caching'],
      ['run', 'runs', 'running'],
      ['dependency', 'dependencies'],
      ['migrate', 'migrates', 'migrated', 'migrating'],
      ['test', 'tests', 'tested', 'testing'],
    ]) {
      assert.equal(new Set(family.map(stem)).size, 1, family.join(' '));
    }
  });

  it('keeps words apart that only look alike', () => {
    for (const [one, other] of [
      ['class', 'clas'],
      ['status', 'statu'],
      ['this', 'thi'],
      ['sing', 's'],
    ] as const) {
      assert.notEqual(stem(one), stem(other));
    }
  });

  it('cuts a blob instead of indexing it whole', () => {
    assert.equal(termsOf('a'.repeat(5_000))[0]?.length, 64);
  });

  it('takes time in proportion to the text', () => {
    // Joined signs and capitals are where a careless pattern would go back and forth.
    for (const piece of ['a-', 'aA', '::', 'a.b/', "'", '缓a']) {
      const from = process.hrtime.bigint();
      termsOf(piece.repeat(50_000));
      assert.ok(process.hrtime.bigint() - from < 1_000_000_000n, piece);
    }
  });
});

describe('what is typed', () => {
  const cases: readonly (readonly [title: string, typed: string, text: string, isIn: boolean])[] = [
    ['is found in any case', 'JWT', 'use jwt', true],
    ['may be unfinished', 'refr tok', 'Refresh tokens, 15 minutes', true],
    ['must all be there', 'jwt cookie', 'use jwt', false],
    ['begins a word', 'use', 'because', false],
    ['begins a word, also where it stood within one before', 'use', 'because they use it', true],
    ['begins a part of a path', 'auth.ts', 'src/auth.ts', true],
    ['may begin with a sign', '--force', 'git push --force', true],
    ['is found anywhere in scripts without spaces', '失效', '缓存失效', true],
    ['needs no accents', 'uber', 'Überprüfung', true],
    ['at the beginning', 'src', 'src/auth.ts', true],
  ];
  for (const [title, typed, text, isIn] of cases) it(title, () => assert.equal(typedIn(typed)(text), isIn));
});
