// A memory service for tests of the link: a real child process whose answers show what it was told, and that dies on request.
import fs from 'node:fs';
import { linkToParent } from '../../src/link/parentLink.ts';
import type { ServiceSettings } from '../../src/link/protocol.ts';
import { serve, tell } from '../../src/link/rpc.ts';
import { UserError } from '../../src/util/errors.ts';
import { stubApi } from './stubApi.ts';

console.log('a stray line on stdout, as native libraries print'); // Must not disturb the protocol.
if (process.env['STUB_DIES_AT_START']) process.abort();

let settings: ServiceSettings | undefined;
const connection = linkToParent(() => {
  const note = process.env['STUB_FAREWELL'];
  if (note) fs.writeFileSync(note, 'ended well');
  if (process.env['STUB_HANGS_AT_END']) for (;;);
});
const { api } = stubApi({
  configure(given) {
    settings = given;
    if (given.models === 'missing') throw new UserError('The model is missing. Install again.');
  },
  async cursorOf(_folder, key) {
    switch (key) {
      case 'pid':
        return String(process.pid);
      case 'settings':
        return JSON.stringify(settings);
      case 'env':
        return JSON.stringify([process.env['ELECTRON_RUN_AS_NODE'], process.env['NODE_OPTIONS'], process.env['ORT_DISABLE_TELEMETRY']]);
      case 'never':
        return new Promise(() => undefined);
      case 'crash':
        return process.abort();
      case 'throw':
        setImmediate(() => JSON.parse('{"the user said": "a secret thing"'));
        return new Promise(() => undefined);
      case 'crash once': {
        // Leaves a mark, so that the next service does better.
        const mark = String(process.env['STUB_MARK']);
        if (fs.existsSync(mark)) return 'second try';
        fs.writeFileSync(mark, '');
        return process.abort();
      }
      default:
        return key;
    }
  },
  remember: () => process.abort(),
  pause: () => undefined,
  rebuildIndex: () => tell(connection, 'changed', { revision: 3 }),
});
serve(connection, api);
