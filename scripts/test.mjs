// `npm test`: everything, on a fresh clone, with nothing set up before. One suite: `npm run test:editor`; one test: `npm run test:editor -- -g words`.
import { continueIn } from './lib/bootstrap.mjs';

await continueIn('scripts/lib/test.ts');
