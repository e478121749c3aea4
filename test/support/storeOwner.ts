// A process that owns a folder, or waits until it can, and then does nothing until somebody kills it. Argument: the folder.
import fs from 'node:fs';
import { tryOwn } from '../../src/store/ownership.ts';

const folder = process.argv[2] ?? '';
const attempt = () => {
  const ownership = tryOwn(folder);
  if (!ownership) return false;
  ownership.announce(`socket of ${process.pid}`);
  fs.writeSync(1, 'own\n');
  return true;
};

if (!attempt()) {
  fs.writeSync(1, 'wait\n');
  const timer = setInterval(() => {
    if (attempt()) clearInterval(timer);
  }, 100);
}
setInterval(() => undefined, 1 << 30);
