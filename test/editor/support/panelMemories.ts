// What the tests of the pruning panel find in the store: plain memories, and texts that would like to be more than text.
import path from 'node:path';
import type { MemoryDraft } from '../../../src/memory.ts';
import { draft, evidence } from '../../support/storeSamples.ts';
import type { Seed } from './seed.ts';

export const FILES = {
  'README.md': '# A project\n',
  'src/auth.ts': 'export const ACCESS_MINUTES = 15;\nexport const REFRESH_DAYS = 30;\n',
  'src/orders.ts': 'export const total = 0;\n',
};
export const BIDI = '\u202e';
const MEGABYTE = 'Long line. '.repeat(95_000);
/** Texts that would like to be more than text. */
export const HOSTILE = [
  `<img src=x onerror="document.title='owned'">`,
  `</script><script>document.title='owned'</script>`,
  `[press](command:workbench.action.closeWindow) <a href="command:workbench.action.closeWindow">here</a>`,
  `Right to left ${BIDI}desrever`,
];

function told(id: string, text: string, more: Partial<MemoryDraft> & { readonly daysAgo?: number; readonly file?: string } = {}): Seed {
  const { daysAgo = 0.1, file, ...rest } = more;
  const place = {
    atMs: Date.now() - daysAgo * 86_400_000,
    record: `record-${id}`,
    ...(file !== undefined && { path: file, line: 1, isLineByLine: true }),
  };
  return {
    id,
    draft: draft(text, {
      evidence: [{ ...evidence(text.slice(0, 300), place), ...(file !== undefined && { lines: [2, 2] as const }) }],
      weight: 0.9,
      ...rest,
    }),
  };
}

export const panelSeeds = (workspace: string): Seed[] => [
  told('jwt', 'Sign-in uses JWT access tokens of 15 minutes with rotating refresh tokens in Redis.', {
    entities: { files: ['src/auth.ts'], symbols: ['ACCESS_MINUTES'], commands: [] },
    file: path.join(workspace, 'src/auth.ts'),
  }),
  told('sums', 'Order totals are kept in cents as whole numbers, because sums of decimals drifted.', {
    entities: { files: ['src/orders.ts'], symbols: [], commands: [] },
  }),
  told('zebra', 'The zebra queue drops what is older than two hours.'),
  told('heron', 'The heron job runs each night at three and mails its report.'),
  told('otter', 'The otter cache is cleared by hand after a release.'),
  ...HOSTILE.map((text, index) => told(`hostile${index}`, text, { daysAgo: 20 })),
  told('long', MEGABYTE, { daysAgo: 40 }),
];
