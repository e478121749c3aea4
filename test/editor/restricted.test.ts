// Restricted Mode: nothing is taken in and nothing given, and the editor says so.
import assert from 'node:assert/strict';
import { STORY } from '../../scripts/sample/story.ts';
import { writeClaudeTranscript } from '../../scripts/sample/claudeTranscript.ts';
import { type Bed, openBed, pictureOnFailure } from './support/bed.ts';
import { observations } from './support/store.ts';
import { openView } from './support/workbench.ts';

describe('Restricted Mode', function () {
  this.timeout(180_000);
  let bed: Bed;
  before(async () => {
    bed = await openBed({
      settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
      prepare({ home, workspace }) {
        for (const talk of STORY.filter(({ assistant }) => assistant === 'claude-code'))
          writeClaudeTranscript(talk, workspace, home, Date.now());
      },
    });
  });
  afterEach(function () {
    return pictureOnFailure(bed, this.currentTest);
  });
  after(() => bed?.close());

  it('says that nothing is taken in, and takes nothing in', async () => {
    await openView(bed.page, 'Cairn');
    await bed.page.getByText('In Restricted Mode Cairn takes nothing in').first().waitFor({ timeout: 60_000 });
    await bed.page.waitForTimeout(8_000);
    assert.deepEqual(observations(bed), []);
    await bed.screenshot('restricted');
  });
});
