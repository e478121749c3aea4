// package.json against the code: every command, setting, view and context key named in one exists in the other, and defaults agree.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly keybindings: readonly { readonly command: string; readonly args?: { readonly commands: readonly string[] } }[];
    readonly submenus: readonly { readonly id: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsContainers: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly menus: Readonly<Record<string, readonly { readonly command?: string; readonly submenu?: string; readonly when?: string }[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly default: unknown; readonly markdownDescription: string }>>;
    };
    readonly mcpServerDefinitionProviders: readonly { readonly id: string }[];
    readonly chatInstructions: readonly { readonly path: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly image: Readonly<Record<string, string>> };
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
  readonly icon: string;
}
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;

const sourceOf = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, fs.readFileSync(path.join(root, 'src', file), 'utf8'), ts.ScriptTarget.Latest, true);

/** Member names of an interface, or the literals of a union type. */
function declared(file: string, name: string): string[] {
  const found: string[] = [];
  sourceOf(file).forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name)
      found.push(...node.members.map((m) => (m.name && ts.isStringLiteral(m.name) ? m.name.text : '')));
    if (ts.isTypeAliasDeclaration(node) && node.name.text === name && ts.isUnionTypeNode(node.type))
      found.push(...node.type.types.map((t) => (ts.isLiteralTypeNode(t) && ts.isStringLiteral(t.literal) ? t.literal.text : '')));
  });
  return found.sort();
}

const editorText = fs
  .readdirSync(path.join(root, 'src/editor'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => fs.readFileSync(path.join(root, 'src/editor', name), 'utf8'))
  .join('\n');
const commands = contributes.commands.map(({ command }) => command).sort();

describe('manifest', () => {
  it('declares the commands that exist, and no others', () => {
    assert.ok(commands.length > 5);
    assert.deepEqual(commands, declared('editor/commands.ts', 'CommandArguments'));
  });

  it('names only known commands in menus and keybindings', () => {
    const inMenus = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
    const onKeys = contributes.keybindings.flatMap(({ command, args }) => args?.commands ?? [command]);
    const named = [...inMenus, ...onKeys].filter((command) => command?.startsWith('cairn.'));
    assert.deepEqual(
      named.filter((command) => !commands.includes(command as string)),
      [],
    );
    const submenus = Object.values(contributes.menus).flatMap((items) => items.flatMap(({ submenu }) => submenu ?? []));
    assert.deepEqual(
      contributes.submenus.map(({ id }) => id),
      submenus,
    );
  });

  it('gives every command a title and the one category', () => {
    assert.deepEqual(
      contributes.commands.filter(({ title, category }) => !title || category !== 'Cairn'),
      [],
    );
  });

  it('uses only context keys that the code sets, and the code sets none in vain', () => {
    const used = new Set([...JSON.stringify(contributes).matchAll(/cairn\.(?:has|is|can)[A-Z]\w*/g)].map(([key]) => key));
    assert.deepEqual([...used].sort(), declared('editor/commands.ts', 'ContextKey'));
  });

  it('agrees with the code on settings and their defaults', () => {
    const text = fs.readFileSync(path.join(root, 'src/editor/settings.ts'), 'utf8');
    const read = new Map(
      [...text.matchAll(/settings\.get(?:<[^>]+>)?\('([\w.]+)', ([^)]+)\)/g)].map(([, key, value]) => [`cairn.${key}`, value]),
    );
    const sources = [...text.matchAll(/^ {2}(\w+): '[\w-]+',$/gm)].map(([, key]) => `cairn.sources.${key}`);
    const properties = contributes.configuration.properties;
    assert.deepEqual(Object.keys(properties).sort(), [...read.keys(), ...sources].sort());
    for (const [key, { default: value, markdownDescription }] of Object.entries(properties)) {
      assert.ok(markdownDescription.length > 20, `${key} is described`);
      const inCode = read.get(key);
      if (typeof value === 'number') assert.equal(inCode, String(value), key);
      if (typeof value === 'boolean') assert.equal(String(value), inCode ?? 'true', key);
    }
  });

  it('walks through steps whose links, ends and pictures exist', () => {
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const viewCommands = Object.values(contributes.views).flatMap((views) => views.map(({ id }) => `${id}.focus`));
    for (const { description, media, completionEvents } of steps) {
      const links = [...description.matchAll(/\(command:([\w.]+)/g)].map(([, command]) => command ?? '');
      const ends = completionEvents.flatMap((event) => /^onCommand:(.+)/.exec(event)?.[1] ?? []);
      assert.ok(links.length > 0 && completionEvents.length > 0);
      for (const command of [...links, ...ends]) assert.ok([...commands, ...viewCommands].includes(command), command);
      for (const file of Object.values(media.image)) assert.ok(fs.existsSync(path.join(root, file)), file);
    }
  });

  it('names views, providers and files that exist', () => {
    const views = Object.values(contributes.views).flat();
    for (const { id } of views) assert.ok(editorText.includes(`'${id}'`), id);
    for (const { id } of contributes.mcpServerDefinitionProviders) assert.ok(editorText.includes(`'${id}'`), id);
    const files = [
      manifest.icon,
      ...contributes.chatInstructions.map((i) => i.path),
      ...Object.values(contributes.viewsContainers)
        .flat()
        .map((c) => c.icon),
    ];
    for (const file of files) assert.ok(fs.existsSync(path.join(root, file)), file);
  });
});
