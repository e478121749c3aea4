// Bundles each process's program, and the page of the panel, into dist/. The programs are CommonJS, since VS Code loads an extension with `require` and a hook must start in milliseconds.
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

/** What the page of the panel may weigh, script and style together: it is read and compiled each time the panel is shown. */
const PAGE_LIMIT_BYTES = 250_000;

/**
 * A codicon becomes its outlines, drawn by `webview/icon.tsx`: of the font's 126 kB the page needs a tenth, and no icon flashes in late.
 * @type {esbuild.Plugin}
 */
const outlines = {
  name: 'outlines',
  setup: (plugin) => {
    plugin.onLoad({ filter: /[\\/]codicons[\\/].*\.svg$/ }, async ({ path: file }) => {
      const svg = await fs.promises.readFile(file, 'utf8');
      const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
      if (!size || /<(?!\/?(?:svg|path)\b)/.test(svg)) throw new Error(`${file} is more than outlines in a square.`);
      return {
        contents: JSON.stringify({ size, outlines: [...svg.matchAll(/ d="([^"]+)"/g)].map(([, outline]) => outline) }),
        loader: 'json',
      };
    });
  },
};

/** The page of the panel: webview/page.tsx and page.css become dist/webview/page.js and page.css. @param {boolean} isRelease @returns {esbuild.BuildOptions} */
const pageOptions = (isRelease) => ({
  absWorkingDir: root,
  entryPoints: ['webview/page.tsx', 'webview/page.css'],
  outdir: 'dist/webview',
  bundle: true,
  platform: 'browser',
  // VS Code 1.105 shows it in Chromium 138.
  target: 'chrome138',
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [outlines],
  minify: isRelease,
  // A source map beside it would be asked for by the developer tools only.
  sourcemap: isRelease ? false : 'inline',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

/** Bundles the page of the panel into `outdir`, as the package holds it; says what it weighs. Throws when it is over the limit. */
export async function buildPage({ isRelease = true, outdir = 'dist/webview' } = {}) {
  const { metafile } = await esbuild.build({ ...pageOptions(isRelease), outdir });
  const bytes = Object.values(/** @type {esbuild.Metafile} */ (metafile).outputs).reduce((sum, output) => sum + output.bytes, 0);
  if (isRelease && bytes > PAGE_LIMIT_BYTES) {
    throw new Error(`The page of the panel weighs ${Math.round(bytes / 1000)} kB; it may weigh ${PAGE_LIMIT_BYTES / 1000} kB.`);
  }
  return { metafile: /** @type {esbuild.Metafile} */ (metafile), bytes };
}

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
  const page = await buildPage({ isRelease });
  console.log(`  ${'dist/webview'.padEnd(22)}${(page.bytes / 1024).toFixed(0).padStart(7)} kB`);
  return [...metafiles, page.metafile];
}

/** Says in one line when a bundle is begun, and how it went. @param {string} name @returns {esbuild.Plugin} */
const report = (name) => ({
  name: 'report',
  setup: (plugin) => {
    plugin.onStart(() => console.log(`${name}: building`));
    plugin.onEnd(({ errors }) => console.log(`${new Date().toLocaleTimeString()} ${name}: ${errors.length} errors`));
  },
});

async function watch() {
  for (const name of PROGRAMS.filter((program) => fs.existsSync(path.join(root, `src/${program}.ts`)))) {
    const context = await esbuild.context({ ...optionsFor(name, false), plugins: [report(name)] });
    await context.watch();
  }
  const page = await esbuild.context({ ...pageOptions(false), plugins: [outlines, report('page')] });
  await page.watch();
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
