// Edits in a person's JSON settings that leave everything else as it stands: order, indentation, comments, line ends, a byte order mark.
import { applyEdits, modify, parse, printParseErrorCode, type FormattingOptions, type JSONPath, type ParseError } from 'jsonc-parser';
import { UserError } from '../util/errors.ts';
import { asObject, type Loose } from './loose.ts';

const BOM = '\uFEFF';

/** A settings text that can be looked at and changed piece by piece. */
export class JsonSettings {
  readonly #bom: string;
  #text: string;

  /** An absent or empty text counts as an empty object. `name` is for messages. Throws a UserError where it is not a JSON object. */
  constructor(text: string | undefined, name: string) {
    this.#bom = text?.startsWith(BOM) ? BOM : '';
    this.#text = text?.slice(this.#bom.length) ?? '';
    if (this.#text.trim() === '') this.#text = '{}\n';
    const errors: ParseError[] = [];
    const value: unknown = parse(this.#text, errors, { allowTrailingComma: true });
    const first = errors[0];
    if (first)
      throw new UserError(`${name} is not valid JSON (${placeOf(this.#text, first)}). Nothing was written. Correct it, then try again.`);
    if (!asObject(value)) throw new UserError(`${name} does not hold a JSON object. Nothing was written. Correct it, then try again.`);
  }

  get text(): string {
    return this.#bom + this.#text;
  }

  get value(): Loose {
    return asObject(parse(this.#text, [], { allowTrailingComma: true })) ?? {};
  }

  /** Sets what stands at the path, making what holds it; undefined removes it. */
  set(path: JSONPath, value: unknown): void {
    this.#edit(path, value, false);
  }

  /** Adds to the end of the list at the path. */
  add(path: JSONPath, value: unknown): void {
    this.#edit([...path, -1], value, true);
  }

  #edit(path: JSONPath, value: unknown, isArrayInsertion: boolean): void {
    this.#text = applyEdits(this.#text, modify(this.#text, path, value, { formattingOptions: styleOf(this.#text), isArrayInsertion }));
  }
}

/** The indentation and line ends that the text uses; two spaces where it shows none. */
function styleOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.includes('\t'),
    tabSize: indent.includes('\t') ? 4 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

function placeOf(text: string, { offset, error }: ParseError): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${printParseErrorCode(error)}`;
}
