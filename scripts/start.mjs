// `npm start`: an editor with Cairn in it, from nothing but Node 20 and npm. What it can do: `npm start -- --help`.
import { continueIn } from './lib/bootstrap.mjs';

await continueIn('scripts/lib/start.ts');
