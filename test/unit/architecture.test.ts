// The layers of the source tree and the home of each package, held by a test: style of the house, section 2.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');
const src = path.join(root, 'src');

/** A folder may import from itself, from the ground (`memory.ts`, `browsing.ts`, `util/`), and from these. Entry points may import anything. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  util: [],
  capture: [],
  model: [],
  compress: ['capture', 'model'],
  store: ['capture', 'compress'],
  search: ['store', 'model'],
  retrieve: ['search', 'store', 'model'],
  review: ['compress', 'search', 'store', 'retrieve'],
  inject: ['capture', 'retrieve', 'search', 'store', 'model'],
  'engine.ts': ['capture', 'compress', 'store', 'search', 'retrieve', 'review', 'inject', 'model'],
  assistants: ['capture', 'inject'],
  link: ['engine.ts', 'assistants', 'inject', 'store'],
  service: ['engine.ts', 'link', 'assistants', 'capture', 'compress', 'store', 'search', 'retrieve', 'review', 'inject', 'model'],
  editor: ['link', 'engine.ts', 'assistants', 'inject', 'compress'],
};
const ENTRY_POINTS = ['extension.ts', 'service.ts', 'encoderThread.ts', 'hook.ts', 'mcp.ts', 'uninstall.ts'];

/** Package → the places that may import it (types do not count). */
const HOMES: Record<string, readonly string[]> = {
  vscode: ['extension.ts', 'editor/'],
  'onnxruntime-node': ['model/'],
  'onnxruntime-web': ['model/'],
  '@huggingface/tokenizers': ['model/'],
  'hnswlib-node': ['search/hnswVectors.ts'],
  minisearch: ['search/wordIndex.ts'],
  'node:sqlite': ['store/', 'assistants/'],
  'node:fs': ['store/', 'search/', 'link/', 'capture/tail.ts', 'model/', 'assistants/', 'inject/', 'service/', ...ENTRY_POINTS],
  'gpt-tokenizer': ['inject/', 'compress/'],
  '@modelcontextprotocol/sdk': ['mcp.ts'],
  'vscode-jsonrpc': ['link/'],
  '@secretlint': ['capture/secrets.ts'],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isType: boolean;
}

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node, isType: boolean) => {
    if (ts.isStringLiteralLike(specifier)) found.push({ file: path.relative(src, file), target: specifier.text, isType });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.arguments[0]) {
      const isRequire = ts.isIdentifier(node.expression) && ['require', 'createRequire'].includes(node.expression.text);
      if (isRequire || node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = fs
  .readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => path.join(src, name));
const imports = files.flatMap(importsOf);
const layerOf = (file: string): string => file.split(path.sep)[0] ?? file;

describe('architecture', () => {
  it('reads the tree', () => {
    assert.ok(files.length > 10 && imports.length > 10);
  });

  it('imports point against the flow', () => {
    const wrong = imports.filter(({ file, target }) => {
      const layer = layerOf(file);
      if (!target.startsWith('.') || ENTRY_POINTS.includes(layer)) return false;
      const to = layerOf(path.relative(src, path.resolve(src, path.dirname(file), target)));
      if (to === layer || to === 'memory.ts' || to === 'browsing.ts' || (to === 'util' && layer !== 'memory.ts')) return false;
      if (to === '..') return !(layer === 'editor' && target.endsWith('webview/protocol.ts'));
      return !MAY_IMPORT[layer]?.includes(to);
    });
    assert.deepEqual(wrong, []);
  });

  it('each package has one home', () => {
    const wrong = imports.filter(({ file, target, isType }) => {
      if (isType) return false;
      const home = Object.entries(HOMES).find(([name]) => target === name || target.startsWith(`${name}/`));
      return home !== undefined && !home[1].some((place) => file.split(path.sep).join('/').startsWith(place));
    });
    assert.deepEqual(wrong, []);
  });

  it("the panel's page knows of the source tree only types, through one file", () => {
    const page = path.join(root, 'webview');
    const reaching = fs
      .readdirSync(page, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .flatMap((name) => importsOf(path.join(page, name)).map(({ target, isType }) => ({ name, target, isType })))
      .filter(({ target }) => /^(?:\.\.\/)+src\//.test(target));
    assert.deepEqual(
      reaching.filter(({ name, isType }) => name !== 'protocol.ts' || !isType),
      [],
    );
    assert.ok(reaching.length > 0);
  });

  it('compressing and searching do not touch the network', () => {
    const network = ['node:http', 'node:https', 'node:http2', 'node:dgram', 'node:tls'];
    assert.deepEqual(
      imports.filter(({ target }) => network.includes(target)),
      [],
    );
  });

  it('there are no barrel files and no strays', () => {
    assert.deepEqual(
      files.map((file) => path.basename(file)).filter((name) => ['index.ts', 'utils.ts', 'helpers.ts', 'types.ts'].includes(name)),
      [],
    );
  });

  it('what registers or subscribes is owned by somebody', () => {
    // A call such as `x.onDidY(…);` or `registerZ(…);` as a statement of its own throws its Disposable away.
    const bare: string[] = [];
    for (const file of files) {
      const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node): void => {
        if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
          const name = (node.expression.expression.getText(source).match(/\w+$/) ?? [''])[0];
          if (/^(?:on(?:Did|Will)|register)[A-Z]/.test(name)) bare.push(`${path.relative(src, file)}: ${name}`);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    assert.deepEqual(bare, []);
  });
});
