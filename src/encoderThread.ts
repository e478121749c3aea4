// The model's own thread within the service: it does what `model/encoderThread.ts` asks.
import { parentPort } from 'node:worker_threads';
import { answer } from './model/encoderThread.ts';

if (parentPort) answer(parentPort);
