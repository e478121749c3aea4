// What the user marked as private, and what Cairn said itself, is cut out of every text, however a transcript's format escaped it.
import assert from 'node:assert/strict';
import { isOwnTool, OWN_BEGIN, OWN_END, withoutOwn } from '../../src/capture/own.ts';
import { withoutPrivate } from '../../src/capture/private.ts';

describe('private parts', () => {
  const cases: readonly (readonly [text: string, left: string])[] = [
    ['a <private>b</private> c', 'a  c'],
    ['a<PRIVATE>b</Private>c', 'ac'],
    ['a<private reason="pay > rent">b</private>c', 'ac'],
    ['a<private>b</private>c<private>d</private>e', 'ace'],
    ['a<private>b<private>c</private>d</private>e', 'ae'],
    ['a<private>b', 'a'],
    ['a<private>b<private>c</private>d', 'a'],
    ['a<private', 'a'],
    ['a<private reason="cut off', 'a'],
    ['a<private/>b', 'ab'],
    ['a</private>b', 'ab'],
    ['a< private >b</ private >c', 'ac'],
    ['a\n<private>\nb\n</private>\nc', 'a\n\n\n\nc'],
    ['a<private>\r\nb\r\n', 'a\n\n'],
    ['a<private\nreason="x">b</private>c', 'a\nc'],
    [String.raw`{"text":"a\u003cprivate\u003eb\u003c/private\u003ec"}`, '{"text":"ac"}'],
    [String.raw`{"text":"{\"t\":\"a\\u003Cprivate\\u003Eb\\u003C\/private\\u003Ec\"}"}`, String.raw`{"text":"{\"t\":\"ac\"}"}`],
    [String.raw`a<private>b<\/private>c`, 'ac'],
    ['a&lt;private&gt;b&lt;/private&gt;c', 'ac'],
    ['a&amp;lt;private&amp;gt;b&#60;/private&#x3e;c', 'ac'],
    ['<private>all</private>', ''],
  ];
  for (const [text, left] of cases) it(`${JSON.stringify(text)} → ${JSON.stringify(left)}`, () => assert.equal(withoutPrivate(text), left));

  for (const text of [
    '#include <private/qobject_p.h>',
    'Array<privateKey>',
    'a private talk',
    '<privates>x</privates>',
    'private: int x; a < b > c',
  ]) {
    it(`stays: ${text}`, () => assert.equal(withoutPrivate(text), text));
  }

  it('never stay, and line numbers hold, wherever they are cut', () => {
    const text = 'one\ntwo <private>hidden\nhidden\n</private> three\nfour';
    for (let end = 0; end <= text.length; end += 1) {
      const cut = text.slice(0, end);
      const left = withoutPrivate(cut);
      assert.ok(!left.includes('hid'), cut);
      assert.equal(left.split('\n').length, cut.split('\n').length);
    }
  });
});

describe('own words', () => {
  const block = `${OWN_BEGIN} v="1">\n- BUG_FIX: the clock was read twice\n${OWN_END}`;
  const escaped = JSON.stringify(block).slice(1, -1);
  const cases: readonly (readonly [text: string, left: string])[] = [
    [`before ${block} after`, 'before \n\n after'],
    [block, '\n\n'],
    [`before ${block.slice(0, -20)}`, 'before \n'],
    [`{"additionalContext":"${escaped}","x":1}`, '{"additionalContext":"","x":1}'],
    [`a ${escaped.replaceAll('<', String.raw`\u003c`).replaceAll('>', String.raw`\u003e`)} b`, 'a  b'],
    [`a ${block.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', ' ')} b`, 'a  b'],
    // A block that was cut off, then a whole one: what comes after is the user's.
    [`${OWN_BEGIN}>cut… ${block} mine`, '\n\n mine'],
    ['the cairn-memory extension', 'the cairn-memory extension'],
  ];
  for (const [text, left] of cases)
    it(`${JSON.stringify(text.slice(0, 50))} → ${JSON.stringify(left)}`, () => assert.equal(withoutOwn(text), left));

  for (const name of 'recall remember mcp__cairn__recall mcp__plugin_cairn_cairn__remember cairn-recall mcp_cairn_recall mcp_cairn-memory_remember cairn.recall cairn/recall cairn_memory_recall #recall'.split(
    ' ',
  )) {
    it(`${name} is our tool`, () => assert.ok(isOwnTool(name)));
  }
  for (const name of 'Bash read_recall mcp__other__recall cairn mcp__cairn__other recall_all cairnrecall'.split(' ')) {
    it(`${name} is not`, () => assert.ok(!isOwnTool(name)));
  }
});
