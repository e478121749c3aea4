// Puts the pictures that test/pictures/pictures.test.ts has taken, once they were looked at, into media/: those of the walkthrough packed anew, those of the demo
// put together into one that moves.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './lib/bed.ts';
import { type Shown, animatedPng, readPng } from './lib/png.ts';

const taken = path.join(root, 'test-results');
const media = path.join(root, 'media');

const pngsIn = (folder: string): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .sort();
const read = (...at: string[]) => readPng(fs.readFileSync(path.join(...at)));

function keep(file: string, shown: readonly Shown[]): void {
  const bytes = animatedPng(shown);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  console.log(`${path.relative(root, file)}: ${Math.round(bytes.length / 1024)} kB`);
}

const walkthrough = path.join(taken, 'walkthrough');
for (const name of pngsIn(walkthrough)) keep(path.join(media, 'walkthrough', name), [{ picture: read(walkthrough, name), forMs: 0 }]);

// Their names say how long each is shown: 03-1800.png.
const demo = path.join(taken, 'demo');
keep(
  path.join(media, 'demo.png'),
  pngsIn(demo).map((name) => ({ picture: read(demo, name), forMs: Number(/-(\d+)\.png$/.exec(name)?.[1]) })),
);
