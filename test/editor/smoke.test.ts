// The package itself: it installs, the workbench comes up with it, and it activates.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { browserStorageName } from '../../scripts/sample/chatSession.ts';
import { type Bed, openBed, pictureOnFailure, until } from './support/bed.ts';
import { openView, runCommand } from './support/workbench.ts';

describe('the packaged extension', function () {
  this.timeout(180_000);
  let bed: Bed | undefined;
  before(async () => {
    bed = await openBed();
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  it('is listed by the editor', () => {
    assert.ok(bed);
    const listed = JSON.parse(fs.readFileSync(path.join(path.dirname(bed.userData), 'extensions/extensions.json'), 'utf8')) as {
      identifier: { id: string };
    }[];
    assert.deepEqual(
      listed.map(({ identifier }) => identifier.id),
      ['cairn-memory.cairn'],
    );
  });

  it('activates without being asked', async () => {
    assert.ok(bed);
    const { page } = bed;
    await runCommand(page, 'Developer: Show Running Extensions');
    // The list holds in the page only what is in sight: make all of it be.
    const size = page.viewportSize();
    assert.ok(size);
    await page.setViewportSize({ ...size, height: 3000 });
    const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Cairn' });
    await until('Cairn has activated', async () => (await row.count()) === 1 && /Activation: \d+ms/.test(await row.innerText()));
    console.log(`      ${/Activation: \d+ms/.exec(await row.innerText())?.[0] ?? ''}`);
    await page.setViewportSize(size);
    await bed.screenshot('running-extensions');
    await page.keyboard.press('Escape');
    await openView(page, 'Cairn');
    await bed.screenshot('sidebar');
  });

  it('has its storage where the sample puts chats', async () => {
    assert.ok(bed);
    const name = browserStorageName(bed.workspace, bed.server.port);
    const storage = path.join(bed.userData, 'User/workspaceStorage', name);
    await until(`the editor makes workspaceStorage/${name}`, () => fs.existsSync(storage));
  });
});
