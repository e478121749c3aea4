import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ReadResult, Surroundings, Transcript, TranscriptReader } from '../../src/assistants/assistant.ts';
import { createClaudeCodeReader } from '../../src/assistants/claudeCode/transcript.ts';
import { createCopilotReader } from '../../src/assistants/copilot/transcript.ts';
import { createVscodeChatReader } from '../../src/assistants/vscodeChat/transcript.ts';
import type { SessionId, Signal } from '../../src/memory.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/transcripts');
const CHAT = 'c4416ab6-bfc3-4ce6-8f61-40a81f263653';

describe('readers of transcripts', () => {
  let home: string;
  const at = (...names: string[]): string => path.join(home, ...names);

  beforeEach(() => {
    home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-readers-')));
  });
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  const where = (more: Partial<Surroundings> = {}): Surroundings => ({
    home,
    env: {},
    folders: [at('app')],
    editorStorage: at('storage'),
    ...more,
  });

  function put(file: string, text: string | Buffer): string {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  }

  const transcriptOf = (reader: TranscriptReader, file: string): Transcript => {
    const { mtimeMs, size } = fs.statSync(file);
    const session = path.basename(file, path.extname(file)) as SessionId;
    return { assistant: reader.assistant, session, path: file, modifiedAtMs: mtimeMs, sizeBytes: size };
  };

  async function readAll(reader: TranscriptReader, file: string, cursor?: string): Promise<ReadResult> {
    const signals: Signal[] = [];
    let skipped = 0;
    for (;;) {
      const piece = await reader.read(transcriptOf(reader, file), cursor, where());
      signals.push(...piece.signals);
      skipped += piece.skipped;
      cursor = piece.cursor;
      if (!piece.hasMore) return { ...piece, signals, skipped };
    }
  }

  const namesIn = async (reader: TranscriptReader, surroundings = where()): Promise<string[]> =>
    (await reader.find(surroundings)).map((transcript) => path.relative(home, transcript.path));
  const told = (signals: readonly Signal[]): string[] => signals.map((signal) => `${signal.kind} ${signal.place.record}`);
  const textsOf = (signals: readonly Signal[], kind: Signal['kind']): string[] =>
    signals.filter((signal) => signal.kind === kind).map((signal) => ('text' in signal ? signal.text : ''));

  describe('reading on', () => {
    const logs: [string, () => TranscriptReader][] = [
      ...['merge-conflict', 'hooks', 'compacted', 'todo-and-writes', 'with-subagent'].map((name): [string, () => TranscriptReader] => [
        `claude-code/${name}.jsonl`,
        createClaudeCodeReader,
      ]),
      ...['hooks', 'bash', 'aborted'].map((name): [string, () => TranscriptReader] => [`copilot/${name}.jsonl`, createCopilotReader]),
    ];
    for (const [name, create] of logs) {
      it(`tells ${name} the same in two pieces as in one, wherever it is cut`, async () => {
        const bytes = fs.readFileSync(path.join(fixtures, name));
        const whole = await readAll(create(), put(at('whole', path.basename(name)), bytes));
        assert.ok(whole.signals.length > 1);
        assert.equal(whole.skipped, 0);
        for (let piece = 1; piece < 12; piece++) {
          const file = at(`cut${piece}`, path.basename(name));
          put(file, bytes.subarray(0, Math.floor((bytes.length * piece) / 12)));
          const first = await readAll(create(), file);
          fs.appendFileSync(file, bytes.subarray(Math.floor((bytes.length * piece) / 12)));
          const second = await readAll(create(), file, first.cursor);
          const placeless = (signals: readonly Signal[]) =>
            signals.map((signal) => ({ ...signal, place: { ...signal.place, path: '', atMs: 0 } }));
          assert.deepEqual(placeless([...first.signals, ...second.signals]), placeless(whole.signals));
          assert.ok(first.cursor.length < 4096);
          assert.deepEqual((await readAll(create(), file, second.cursor)).signals, []);
        }
      });

      it(`loses none of ${name} to torn, binary, huge and unknown lines`, async () => {
        const lines = fs.readFileSync(path.join(fixtures, name), 'utf8').trimEnd().split('\n');
        const whole = await readAll(create(), put(at('whole', path.basename(name)), lines.join('\n') + '\n'));
        const junk = [
          '{"type":"user","message":{"content":"torn',
          '\u0000\u0001\u0002',
          '[1,2]',
          'null',
          '{"v":9,"future":true}',
          '',
          `{"type":"user","x":"${'x'.repeat(9 * 1024 * 1024)}"}`,
          '{"type":"session.from.tomorrow","data":{"content":"hello"}}',
        ];
        const mixed = lines.flatMap((line, i) => (i === 3 ? [...junk, line] : [line]));
        const result = await readAll(create(), put(at('mixed', path.basename(name)), mixed.join('\n') + '\n'));
        assert.deepEqual(told(result.signals), told(whole.signals));
        // All but the empty line and the one whose type is merely new.
        assert.equal(result.skipped, 6);
      });
    }

    it('begins anew when the file has been replaced', async () => {
      const reader = createClaudeCodeReader();
      const file = put(at('s.jsonl'), fs.readFileSync(path.join(fixtures, 'claude-code/merge-conflict.jsonl')));
      const { cursor } = await readAll(reader, file);
      fs.writeFileSync(file, fs.readFileSync(path.join(fixtures, 'claude-code/compacted.jsonl')));
      assert.equal(textsOf((await readAll(reader, file, cursor)).signals, 'prompt')[0], 'one');
    });

    it('says so when the file is gone, and survives a cursor it cannot read', async () => {
      const reader = createClaudeCodeReader();
      const file = put(at('s.jsonl'), fs.readFileSync(path.join(fixtures, 'claude-code/compacted.jsonl')));
      for (const cursor of ['', 'x', '{}', '{"mark":7}', '{"told":3}']) {
        assert.equal(textsOf((await readAll(reader, file, cursor)).signals, 'prompt').length, 3, cursor);
      }
      const transcript = transcriptOf(reader, file);
      fs.rmSync(file);
      await assert.rejects(reader.read(transcript, undefined, where()), { code: 'ENOENT' });
    });
  });

  describe('finding Claude Code', () => {
    const line = (cwd: string): string => `{"type":"summary"}\n${JSON.stringify({ type: 'user', cwd, message: { content: 'hi' } })}\n`;

    it('takes the folder from the lines, not from the name', async () => {
      put(at('.claude/projects/-x/inside.jsonl'), line(at('app/packages/core')));
      put(at('.claude/projects/-x/same.jsonl'), line(at('app')));
      put(at('.claude/projects/-app/sibling.jsonl'), line(at('app-two')));
      put(at('.claude/projects/-app/above.jsonl'), line(home));
      put(at('.claude/projects/-app/relative.jsonl'), line('app'));
      put(at('.claude/projects/-app/silent.jsonl'), '{"type":"summary"}\n');
      put(at('.claude/projects/-app/memory/MEMORY.md'), line(at('app')));
      assert.deepEqual((await namesIn(createClaudeCodeReader())).sort(), [
        '.claude/projects/-x/inside.jsonl',
        '.claude/projects/-x/same.jsonl',
      ]);
    });

    it('lists the newest first, subagents under their session', async () => {
      const old = put(at('.claude/projects/-x/aaa.jsonl'), line(at('app')));
      const sub = put(at('.claude/projects/-x/aaa/subagents/agent-1.jsonl'), line(at('app')));
      fs.utimesSync(old, 1000, 1000);
      fs.utimesSync(sub, 2000, 2000);
      const found = await createClaudeCodeReader().find(where());
      assert.deepEqual(
        found.map(({ session, modifiedAtMs }) => [session, modifiedAtMs]),
        [
          ['aaa', 2_000_000],
          ['aaa', 1_000_000],
        ],
      );
    });

    it('looks again at a file that did not say its folder yet, and finds one behind a long first line', async () => {
      const reader = createClaudeCodeReader();
      const file = put(at('.claude/projects/-x/s.jsonl'), '');
      assert.deepEqual(await namesIn(reader), []);
      fs.writeFileSync(file, `${JSON.stringify({ type: 'attachment', text: 'x'.repeat(50_000) })}\n${line(at('app'))}`);
      assert.equal((await namesIn(reader)).length, 1);
    });

    it('goes where CLAUDE_CONFIG_DIR says, and finds nothing where nothing is', async () => {
      put(at('moved/projects/-x/s.jsonl'), line(at('app')));
      const reader = createClaudeCodeReader();
      assert.deepEqual(await namesIn(reader), []);
      const moved = where({ env: { CLAUDE_CONFIG_DIR: at('moved') } });
      assert.equal((await namesIn(reader, moved)).length, 1);
      assert.deepEqual(reader.watched(moved), [{ path: at('moved/projects'), isRecursive: true }]);
    });

    it('counts the other working trees of the repository as the same folder', async () => {
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: at('app'), stdio: 'pipe' });
      fs.mkdirSync(at('app'));
      git('init', '-q');
      git('commit', '-q', '--allow-empty', '-m', 'begin');
      git('worktree', 'add', '-q', at('feature'));
      fs.mkdirSync(at('feature/web'));
      fs.mkdirSync(at('app/web'));
      put(at('.claude/projects/-a/main.jsonl'), line(at('app/web')));
      put(at('.claude/projects/-b/tree.jsonl'), line(at('feature/web')));
      put(at('.claude/projects/-c/other.jsonl'), line(at('elsewhere')));
      const found = async (folder: string) =>
        (await namesIn(createClaudeCodeReader(), where({ folders: [folder] }))).map((name) => path.basename(name)).sort();
      assert.deepEqual(await found(at('app')), ['main.jsonl', 'tree.jsonl']);
      assert.deepEqual(await found(at('feature')), ['main.jsonl', 'tree.jsonl']);
      assert.deepEqual(await found(at('feature/web')), ['main.jsonl', 'tree.jsonl']);
      assert.deepEqual(await found(at('app/api')), []);
    });

    it('sees through links', async function () {
      if (process.platform === 'win32') return this.skip(); // Making links needs rights there that tests do not have.
      fs.mkdirSync(at('app'));
      fs.symlinkSync(at('app'), at('link'));
      put(at('.claude/projects/-x/s.jsonl'), line(at('link')));
      assert.equal((await namesIn(createClaudeCodeReader())).length, 1);
      assert.equal((await namesIn(createClaudeCodeReader(), where({ folders: [at('link')] }))).length, 1);
    });
  });

  describe('finding Copilot', () => {
    const start = (context: object): string => `${JSON.stringify({ type: 'session.start', data: { context }, id: 'e' })}\n`;

    it('finds sessions of the folder, in folders and flat', async () => {
      put(at('.copilot/session-state/one/events.jsonl'), start({ cwd: at('app/web'), gitRoot: at('app') }));
      put(at('.copilot/session-state/two.jsonl'), start({ gitRoot: at('app') }));
      put(at('.copilot/session-state/three/events.jsonl'), start({ cwd: at('other') }));
      put(at('.copilot/session-state/four/workspace.yaml'), 'cwd: x');
      const found = await createCopilotReader().find(where());
      assert.deepEqual(found.map(({ session }) => session).sort(), ['one', 'two']);
    });

    it('goes where COPILOT_HOME says', async () => {
      put(at('moved/session-state/one/events.jsonl'), start({ cwd: at('app') }));
      assert.equal((await namesIn(createCopilotReader(), where({ env: { COPILOT_HOME: at('moved') } }))).length, 1);
    });
  });

  describe('VS Code chat', () => {
    const sessions = (name: string): string => at('storage/chatSessions', name);
    const log = (name: string): string => at('storage/GitHub.copilot-chat/transcripts', name);
    const lines = fs
      .readFileSync(path.join(fixtures, `vscode-chat/${CHAT}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    const STUB = '{"kind":0,"v":{"version":3,"sessionId":"x","requests":[]}}\n';
    const event = (type: string, data: object, id: string): string =>
      `${JSON.stringify({ type, data, id, timestamp: '2026-10-01T10:00:00Z' })}\n`;

    it('tells each request once, when it is finished, however the file grew', async () => {
      const reader = createVscodeChatReader();
      const whole = await readAll(reader, put(sessions(`${CHAT}.jsonl`), lines.join('\n')));
      assert.equal(textsOf(whole.signals, 'prompt').length, 2);
      for (let cut = 1; cut < lines.length; cut++) {
        const file = put(sessions(`${CHAT}.jsonl`), lines.slice(0, cut).join('\n'));
        const first = await readAll(reader, file);
        fs.writeFileSync(file, lines.join('\n'));
        const second = await readAll(reader, file, first.cursor);
        assert.deepEqual([...first.signals, ...second.signals], whole.signals, `cut after ${cut} lines`);
      }
    });

    it('tells nothing again when the file is written anew as one line', async () => {
      const reader = createVscodeChatReader();
      const file = put(sessions(`${CHAT}.jsonl`), lines.join('\n'));
      const first = await readAll(reader, file);
      const { session } = (await import('../../src/assistants/vscodeChat/mutationLog.ts')).replay(lines.join('\n'));
      fs.writeFileSync(file, JSON.stringify({ kind: 0, v: session }) + '\n');
      assert.deepEqual((await readAll(reader, file, first.cursor)).signals, []);
      assert.deepEqual(told((await readAll(reader, file)).signals), told(first.signals));
    });

    it('tells the older format the same', async () => {
      const reader = createVscodeChatReader();
      const older = await readAll(reader, put(sessions(`${CHAT}.json`), fs.readFileSync(path.join(fixtures, `vscode-chat/${CHAT}.json`))));
      const newer = await readAll(reader, put(sessions(`${CHAT}.jsonl`), lines.join('\n')));
      assert.deepEqual(told(older.signals), told(newer.signals));
      assert.ok(newer.signals.every((signal) => (signal.place.line ?? 0) > 0));
    });

    it('never tells the draft', async () => {
      const draft = '{"kind":1,"k":["inputState"],"v":{"inputText":"my secret draft"}}';
      const { signals } = await readAll(createVscodeChatReader(), put(sessions('d.jsonl'), [...lines, draft].join('\n')));
      assert.doesNotMatch(JSON.stringify(signals), /draft/);
    });

    it('counts torn lines once', async () => {
      const reader = createVscodeChatReader();
      const file = put(sessions('t.jsonl'), [...lines, '{"kind":2,"k":["requ'].join('\n'));
      const first = await readAll(reader, file);
      assert.equal(first.skipped, 1);
      assert.equal((await readAll(reader, file, first.cursor)).skipped, 0);
    });

    it('waits for an answer that is being written, but not for ever', async () => {
      const reader = createVscodeChatReader();
      const begun = { requestId: 'r', message: { text: 'slow one' }, response: [{ value: 'thinking' }], modelState: { value: 0 } };
      const file = put(sessions('w.jsonl'), JSON.stringify({ kind: 0, v: { requests: [begun] } }));
      assert.deepEqual((await readAll(reader, file)).signals, []);
      const old = Date.now() / 1000 - 3600;
      fs.utimesSync(file, old, old);
      assert.deepEqual(textsOf((await readAll(reader, file)).signals, 'reply'), ['thinking']);
    });

    it('reads one store of a session: the sessions, or the log where they are an empty stub', async () => {
      put(sessions('a.jsonl'), lines.join('\n'));
      put(log('a.jsonl'), event('user.message', { content: 'x' }, '1'));
      put(sessions('b.jsonl'), STUB);
      put(log('b.jsonl'), event('user.message', { content: 'x' }, '1'));
      put(log('c.jsonl'), event('user.message', { content: 'x' }, '1'));
      put(sessions('d.json'), '{"requests":[]}');
      put(sessions('d.jsonl'), lines.join('\n'));
      put(sessions('notes.txt'), 'x');
      const found = await createVscodeChatReader().find(where());
      assert.deepEqual(Object.fromEntries(found.map(({ session, path: file }) => [session, path.relative(at('storage'), file)])), {
        a: 'chatSessions/a.jsonl',
        b: 'GitHub.copilot-chat/transcripts/b.jsonl',
        c: 'GitHub.copilot-chat/transcripts/c.jsonl',
        d: 'chatSessions/d.jsonl',
      });
      assert.deepEqual(await createVscodeChatReader().find({ home, env: {}, folders: [] }), []);
    });

    it('names the turns of the log as the sessions do, also after a restart', async () => {
      const request = (text: string, response: string, requestId: string) => ({
        requestId,
        message: { text },
        response: [{ value: response }],
        result: {},
      });
      const kept = { requests: [request('first', 'one', 'r1'), request('go on', 'two', 'r2'), request('go on', 'three', 'r3')] };
      const reader = createVscodeChatReader();
      const fromSessions = await readAll(reader, put(sessions('s.jsonl'), JSON.stringify({ kind: 0, v: kept })));
      const events = kept.requests.flatMap(({ message, response, requestId }) => [
        event('user.message', { content: message.text }, `${requestId}u`),
        event('assistant.message', { content: response[0]?.value, toolRequests: [] }, `${requestId}a`),
      ]);
      const file = put(log('s.jsonl'), events.slice(0, 3).join(''));
      const first = await readAll(reader, file);
      fs.appendFileSync(file, events.slice(3).join(''));
      const second = await readAll(createVscodeChatReader(), file, first.cursor);
      const spoken = told(fromSessions.signals).filter((name) => !name.startsWith('turn_end'));
      assert.deepEqual(told([...first.signals, ...second.signals]), spoken);
      assert.equal(new Set(spoken).size, 6);
    });

    it('says when a conversation was lost, and keeps its cursor', async () => {
      const reader = createVscodeChatReader();
      const file = put(sessions('l.jsonl'), lines.join('\n'));
      const first = await readAll(reader, file);
      fs.writeFileSync(file, STUB);
      const lost = await readAll(reader, file, first.cursor);
      assert.deepEqual(lost.signals, []);
      assert.match(lost.trouble ?? '', /^VS Code chat: /);
      fs.writeFileSync(file, lines.join('\n'));
      const back = await readAll(reader, file, lost.cursor);
      assert.deepEqual([back.signals, back.trouble], [[], undefined]);
    });

    it('asks the editor whether an empty file should be empty', async () => {
      const reader = createVscodeChatReader();
      const empty = put(sessions('new.jsonl'), STUB);
      const lost = put(sessions('gone.jsonl'), STUB);
      assert.equal((await readAll(reader, lost)).trouble, undefined);
      const database = new DatabaseSync(at('storage/state.vscdb'));
      database.exec('CREATE TABLE ItemTable (key TEXT UNIQUE, value BLOB)');
      const entries = { new: { isEmpty: true }, gone: { isEmpty: false } };
      const insert = database.prepare('INSERT INTO ItemTable VALUES (?, ?)');
      insert.run('chat.ChatSessionStore.index', JSON.stringify({ version: 1, entries }));
      database.close();
      assert.equal((await readAll(reader, empty)).trouble, undefined);
      assert.match((await readAll(reader, lost)).trouble ?? '', /empty file for a conversation/);
    });

    it('hands a long chat on in pieces, and remembers how far it came', async () => {
      const requests = Array.from({ length: 12 }, (_, i) => ({
        requestId: `r${i}`,
        message: { text: `question ${i}` },
        response: [{ value: `${i} ${'word '.repeat(200_000)}` }],
        result: {},
      }));
      const reader = createVscodeChatReader();
      const file = put(sessions('long.jsonl'), JSON.stringify({ kind: 0, v: { requests } }));
      const first = await reader.read(transcriptOf(reader, file), undefined, where());
      assert.equal(first.hasMore, true);
      const rest = await readAll(reader, file, first.cursor);
      assert.deepEqual(
        textsOf([...first.signals, ...rest.signals], 'prompt'),
        requests.map(({ message }) => message.text),
      );
      assert.ok(rest.cursor.length < 4096);
    });
  });
});
