// Edits in a person's JSON settings that leave everything else as it stands: order, indentation, comments, line ends, a byte order mark. What is
// put in and taken out again leaves no trace. (jsonc-parser's own `modify` lays out the neighbours of an edit anew.)
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode, type JSONPath, type Node, type ParseError } from 'jsonc-parser';
import { UserError } from '../util/errors.ts';
import { asObject, type Loose } from './loose.ts';

const BOM = '\uFEFF';

/** A settings text that can be looked at and changed piece by piece. */
export class JsonSettings {
  readonly #bom: string;
  #text: string;
  #root: Node;

  /** An absent or empty text counts as an empty object. `name` is for messages. Throws a UserError where it is not a JSON object. */
  constructor(text: string | undefined, name: string) {
    this.#bom = text?.startsWith(BOM) ? BOM : '';
    this.#text = text?.slice(this.#bom.length) ?? '';
    if (this.#text.trim() === '') this.#text = '{}\n';
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { allowTrailingComma: true });
    const first = errors[0];
    if (first)
      throw new UserError(`${name} is not valid JSON (${placeOf(this.#text, first)}). Nothing was written. Correct it, then try again.`);
    if (root?.type !== 'object')
      throw new UserError(`${name} does not hold a JSON object. Nothing was written. Correct it, then try again.`);
    this.#root = root;
  }

  get text(): string {
    return this.#bom + this.#text;
  }

  get value(): Loose {
    return asObject(getNodeValue(this.#root)) ?? {};
  }

  /** Sets what stands at the path, making the objects that hold it. */
  set(path: JSONPath, value: unknown): void {
    const present = findNodeAtLocation(this.#root, path);
    if (present)
      return this.#splice(
        present.offset,
        endOf(present),
        this.#laidOut(value, this.#indentAt(present.offset), this.#isSpread(present.parent)),
      );
    const depth = path.findLastIndex((_key, i) => findNodeAtLocation(this.#root, path.slice(0, i)) !== undefined);
    const holder = findNodeAtLocation(this.#root, path.slice(0, depth)) ?? this.#root;
    const whole = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    this.#insert(holder, `${JSON.stringify(path[depth])}: `, whole);
  }

  /** Adds to the end of the list at the path; there must be one. */
  add(path: JSONPath, value: unknown): void {
    const list = findNodeAtLocation(this.#root, path);
    if (list?.type === 'array') this.#insert(list, '', value);
  }

  /** Removes what stands at the path, if anything does. */
  remove(path: JSONPath): void {
    const found = findNodeAtLocation(this.#root, path);
    const node = found?.parent?.type === 'property' ? found.parent : found;
    const holder = node?.parent;
    if (!node || !holder) return;
    const siblings = holder.children ?? [];
    const before = siblings[siblings.indexOf(node) - 1];
    const from = before ? endOf(before) : holder.offset + 1;
    const lead = this.#text.slice(from, node.offset);
    const comma = /^\s*,/.exec(this.#text.slice(endOf(node)))?.[0].length ?? 0;
    if (siblings.length === 1) {
      const rest = lead + this.#text.slice(endOf(node) + comma, endOf(holder) - 1);
      this.#splice(from, endOf(holder) - 1, rest.trim() === '' ? '' : rest);
    } else if (before && comma === 0) this.#splice(from, endOf(node), lead.replace(',', '').trimEnd());
    // The space before it goes with what is taken out, so that what follows stands in its place.
    else this.#splice(from + lead.trimEnd().length, endOf(node) + comma, '');
  }

  #insert(holder: Node, key: string, value: unknown): void {
    const last = holder.children?.at(-1);
    const isSpread = !last || this.#isSpread(holder);
    const outer = this.#indentAt(holder.offset);
    const indent = last ? this.#indentAt(last.offset) : outer + this.#unit;
    const item = key + this.#laidOut(value, indent, isSpread);
    if (last) return this.#splice(endOf(last), endOf(last), `,${isSpread ? this.#eol + indent : ' '}${item}`);
    // Between the brackets there may be a comment.
    const inner = this.#text.slice(holder.offset + 1, endOf(holder) - 1).trimEnd();
    this.#splice(holder.offset + 1, endOf(holder) - 1, `${inner}${this.#eol}${indent}${item}${this.#eol}${outer}`);
  }

  #laidOut(value: unknown, indent: string, isSpread: boolean): string {
    return isSpread ? JSON.stringify(value, undefined, this.#unit).replaceAll('\n', this.#eol + indent) : JSON.stringify(value);
  }

  /** Whether the node is written over several lines. */
  #isSpread(node: Node | undefined): boolean {
    const holder = node?.type === 'property' ? node.parent : node;
    return holder !== undefined && this.#text.slice(holder.offset, endOf(holder)).includes('\n');
  }

  #indentAt(offset: number): string {
    const lineStart = this.#text.lastIndexOf('\n', offset - 1) + 1;
    return /^[ \t]*/.exec(this.#text.slice(lineStart, offset))?.[0] ?? '';
  }

  /** One step of indentation as the text has it; two spaces where it shows none. */
  get #unit(): string {
    const indent = /^([ \t]+)\S/m.exec(this.#text)?.[1] ?? '  ';
    return indent.startsWith('\t') ? '\t' : indent;
  }

  get #eol(): string {
    return this.#text.includes('\r\n') ? '\r\n' : '\n';
  }

  #splice(from: number, to: number, text: string): void {
    this.#text = this.#text.slice(0, from) + text + this.#text.slice(to);
    this.#root = parseTree(this.#text, [], { allowTrailingComma: true }) ?? this.#root;
  }
}

const endOf = (node: Node): number => node.offset + node.length;

function placeOf(text: string, { offset, error }: ParseError): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${printParseErrorCode(error)}`;
}
