// Sets up the browser VS Code and Chromium in advance, as `npm start` and `npm test` do when they need them.
import { setUpBed, setUpChromium } from './lib/bed.ts';

try {
  await setUpBed(console.log);
  console.log(`Chromium: ${await setUpChromium(console.log)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
