// Makes cairn-<target>-<version>.vsix for the platform that this runs on: the bundles, the model, and of each native package only what this
// platform loads. Fails rather than ship something that is not whole, holds too much, or weighs over the limit.
import { createVSIX, listFiles } from '@vscode/vsce';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from './build.mjs';

const root = path.resolve(import.meta.dirname, '..');
const LIMIT_MB = 60;

/** VS Code's name of this platform. Alpine and other musl systems would need onnxruntime builds that do not exist. */
export const target = `${process.platform}-${process.arch}`;

/** @param {string} name */
const has = (name) => fs.existsSync(path.join(root, 'node_modules', name));

/** What both of onnxruntime's builds load. */
const ONNX_COMMON = ['onnxruntime-common/package.json', 'onnxruntime-common/dist/cjs/*.js', 'onnxruntime-common/dist/cjs/package.json'];

/**
 * Which files of a package that stays outside the bundles ship. A bundle that asks for a package not named here fails the packaging.
 * @type {Record<string, () => { files: string[], remark?: string }>}
 */
const NATIVE = {
  'onnxruntime-node': () => {
    const binaries = `onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}`;
    if (!has(binaries)) return { files: [], remark: `onnxruntime-node has no build for ${target}: the model runs as WebAssembly, slower` };
    // Named for macOS, where the folder holds the library twice. Windows' DirectML is large and not used, but onnxruntime.dll may want to
    // find it; that can be tried only there.
    const libraries = { linux: ['libonnxruntime.so.1'], darwin: ['libonnxruntime.1.dylib'], win32: ['*.dll'] };
    const names = ['onnxruntime_binding.node', ...(libraries[/** @type {'linux'} */ (process.platform)] ?? [])];
    return {
      files: [...ONNX_COMMON, 'onnxruntime-node/package.json', 'onnxruntime-node/dist/*.js', ...names.map((name) => `${binaries}/${name}`)],
    };
  },
  'onnxruntime-web': () =>
    has('onnxruntime-web/package.json')
      ? {
          files: [
            ...ONNX_COMMON,
            'onnxruntime-web/package.json',
            'onnxruntime-web/dist/ort.node.min.js',
            'onnxruntime-web/dist/ort-wasm-simd-threaded.mjs',
            'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
          ],
        }
      : { files: [], remark: 'onnxruntime-web is not installed: there is no fallback where the native model cannot run' },
  'hnswlib-node': () =>
    has('hnswlib-node/build/Release/addon.node')
      ? {
          files: [
            'hnswlib-node/package.json',
            'hnswlib-node/lib/*.js',
            'hnswlib-node/build/Release/addon.node',
            'bindings/package.json',
            'bindings/bindings.js',
            'file-uri-to-path/package.json',
            'file-uri-to-path/index.js',
          ],
        }
      : { files: [], remark: 'hnswlib-node was not built here (it needs a C++ compiler): exact search takes its place' },
};

/**
 * The packages that the bundles load at run time.
 * @param {import('esbuild').Metafile[]} metafiles
 */
function externalPackages(metafiles) {
  const paths = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ imports }) => imports.filter((i) => i.external).map((i) => i.path)),
  );
  const builtin = new Set(['vscode', ...createRequire(import.meta.url)('node:module').builtinModules]);
  return [...new Set(paths)].filter((name) => !name.startsWith('node:') && !builtin.has(name)).sort();
}

/**
 * The licences of all that is bundled or shipped beside the bundles: most of them ask to be passed on with copies.
 * @param {import('esbuild').Metafile[]} metafiles @param {string[]} shipped
 */
function writeNotices(metafiles, shipped) {
  const inputs = [...metafiles.flatMap((metafile) => Object.keys(metafile.inputs)), ...shipped];
  const folders = new Set(
    inputs.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter((folder) => folder !== undefined),
  );
  const notices = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(fs.readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    const file = fs.readdirSync(path.join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file ? fs.readFileSync(path.join(root, folder, file), 'utf8').trim() : `Licence: ${license ?? 'not stated'}`;
    return `${name} ${version}\n${'-'.repeat(60)}\n${text}\n`;
  });
  fs.writeFileSync(path.join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices.join('\n\n'));
}

/**
 * Builds and packages.
 * @returns {Promise<string>} The VSIX's absolute path.
 */
export async function makePackage() {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  console.log('Building…');
  const metafiles = await build({ isRelease: true });

  const allowed = [
    ...new Set(
      externalPackages(metafiles).flatMap((name) => {
        const entry = NATIVE[name];
        if (!entry)
          throw new Error(`The bundles load "${name}", and scripts/package.mjs does not say which of its files ship. Add it to NATIVE.`);
        const { files, remark } = entry();
        if (remark) console.log(`  ${remark}`);
        return files.map((file) => `node_modules/${file}`);
      }),
    ),
  ];
  writeNotices(metafiles, allowed);

  const out = path.join(root, 'out');
  fs.mkdirSync(out, { recursive: true });
  const ignoreFile = path.join(out, `vscodeignore-${target}`);
  fs.writeFileSync(
    ignoreFile,
    [fs.readFileSync(path.join(root, '.vscodeignore'), 'utf8'), ...allowed.map((file) => `!${file}`)].join('\n'),
  );

  const files = await listFiles({ cwd: root, ignoreFile });
  const programs = metafiles.flatMap(({ outputs }) => Object.keys(outputs));
  const absent = [manifest.main.replace('./', ''), ...programs, ...allowed.filter((file) => !file.includes('*'))].filter(
    (file) => !files.includes(file),
  );
  if (absent.length > 0) throw new Error(`The package would lack ${absent.join(', ')}.`);

  const packagePath = path.join(root, `cairn-${target}-${manifest.version}.vsix`);
  await createVSIX({
    cwd: root,
    target,
    ignoreFile,
    packagePath,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
    skipLicense: true,
  });
  const megabytes = fs.statSync(packagePath).size / 1e6;
  console.log(`${path.relative(root, packagePath)}: ${megabytes.toFixed(1)} MB, ${files.length} files`);
  if (megabytes > LIMIT_MB) throw new Error(`The package weighs over ${LIMIT_MB} MB.`);
  return packagePath;
}

if (process.argv[1] === import.meta.filename) {
  try {
    await makePackage();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
