// Secrets that are told by what stands before them: a field's name, a flag, a header, an address's user. Only the value is taken; the name stays.
import type { Span } from './keyFormats.ts';
import { isPublicId, isReference, isStandIn, isWordy, looksRandom, promiseOf, type Telling } from './secretValues.ts';

/** Where such values stand, in no order; ranges may overlap. */
export function namedSecretsIn(text: string): Span[] {
  return [...fieldsIn(text), ...spacedIn(text), ...headersIn(text), ...addressesIn(text), ...switchesIn(text), ...listedIn(text)];
}

const TELLING = String.raw`(?:pass(?:word|wd|phrase|code)|pwd|passw|secret|token|credential|(?:api|access|private|auth|signing|encrypt(?:ion)?|account|storage|master|licen[cs]e|client|service|subscription|webhook|shared|sas|deploy|admin|consumer|app|hmac|jwt|aes|cipher|session)[-_. ]?key|(?<=[a-z0-9][-_])pass(?![a-z])|(?<=[_-])(?:auth|pat)(?![a-z])|(?<![a-z])sig(?=[=])|signature(?=[=]))`;
/** A field and what joins it to its value: `name`, a closing quote or bracket, a type, and `=`, `:`, `:=`, `=>`. */
const FIELD = new RegExp(
  String.raw`${TELLING}[A-Za-z0-9_-]{0,40}(?:\\{0,8}["'\x60]|\]|\)){0,3}(?:[ \t]{0,4}[:]?[ \t]{0,4}(?:string|str|String|&(?:'static )?str|SecretStr|Optional\[str\]|char ?\*)\??(?=[ \t]{0,4}=))?([ \t]{0,20}(?:=>|:=|={1,3}|!={1,2}|\?\?=|\|\|=|\+=|%3[Dd]|:(?!:))(?:[ \t]{0,20}|\s{0,80}(?=\\{0,8}["'])))`,
  'gi',
);

function fieldsIn(text: string): Span[] {
  const found: Span[] = [];
  const valueAt = valuesOf(text);
  for (const match of text.matchAll(FIELD)) {
    const joiner = match[1] ?? '';
    const name = nameAt(text, match.index, match[0].length - joiner.length);
    const promise = promiseOf(name);
    if (!promise) continue;
    const value = valueAt(match.index + match[0].length);
    if (value && isSecret(name, promise, joiner, value, text)) found.push(value);
  }
  return found;
}

/** The whole identifier around a telling word: `text[at …]` continued to the left. */
function nameAt(text: string, at: number, length: number): string {
  let start = at;
  while (start > 0 && at - start < 60 && /[A-Za-z0-9_.$-]/.test(text.charAt(start - 1))) start -= 1;
  return text
    .slice(start, at + length)
    .replace(/[\\"'`\])]+.*$/s, '')
    .replace(/[ \t]*:.*$/s, '');
}

interface Value extends Span {
  /** The value, or its first `JUDGED` characters: more does not change the judgement, only what it costs. */
  readonly text: string;
  readonly isQuoted: boolean;
}
const JUDGED = 300;

/** Up to a delimiter. An escaped character that is no escaped line break or quote belongs to the value, and so does `&` unless it begins the next field of an address. */
const UNQUOTED =
  /(?:[^\s"'`,;&|<>\\]|&(?=[^\s"'`&;|<>])(?!(?:amp;)?[A-Za-z_][\w.[\]-]{0,60}=)|\\(?![nrtu"'`\\/])|(?<=[A-Za-z0-9])[|<>](?=[A-Za-z0-9]))+/y;
const OPENING = /(?:[bBrRuUfF@]{0,2})(\\{0,8})(["'`]{1,3})/y;

/** Reads values off one text. Ends that were found are kept: without that, a line of many names and no delimiter costs its length squared. */
function valuesOf(text: string): (at: number) => Value | undefined {
  let run = { start: 0, end: 0 };
  const strings = new Map<string, Span>();
  const within = (span: Span | undefined, at: number): span is Span => span !== undefined && span.start <= at && at < span.end;

  return (at) => {
    OPENING.lastIndex = at;
    const opening = OPENING.exec(text);
    if (opening) {
      const slashes = opening[1] ?? '';
      const quotes = opening[2] ?? '';
      if (quotes.length === 2) return undefined;
      const start = at + opening[0].length;
      const key = slashes + quotes.charAt(0);
      const known = strings.get(key);
      const end = within(known, start) ? known.end : closingQuote(text, start, quotes.charAt(0), slashes.length);
      strings.set(key, { start, end });
      return { start, end, text: text.slice(start, Math.min(end, start + JUDGED)), isQuoted: true };
    }
    if (!within(run, at)) {
      UNQUOTED.lastIndex = at;
      const found = UNQUOTED.exec(text);
      if (!found) return undefined;
      run = { start: at, end: at + found[0].length };
    }
    return { start: at, end: run.end, text: text.slice(at, Math.min(run.end, at + JUDGED)), isQuoted: false };
  };
}

/** The place of the quote that closes a string, else the end of the line. A quote that is escaped deeper than the opening one does not close. */
function closingQuote(text: string, start: number, quote: string, depth: number): number {
  const lineEnd = text.indexOf('\n', start);
  const end = lineEnd < 0 ? text.length : lineEnd;
  for (let i = text.indexOf(quote, start); i >= 0 && i < end; i = text.indexOf(quote, i + 1)) {
    let slashes = 0;
    while (i - slashes > start && text[i - slashes - 1] === '\\') slashes += 1;
    if (depth === 0 && slashes % 2 === 0) return i;
    if (depth > 0 && slashes <= depth) return i - slashes;
  }
  return end;
}

function isSecret(name: string, promise: Telling, joiner: string, value: Value, text: string): boolean {
  const said = value.isQuoted ? value.text : value.text.replace(/[,;.)\]}]+$/, '');
  if (isStandIn(said)) return false;
  if (/%3d/i.test(joiner)) return looksRandom(said);
  if (value.isQuoted) return isQuotedSecret(promise, said, joiner);
  const follows = text.slice(value.end, value.end + 2);
  const isTight = joiner === '=';
  const isConstant = /^[A-Z0-9_]*$/.test(name);
  if (!(isTight && isConstant) && isReference(said, /^\s?[([]/.test(follows))) return false;
  if (/^\d+$/.test(said)) return promise === 'password' && said.length >= 4 && !/secret/i.test(name);
  if (promise === 'token') return looksRandom(said) || (isTight && isConstant && said.length >= 8 && !isWordy(said));
  if (isTight) return said.length >= 3;
  // `password: hunter` alone on its line is a setting; followed by more words it is prose.
  const isAlone = /^[ \t]*(?:[,;}#\r\n]|$)/.test(text.slice(value.end, value.end + 80));
  return /[\d\W_]/.test(said) ? said.length >= 4 && (isAlone || looksLikePassword(said)) : isAlone && said.length >= 6;
}

function isQuotedSecret(promise: Telling, said: string, joiner: string): boolean {
  if (promise === 'token') return looksRandom(said);
  // Messages and labels are sentences: `password: "Please enter your password"`. Passphrases seldom end like one.
  const words = said.trim().split(/\s+/);
  if (words.length > 2 && (/[.!?:…]$/.test(said.trim()) || /^[A-Z][a-z]+ [a-z]/.test(said))) return false;
  if (/pass ?word|passwd|secret|token|pwd/i.test(said) && isWordy(said)) return false;
  return said.length >= 3 && !(joiner.includes('!=') && said.length < 6);
}

const looksLikePassword = (said: string): boolean =>
  said.length >= 6 &&
  /\d|[^\w.-]/.test(said) &&
  /[A-Za-z]/.test(said) &&
  !/^(?:base\d\d|utf-?\d+|sha-?\d+|md5|oauth\d?|http\d?|argon2\w*|bcrypt|pbkdf2|hs256|rs256|ed25519|x509|pkcs\d+)\W*$/i.test(said) &&
  !/^[A-Za-z]+(?:['’/-][A-Za-z]+)*[,.;:!?)]*$/.test(said);

/** A flag (`--password x`), a netrc line (`password x`), prose (`the password is x`, `token x`). */
const SPACED = new RegExp(
  String.raw`(?:(?<![\w-])(--?[a-z-]{0,30}?(?:password|passwd|passphrase|pwd|secret|token|api-?key|access-?key|secret-?key|auth-?key|credential))[ \t]{1,8}` +
    String.raw`|\b(login[ \t]+\S+\s+password)\s+` +
    String.raw`|\b((?:pass(?:word|wd|phrase|code)|secret|token|credentials?|api[- ]?key|access[- ]key)(?: (?:is|was|are|=|to|of|value))?(?: now| still)?)[ \t]{1,4})(?=[^\s=:])`,
  'gi',
);

function spacedIn(text: string): Span[] {
  const found: Span[] = [];
  const valueAt = valuesOf(text);
  for (const match of text.matchAll(SPACED)) {
    const value = valueAt(match.index + match[0].length);
    if (!value) continue;
    const said = value.isQuoted ? value.text : value.text.replace(/[,;.:!?)\]]+$/, '');
    if (isStandIn(said)) continue;
    const isPassword = /pass|pwd/i.test(match[0]);
    const asPassword = looksLikePassword(said) && !isWordy(said) && !isPublicId(said);
    const taken =
      match[1] !== undefined
        ? !said.startsWith('-') && (isPassword || (said.length >= 8 && /\d/.test(said))) && said.length >= 3 && !isReference(said, false)
        : match[2] !== undefined
          ? true
          : / (?:is|was|to|=)\b/i.test(match[3] ?? '')
            ? isPassword
              ? asPassword
              : looksRandom(said)
            : looksRandom(said) && !isPublicId(said) && said.length >= 16 && !/[([{]/.test(said);
    if (taken) found.push({ start: value.start, end: value.end - (value.text.length - said.length) });
  }
  return found;
}

const AUTHORIZATION =
  /authorization(?:\\{0,8}["'`\]]){0,2}\s{0,4}[:=,]{1,2}\s{0,4}(?:[fbr]?\\{0,8}["'`])?(?:(?:bearer|basic|token|digest|negotiate|apikey|bot|splunk|aws4-hmac-sha256)(?:[ +]|%20){1,4})?/gi;
const BEARER = /\b(?:bearer|basic)(?:[ +]|%20)(?=[A-Za-z0-9+/_.~-]{16})/gi;
const COOKIE = /(?<![\w.])(?:set-)?cookie2?(?:\\{0,8}["'`])?[ \t]{0,4}:[ \t]{0,4}(?:\\{0,8}["'`])?(?=[^\s=;,"'`(){}<>[\]]{1,100}=[^\s=])/gi;
const COOKIE_VALUE = /[^\n"'`\\]{1,8000}/y;

function headersIn(text: string): Span[] {
  const found: Span[] = [];
  for (const pattern of [AUTHORIZATION, BEARER]) {
    const valueAt = valuesOf(text);
    for (const match of text.matchAll(pattern)) {
      const value = valueAt(match.index + match[0].length);
      if (
        !value ||
        value.isQuoted ||
        value.text.length < 6 ||
        isStandIn(value.text) ||
        isReference(value.text, false) ||
        isWordy(value.text)
      )
        continue;
      found.push(value);
    }
  }
  for (const match of text.matchAll(COOKIE)) {
    COOKIE_VALUE.lastIndex = match.index + match[0].length;
    const value = COOKIE_VALUE.exec(text)?.[0] ?? '';
    const start = match.index + match[0].length;
    if (!/=\s*(?:<|\$\{|\*{3}|\[redacted\]|\{)/.test(value)) found.push({ start, end: start + value.trimEnd().length });
  }
  return found;
}

/** `scheme://user:password@host` and `https://token@host`; the user and the host stay. */
const ADDRESS = /:\/\/([^\s:@/"'`<>\\]{0,256})(?::([^\s"'`<>/\\]{1,512}))?@(?=[\w.[({$%-])/dg;

function addressesIn(text: string): Span[] {
  const found: Span[] = [];
  if (!text.includes('://')) return found;
  for (const { indices, 1: user = '', 2: password } of text.matchAll(ADDRESS)) {
    const range = password === undefined ? indices?.[1] : indices?.[2];
    const isOne = password === undefined ? looksRandom(user) && user.length >= 16 : !isStandIn(password);
    if (range && isOne) found.push({ start: range[0], end: range[1] });
    const isToken = password !== undefined && looksRandom(user) && user.length >= 20 && /^x-oauth-basic$/i.test(password);
    const userRange = indices?.[1];
    if (isToken && userRange) found.push({ start: userRange[0], end: userRange[1] });
  }
  return found;
}

/** Programs that take a password by a short switch. Group 1 is the secret. */
const SWITCHES = [
  /\bcurl\b[^\n|;]{0,400}?\s(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"'$]{1,100}:([^\s"'$]{2,200})/dg,
  /\bsshpass\s+-p\s?["']?([^\s"'$]{2,200})/dg,
  /\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,200}?\s-p["']?([^\s"'$-][^\s"']{1,100})/dg,
  /\bredis-cli\b[^\n|;]{0,200}?\s-a\s+["']?([^\s"'$]{3,200})/dg,
  /\b(?:docker|podman|nerdctl|helm registry|buildah|oc|az)\s+login\b[^\n|;]{0,300}?\s-p[ =]?["']?([^\s"'$-][^\s"']{2,400})/dg,
  /\bpass(?:in|out)?:([^\s"'$:]{4,200})(?=\s|["']|$)/dg,
];

function switchesIn(text: string): Span[] {
  const found: Span[] = [];
  for (const pattern of SWITCHES) {
    for (const { indices, 1: value = '' } of text.matchAll(pattern)) {
      const range = indices?.[1];
      if (range && !isStandIn(value) && !isReference(value, false)) found.push({ start: range[0], end: range[1] });
    }
  }
  return found;
}

/** Names and values set apart: `<password>x</password>`, `name: API_TOKEN` above `value: x`, `ENV API_TOKEN x`, `setx`, PuTTY's key files. */
const LISTED = [
  /<([\w:.-]*(?:pass(?:word|wd|phrase)|secret|token|apikey|api-key|accesskey)[\w:.-]*)(?:\s[^<>]{0,200})?>([^<\n]{3,2000})<\//dgi,
  /\b(?:name|key)\\{0,8}["']?\s{0,4}[:=]\s{0,4}\\{0,8}["']?([\w.-]{0,40}(?:password|passwd|secret|token|key|pwd)[\w.-]{0,40})\\{0,8}["']?[,\s]{1,40}(?:\\n\s{0,40})?\\{0,8}["']?value\\{0,8}["']?\s{0,4}[:=]\s{0,4}\\{0,8}["']?([^\s"'\\]{4,2000})/dgi,
  /\b(?:ENV|ARG|setx)\s+(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|KEY|PWD)\w*)\s+["']?([^\s"']{4,2000})/dg,
];

function listedIn(text: string): Span[] {
  const found: Span[] = [];
  for (const pattern of LISTED) {
    for (const { indices, 1: name = '', 2: value = '' } of text.matchAll(pattern)) {
      const promise = promiseOf(name);
      const range = indices?.[2];
      if (!promise || !range || isStandIn(value)) continue;
      if (promise === 'password' || looksRandom(value)) found.push({ start: range[0], end: range[1] });
    }
  }
  return found;
}
