import assert from 'node:assert/strict';
import { parse } from 'jsonc-parser';
import { planConnect, planConnectMcp, planDisconnect, planDisconnectMcp } from '../../src/assistants/claudeCode/connect.ts';
import { UserError } from '../../src/util/errors.ts';

const COMMAND = '/home/ada/.cairn/bin/cairn hook claude-code';
const OURS = { hooks: [{ type: 'command', command: COMMAND, timeout: 5 }] };
const EVENTS = ['SessionStart', 'UserPromptSubmit', 'Stop'] as const;

interface Settings {
  hooks?: Record<string, { matcher?: string; hooks: { command: string; timeout?: number }[] }[]>;
  [key: string]: unknown;
}
const valueOf = (text: string): Settings => parse(text.replace(/^\uFEFF/, ''), [], { allowTrailingComma: true }) as Settings;

/** Settings as people have them. */
const SHAPES: Record<string, string> = {
  'an empty object': '{}\n',
  'no line break at the end': '{\n  "model": "opus"\n}',
  tabs: '{\n\t"model": "opus",\n\t"env": {\n\t\t"A": "1"\n\t}\n}\n',
  'four spaces': '{\n    "model": "opus"\n}\n',
  'one line': '{"model":"opus","permissions":{"allow":["Edit"]}}',
  'Windows line ends': '{\r\n  "model": "opus"\r\n}\r\n',
  'a byte order mark': '\uFEFF{\n  "model": "opus"\n}\n',
  'comments and trailing commas': '{\n  // the big one\n  "model": "opus", /* really */\n  "env": { "A": "1", },\n}\n',
  'hooks of the user on the same events': `{
  "hooks": {
    "UserPromptSubmit": [
      { "hooks": [{ "type": "command", "command": "~/bin/log.sh" }] }
    ],
    "PreToolUse": [{ "matcher": "Bash", "hooks": [{ "type": "command", "command": "guard" }] }],
    "Stop": []
  }
}
`,
  'an empty list of hooks': '{\n  "hooks": {}\n}\n',
  'odd spacing': '{ "a" :1 ,\n\n\n "hooks":{ "Stop":[ {"hooks":[{"type":"command","command":"say done"}]} ] } }\n',
  'letters of many kinds': '{\n  "statusLine": "größe 日本 🚀",\n  "path": "C:\\\\Users\\\\ada"\n}\n',
};

describe('connecting Claude Code', () => {
  for (const [what, before] of Object.entries(SHAPES)) {
    describe(`with ${what}`, () => {
      const plan = planConnect(before, COMMAND);

      it('adds its hooks and leaves every setting as it was', () => {
        assert.equal(plan.before, before);
        assert.equal(plan.isConnected, false);
        const was = valueOf(before);
        const is = valueOf(plan.after);
        for (const event of EVENTS) assert.deepEqual(is.hooks?.[event], [...(was.hooks?.[event] ?? []), OURS]);
        for (const key of Object.keys(was)) if (key !== 'hooks') assert.deepEqual(is[key], was[key]);
        assert.deepEqual(is.hooks?.['PreToolUse'], was.hooks?.['PreToolUse']);
      });

      it('keeps the text around them', () => {
        if (before.startsWith('\uFEFF')) assert.ok(plan.after.startsWith('\uFEFF{'));
        if (before.includes('\r\n')) assert.doesNotMatch(plan.after, /[^\r]\n/);
        if (before.includes('\t')) assert.match(plan.after, /\n\t"hooks": \{\n\t\t"SessionStart": \[\n\t\t\t\{/);
        for (const comment of before.match(/\/\/.*|\/\*.*?\*\//g) ?? []) assert.ok(plan.after.includes(comment));
        assert.equal(plan.after.endsWith('\n'), before.endsWith('\n'));
      });

      it('does nothing the second time', () => {
        assert.deepEqual(planConnect(plan.after, COMMAND), { before: plan.after, after: plan.after, isConnected: true });
      });

      it('takes out what it has put in, to the letter', () => {
        const after = planDisconnect(plan.after);
        assert.equal(after.isConnected, true);
        // Lists that held nothing but ours go too: whether they were there before cannot be seen.
        const bare = before.replace(/,\s*"Stop": \[\]/, '').replace(/\n {2}"hooks": \{\}\n/, '');
        assert.equal(after.after, bare);
      });
    });
  }

  for (const [what, text] of Object.entries({ 'no file': undefined, 'an empty file': '', 'white space': ' \n' })) {
    it(`begins a file where there is ${what}`, () => {
      const { after } = planConnect(text, COMMAND);
      assert.deepEqual(valueOf(after), { hooks: Object.fromEntries(EVENTS.map((event) => [event, [OURS]])) });
      assert.ok(after.endsWith('\n'));
    });
  }

  it('puts a new command where the old one stood, keeps its neighbours, and leaves one', () => {
    const old = '"/home/ada/.cairn/bin/cairn" hook';
    const group = {
      matcher: '',
      hooks: [
        { type: 'command', command: 'mine' },
        { type: 'command', command: old, timeout: 1 },
      ],
    };
    const before = JSON.stringify({ hooks: { Stop: [group, { hooks: [{ type: 'command', command: old }] }] } }, undefined, 2);
    const stop = valueOf(planConnect(before, COMMAND).after).hooks?.['Stop'];
    assert.deepEqual(stop, [{ matcher: '', hooks: [{ type: 'command', command: 'mine' }, OURS.hooks[0]] }]);
  });

  it('knows its own on Windows, and where its folder was moved, but not others that sound like it', () => {
    const connected = (command: string) =>
      planDisconnect(JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: 'command', command }] }] } })).isConnected;
    assert.equal(connected('"C:\\Users\\ada\\.cairn\\bin\\cairn.cmd" hook claude-code'), true);
    assert.equal(connected("'/mnt/my data/bin/cairn' hook claude-code"), true);
    assert.equal(connected('/usr/local/bin/cairn build'), false);
    assert.equal(connected('/home/ada/.cairn/bin/cairn-lint'), false);
    assert.equal(connected('echo cairn'), false);
  });

  it('has nothing to take out of a file that is not connected', () => {
    for (const text of Object.values(SHAPES)) assert.deepEqual(planDisconnect(text), { before: text, after: text, isConnected: false });
    assert.equal(planDisconnect(undefined).isConnected, false);
  });

  it('says where a file is broken, and touches nothing', () => {
    const saysPlace = (error: unknown) =>
      error instanceof UserError && /line 3, column \d+/.test(error.message) && error.message.includes('Nothing was written');
    assert.throws(() => planConnect('{\n  "a": 1,\n  "b": ]\n}', COMMAND), saysPlace);
    assert.throws(() => planDisconnect('{\n  "a": 1,\n  "b": "unfinished\n'), saysPlace);
    assert.throws(() => planConnect('[1]', COMMAND), UserError);
    assert.throws(() => planConnect('{"hooks": "none"}', COMMAND), UserError);
    assert.throws(() => planConnect('{"hooks": {"Stop": {"hooks": []}}}', COMMAND), UserError);
  });
});

describe('connecting the MCP server', () => {
  const LAUNCHER = '/home/ada/.cairn/bin/cairn';
  const SERVER = { type: 'stdio', command: LAUNCHER, args: ['mcp'], alwaysLoad: true };

  it('adds it to the others, always loaded', () => {
    const before = '{\n  "numStartups": 7,\n  "mcpServers": {\n    "db": { "command": "db-mcp" }\n  }\n}\n';
    const { after } = planConnectMcp(before, LAUNCHER, ['mcp']);
    assert.deepEqual(valueOf(after)['mcpServers'], { db: { command: 'db-mcp' }, cairn: SERVER });
    assert.equal(planConnectMcp(after, LAUNCHER, ['mcp']).isConnected, true);
    assert.equal(planDisconnectMcp(after).after, before);
  });

  it('begins the list where there is none, and takes it away again', () => {
    const before = '{\n  "numStartups": 7\n}\n';
    const { after } = planConnectMcp(before, LAUNCHER, ['mcp']);
    assert.deepEqual(valueOf(after)['mcpServers'], { cairn: SERVER });
    assert.equal(planDisconnectMcp(after).after, before);
  });

  it('leaves a server of that name which is not ours when it disconnects', () => {
    const theirs = '{"mcpServers":{"cairn":{"command":"docker","args":["run","cairn"]}}}';
    assert.deepEqual(planDisconnectMcp(theirs), { before: theirs, after: theirs, isConnected: false });
  });
});
