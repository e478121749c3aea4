// Bundles each process's program into dist/. CommonJS, since VS Code loads an extension with `require` and a hook must start in milliseconds.
//   node scripts/build.mjs            readable, with source maps
//   node scripts/build.mjs --watch    the same, again at each change
//   node scripts/build.mjs --release  minified, without source maps: what the package holds
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');

/** One program for each process: src/<name>.ts becomes dist/<name>.cjs. */
const PROGRAMS = ['extension', 'service', 'encoderThread', 'hook', 'mcp', 'uninstall'];

/** `vscode` is the editor's own; the others hold native code or WebAssembly, which a bundle cannot. */
const EXTERNAL = ['vscode', 'onnxruntime-node', 'onnxruntime-web', 'hnswlib-node'];

/** @param {string} name @param {boolean} isRelease @returns {esbuild.BuildOptions} */
const optionsFor = (name, isRelease) => ({
  absWorkingDir: root,
  entryPoints: { [name]: `src/${name}.ts` },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: EXTERNAL,
  // ES modules first: jsonc-parser's "main" is UMD, whose `require` calls a bundler cannot follow.
  mainFields: ['module', 'main'],
  // CommonJS has no import.meta. The banner is one line, so that positions in stack traces stay true.
  define: { 'import.meta.url': 'moduleUrl', 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  banner: { js: "const moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
  minify: isRelease,
  sourcemap: isRelease ? false : 'linked',
  // Licences of what is bundled go into one file of their own: scripts/package.mjs.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

/**
 * Bundles the programs and prints their sizes.
 * @param {{ isRelease?: boolean }} [options] A release fails when a program's source is missing; a build during work leaves it out and says so.
 * @returns {Promise<esbuild.Metafile[]>} What each bundle is made of.
 */
export async function build({ isRelease = false } = {}) {
  const missing = PROGRAMS.filter((name) => !fs.existsSync(path.join(root, `src/${name}.ts`)));
  if (missing.length > 0) {
    const text = `There is no source for ${missing.map((name) => `src/${name}.ts`).join(', ')}.`;
    if (isRelease) throw new Error(text);
    console.log(`${text} Left out.`);
  }
  fs.rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  const programs = PROGRAMS.filter((name) => !missing.includes(name));
  const results = await Promise.all(programs.map((name) => esbuild.build(optionsFor(name, isRelease))));
  const metafiles = results.map(({ metafile }) => /** @type {esbuild.Metafile} */ (metafile));
  for (const [file, { bytes }] of metafiles.flatMap(({ outputs }) => Object.entries(outputs))) {
    if (file.endsWith('.cjs')) console.log(`  ${file.padEnd(22)}${(bytes / 1024).toFixed(0).padStart(7)} kB`);
  }
  return metafiles;
}

async function watch() {
  for (const name of PROGRAMS.filter((program) => fs.existsSync(path.join(root, `src/${program}.ts`)))) {
    const report = {
      name: 'report',
      /** @param {esbuild.PluginBuild} plugin */
      setup: (plugin) => {
        plugin.onStart(() => console.log(`${name}: building`));
        plugin.onEnd(({ errors }) => console.log(`${new Date().toLocaleTimeString()} ${name}: ${errors.length} errors`));
      },
    };
    const context = await esbuild.context({ ...optionsFor(name, false), plugins: [report] });
    await context.watch();
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { watch: { type: 'boolean' }, release: { type: 'boolean' } } });
  try {
    await (values.watch ? watch() : build({ isRelease: values.release ?? false }));
  } catch (error) {
    // What is wrong in a source file esbuild has shown already.
    if (!(error instanceof Error && 'errors' in error)) console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
