// The memory service as real processes: a conversation on disk becomes a memory; two windows share one store; the second takes over when the first is killed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeChatSession } from '../../scripts/sample/chatSession.ts';
import { writeClaudeTranscript } from '../../scripts/sample/claudeTranscript.ts';
import { keepService, type ChildService } from '../../src/link/childService.ts';
import type { ServiceSettings } from '../../src/link/protocol.ts';
import type { SessionId, Signal } from '../../src/memory.ts';
import { silentLog } from '../../src/util/log.ts';
import { serviceSettings } from '../support/serviceSettings.ts';

const script = path.resolve(import.meta.dirname, '../../src/service.ts');

async function until<T>(what: string, ask: () => Promise<T | undefined | false>, limitMs = 20_000): Promise<T> {
  for (const endMs = Date.now() + limitMs; ; await delay(50)) {
    const answer = await ask().catch(() => undefined);
    if (answer) return answer;
    if (Date.now() > endMs) assert.fail(`waited ${limitMs} ms in vain: ${what}`);
  }
}

describe('the memory service', function () {
  this.timeout(120_000);
  let folder: string;
  let project: string;
  let before: NodeJS.ProcessEnv;
  const services: ChildService[] = [];

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'cairn-service-'));
    project = path.join(folder, 'project');
    fs.mkdirSync(project);
    before = { ...process.env };
    Object.assign(process.env, { HOME: path.join(folder, 'home'), CAIRN_HOME: path.join(folder, 'home/.cairn') });
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.end()));
    process.env = before;
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  function window(name: string): { service: ChildService; settings: ServiceSettings } {
    const service = keepService({ script, log: silentLog });
    services.push(service);
    const settings = serviceSettings(project, path.join(folder, name), ['claude-code', 'terminal']);
    return { service, settings };
  }

  const decision = (session: string, text: string): Signal[] => {
    const place = (record: string) => ({ source: 'claude-code' as const, session: session as SessionId, record, atMs: Date.now() });
    return [
      { kind: 'prompt', place: place('a'), text: 'What do we do?' },
      { kind: 'reply', place: place('b'), text },
      { kind: 'turn_end', place: place('c') },
    ];
  };
  const query = (text: string) => ({ text, atMs: Date.now(), limit: 10 });

  it('makes memories of a conversation on disk, and takes up what is added to it', async () => {
    const { service, settings } = window('one');
    const home = path.join(folder, 'home');
    const say = 'We decided to use short JWT access tokens with rotating refresh tokens in Redis, because they can be revoked at once.';
    const talk = {
      assistant: 'claude-code' as const,
      title: 'Sign-in',
      hoursAgo: 30,
      turns: [{ prompt: 'How should sign-in work?', steps: [{ say }] }],
    };
    const file = writeClaudeTranscript(talk, project, home, Date.now());
    await service.api.configure(settings);
    await until('the memory is there', async () =>
      (await service.api.list(undefined)).some(({ text }) => text.includes('JWT access tokens')),
    );
    const [found] = await service.api.recall(undefined, query('refresh tokens'), 'typing');
    assert.equal(found?.memory.evidence[0]?.place.path, file);

    const more = 'We decided to keep failed orders in a dead letter queue, because retries blocked the main queue for hours.';
    const [, line = ''] = fs.readFileSync(file, 'utf8').split('\n');
    fs.appendFileSync(file, `${line.replace(say, more).replaceAll(/"uuid":"[^"]+"/g, '"uuid":"another"')}\n`);
    await until('the second is there', async () =>
      (await service.api.list(undefined)).some(({ text }) => text.includes('dead letter queue')),
    );
  });

  it('shares one store between two windows, and hands it over within two seconds when the first is killed', async () => {
    const one = window('one');
    const two = window('two');
    await one.service.api.configure(one.settings);
    await two.service.api.configure(two.settings);
    await two.service.api.capture(
      project,
      decision('s1', 'We decided to use Postgres instead of Mongo, because orders need transactions.'),
    );
    await until('the first window sees it', async () =>
      (await one.service.api.list(undefined)).some(({ text }) => text.includes('Postgres')),
    );
    assert.deepEqual(
      (await two.service.api.status()).stores.map(({ store }) => store),
      (await one.service.api.status()).stores.map(({ store }) => store),
    );

    const { pid } = one.service;
    assert.ok(pid);
    const killedAtMs = Date.now();
    process.kill(pid, 'SIGKILL');
    const memories = await until('the second answers', async () => await two.service.api.list(undefined));
    const tookMs = Date.now() - killedAtMs;
    assert.ok(memories.some(({ text }) => text.includes('Postgres')));
    assert.ok(tookMs < 2_000, `${tookMs} ms`);
    assert.equal(await two.service.api.capture(project, decision('s2', 'We decided to deploy with make release.')), 2);
    console.log(`      handed over in ${tookMs} ms`);
  });

  it('reads the chats of a window that does not own the store, too', async () => {
    const one = window('one');
    const two = window('two');
    await one.service.api.configure(one.settings);
    await until('the first window owns the store', () => one.service.api.list(undefined));
    const editorStorage = path.join(folder, 'two');
    const say = 'We decided to keep failed orders in a dead letter queue, because retries blocked the main queue for hours.';
    const turns = [{ prompt: 'How do we handle failed orders?', steps: [{ say }] }];
    writeChatSession({ assistant: 'vscode-chat', title: 'Orders', hoursAgo: 2, turns }, project, editorStorage, Date.now());
    await two.service.api.configure({ ...two.settings, editorStorage, sources: ['vscode-chat'] });
    await until('the first window has it', async () =>
      (await one.service.api.list(undefined)).some(({ text }) => text.includes('dead letter queue')),
    );
  });

  it('gives a hook’s prompt what fits, nothing twice, and knows global memories too', async () => {
    const { service, settings } = window('one');
    await service.api.configure(settings);
    await service.api.capture(project, decision('s1', 'We decided to use Postgres instead of Mongo, because orders need transactions.'));
    await until('the memory is there', async () => (await service.api.list(undefined)).length > 0);
    const text = 'Always write migrations that can be rolled back in Postgres';
    await service.api.remember(project, { kind: 'preference', text, scope: 'global', source: 'user', atMs: Date.now() });
    const ask = (prompt: string) =>
      service.api.context(project, { kind: 'prompt', assistant: 'claude-code', session: 'x' as SessionId, prompt, atMs: Date.now() });
    assert.match((await ask('do orders need transactions in Postgres?'))?.text ?? '', /Postgres instead of Mongo/);
    assert.match((await ask('write migrations that can be rolled back'))?.text ?? '', /rolled back in Postgres/);
    assert.equal(await ask('do orders need transactions in Postgres?'), undefined);
  });

  it('proposes to another window, too, what is told for all projects already; merged, it is told there alone, with all evidence', async () => {
    const [one, two] = [window('one'), window('two')];
    await one.service.api.configure(one.settings);
    await two.service.api.configure(two.settings);
    const { api } = two.service;
    await api.capture(project, decision('s1', 'We decided to use Postgres instead of Mongo, because orders need transactions.'));
    const mine = await until('the memory is there', async () => (await api.list(undefined))[0]);
    const { id } = await api.remember(project, { kind: 'decision', text: mine.text, scope: 'global', source: 'user', atMs: Date.now() });
    const [item] = await until('it is proposed', async () => {
      const { items } = await api.review(undefined, 10);
      return items.length > 0 && items;
    });
    assert.deepEqual([item?.reason, item?.rows.map((row) => row.id)], ['duplicate', [id, mine.id]]);
    await api.merge(id, [mine.id], 200);
    const heir = await until('it has the evidence', async () => {
      const memory = await api.memory(id);
      return memory && memory.evidence.length > 1 && memory;
    });
    assert.equal(heir.evidence.at(-1)?.place.session, 's1');
    const [, ...more] = decision(
      's1',
      'We decided to send mails from a queue instead of the request handler, because the provider takes 3 seconds.',
    );
    const later = more.map((signal) => ({ ...signal, place: { ...signal.place, record: `later ${signal.place.record}` } }));
    await api.capture(project, later);
    await until('the session is told on', async () => (await api.list(undefined)).some(({ text }) => text.includes('queue')));
    assert.deepEqual(
      (await api.list(undefined)).filter(({ text }) => text.includes('Postgres')).map((memory) => memory.id),
      [id],
    );
  });

  it('is paused at once, and stays silent about what was said meanwhile', async () => {
    const { service, settings } = window('one');
    await service.api.configure(settings);
    await service.api.pause(true);
    assert.equal(
      await service.api.capture(project, decision('s1', 'We decided to use Postgres instead of Mongo, because orders need transactions.')),
      0,
    );
    assert.equal((await service.api.status()).isPaused, true);
    await service.api.pause(false);
    await delay(3_000);
    assert.deepEqual(await service.api.list(undefined), []);
  });
});
