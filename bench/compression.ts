// The compressor alone, against facts that careful readers marked. Usage and measures: see `RESULTS.md`.
import { UserError } from '../src/util/errors.ts';
import { compressSession, type CompressedSession } from './compressSession.ts';
import { reportOf } from './compressionReport.ts';
import { drawn } from './draw.ts';
import { readFolds } from './folds.ts';
import { readLabels, readSession, spreadOverOwners, type LabelledSession } from './labels.ts';
import { readOthers, writeMemories, type Others } from './memoriesFile.ts';
import { SHIPPED_MODEL, readOptions, runBench } from './options.ts';
import { openModel } from './product.ts';
import { lastLine, progress } from './report.ts';
import { type ServiceMemory, serviceMemory } from './serviceMemory.ts';
import { OWN_WAYS } from './ways.ts';

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, {
    sessions: 'DIR',
    labels: 'L.jsonl',
    models: 'DIR',
    model: 'DIR',
    plain: '',
    parts: '',
    others: 'NAME=FILE …',
    draw: 'N',
    service: 'N',
    memories: 'FILE',
  });
  const folder = options.needed('sessions');
  const labels = spreadOverOwners(readLabels(options.needed('labels')), options.limit, options.seed);
  const isPlain = options.isOn('plain');
  const folds = options.text('models') === undefined || isPlain ? undefined : readFolds(options.needed('models'));
  const others = readAllOthers(options.all('others'), labels);
  const draw = options.count('draw');

  const done = new Map<LabelledSession, CompressedSession>();
  // One model at a time, each fold's sessions together.
  for (const [model, members] of Map.groupBy(labels, ({ file }) => folds?.(file) ?? options.text('model'))) {
    const encoder = await openModel({ model, isPlain });
    for (const label of members) {
      done.set(label, await compressSession(label, { folder, model: encoder, isInParts: options.isOn('parts'), others }));
      if (done.size % 20 === 0) progress(`${done.size} of ${labels.length} sessions`);
    }
    await encoder?.dispose();
  }

  // In the order of the labels, so that what is drawn by lot does not depend on the folds.
  const sessions = labels.flatMap((label) => done.get(label) ?? []);
  const memories = options.text('memories');
  if (memories !== undefined) {
    writeMemories(
      memories,
      sessions.map((session) => ({ file: session.label.file, memories: session.memories })),
    );
  }
  const { tables, result } = reportOf(sessions, {
    model: isPlain ? 'none' : folds ? 'one a fold' : 'shipped',
    seed: options.seed,
    service: await memoryOfService(folder, labels, options.count('service'), options.text('model') ?? SHIPPED_MODEL),
  });
  for (const table of tables) console.log(`${table}\n`);
  if (draw !== undefined) console.log(`${drawn(sessions, draw, options.seed, (file) => readSession(folder, file).lines)}\n`);
  lastLine(result, options.json);
}

/** While it takes in the longest `count` of the sessions. */
async function memoryOfService(
  folder: string,
  labels: readonly LabelledSession[],
  count = 0,
  model: string,
): Promise<ServiceMemory | undefined> {
  if (count === 0) return undefined;
  const sessions = labels.map(({ file }) => readSession(folder, file)).sort((a, b) => b.lines.length - a.lines.length);
  return serviceMemory(
    sessions.slice(0, count).map(({ signals }) => signals),
    model,
  );
}

function readAllOthers(said: readonly string[], labels: readonly LabelledSession[]): Others[] {
  const files = labels.map(({ file }) => file);
  const names = new Set(OWN_WAYS);
  return said.map((one) => {
    const others = readOthers(one, files);
    if (names.has(others.name)) throw new UserError(`Two rows would be called ${others.name}. Give --others another name.`);
    names.add(others.name);
    return others;
  });
}

runBench(main);
