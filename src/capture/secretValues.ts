// Judging the two halves of `name = value`: does the name promise a secret, and is the value one, or only stands for one?

/** How much a name promises. `password`: whatever stands there is secret, however simple; `token`: secret when it looks made by a machine. */
export type Telling = 'password' | 'token';

const PASSWORD_WORDS = new Set(['password', 'passwd', 'passphrase', 'passcode', 'pwd', 'passw', 'secret', 'pwrd']);
const TOKEN_WORDS = new Set([
  'token',
  'credential',
  'credentials',
  'apikey',
  'accesskey',
  'secretkey',
  'authkey',
  'privatekey',
  'pass',
  'auth',
  'jwt',
  'sig',
  'signature',
  'pat',
]);
const KEY_QUALIFIERS = new Set(
  'api access secret private auth signing sign encryption encrypt account storage master licence license client service subscription webhook shared sas deploy admin consumer app hmac jwt aes cipher session'.split(
    ' ',
  ),
);
/** Words after the telling one that change nothing: `DB_PASSWORD_PROD`, `SECRET_KEY_BASE`, `password_hash`. */
const NEUTRAL =
  /^(?:value|val|string|str|text|plain|plaintext|raw|b64|base64|encoded|hash|prod|production|dev|development|staging|stage|test|live|sandbox|old|new|current|previous|primary|secondary|default|main|base|header|\d+)$/;

/** Words of an identifier, lower case: at `_`, `-`, `.`, white space and humps. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d+)$/, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** What a field's name promises; undefined for names that only speak of secrets (`maxTokens`, `passwordField`, `secretName`). */
export function promiseOf(name: string): Telling | undefined {
  const words = wordsOf(name);
  while (words.length > 1 && NEUTRAL.test(words.at(-1) ?? '')) words.pop();
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  // Run together with what it belongs to: `PGPASSWORD`, `mysqlpasswd`.
  if (PASSWORD_WORDS.has(last) || /(?:password|passwd|passphrase)$/.test(last)) return 'password';
  if (last === 'pass' || last === 'auth') return before !== '' || name.startsWith('_') ? 'token' : undefined;
  if (TOKEN_WORDS.has(last)) return 'token';
  return last === 'key' && KEY_QUALIFIERS.has(before) ? 'token' : undefined;
}

/** What stands in for a value: blanks to be filled in, variables to be put in, masks, types and literals of programming languages. */
const STANDS_IN = [
  /^\[redacted\]/,
  // variables and templates: $NAME ${…} $(…) $env:X %NAME% %s {{…}} {…} <…> #{…} @{…} :name
  /^\$(?:[A-Za-z_{(]|$)/,
  /^%(?:[A-Za-z_][\w()]*%?|\()/,
  /^(?:[#@~]?\{.*|\{\{.*|<[^>]*>?|\[.*\]?|\(.*)$/,
  /^:[A-Za-z_]\w*$/,
  /\$\{[^}]*\}|\{\{[^}]*\}\}|<[A-Za-z][\w -]*>/,
  // masks and cuts
  /\*{3}|\.{3}|…|•{3}|[xX]{4}|^[xX*•#._-]+$|^(?:x|X){3}/,
  // words of examples, if nothing but words
  /^(?:your|my|some|the|an?|example|sample|dummy|fake|mock|test|change|replace|insert|enter|put|todo|tbd|redacted|removed|hidden|masked|placeholder|foo|bar|baz|abc|none|unknown|invalid|missing|expired)(?:[-_ .]?[A-Za-z]+)*$/i,
  /EXAMPLE(?:KEY)?$/,
  // types and literals
  /^(?:string|str|number|int|integer|bool|boolean|bytes?|char|text|varchar.*|any|unknown|object|null|undefined|none|nil|true|false|yes|no|on|off|optional|required|secret|password|token|void|never|default|empty|is|was|must|should|can|not|and|or|to|for|in|of|has|with|from|if|when|required|Optional\[?.*|Secret(?:Str)?|Buffer|Uint8Array|Promise.*|z\..*)[;,.!?]?$/i,
  // paths and addresses; what an address holds is looked for in the address
  /^(?:[a-z][a-z\d+.-]{1,20}:\/\/|~\/|\.{1,2}\/|[A-Za-z]:\\)/i,
  /^\/(?:[a-z][\w.@-]*\/?)+$/,
];

export function isStandIn(value: string): boolean {
  return value === '' || STANDS_IN.some((pattern) => pattern.test(value));
}

/** A value in code that names another: `process.env.API_KEY`, `getToken()`, `config.password`, `this.#token`, `newPassword`. */
export function isReference(value: string, isFollowedByCode: boolean): boolean {
  const chain = /^(?:await |new |!|&|\*)?#?[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)#?[A-Za-z_$][\w$]*)*[!?]?/.exec(value);
  if (!chain) return false;
  const rest = value.slice(chain[0].length);
  if (/^(?:[([]|<[A-Za-z])/.test(rest) || (rest === '' && isFollowedByCode)) return true;
  if (!/^[)\]};,:]*$/.test(rest)) return false;
  const named = chain[0];
  if (/\.|::|->/.test(named)) return named.split(/\?\.|\.|::|->/).every((piece) => isWordy(piece.replace('#', '')));
  // A single word: another variable when it speaks of a secret itself or has humps or underscores; figures make it a password.
  return (
    /^[A-Za-z_$]+[!?]?$/.test(named) &&
    (/pass|pwd|token|secret|key|cred|auth/i.test(named) || /^[a-z]+(?:[A-Z][a-z]+)+$|^[A-Za-z]+(?:_[A-Za-z]+)+$/.test(named))
  );
}

/** Made of words and short figures, as names are: `my-service-token-2024`, `user_id`, `cl100k_base`. */
export function isWordy(value: string): boolean {
  const pieces = value.split(/[-_./:@\s]+/).flatMap((piece) => piece.split(/(?<=[a-z])(?=[A-Z])/));
  return pieces.every(
    (piece) => /^(?:[A-Za-z]?[a-z]*|[A-Z]{1,12}|v?\d{1,4}|[A-Za-z]{1,8}\d{1,3}[a-z]?)$/.test(piece) && piece.length <= 16,
  );
}

/** Digests and ids, that are told in public and useful to remember: hex of 7 to 64, uuids, `sha256-…` and `sha256:…`. */
export function isPublicId(value: string): boolean {
  return /^(?:[0-9a-f]{7,40}|[0-9a-f]{64}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i.test(value) || /^(?:sha\d+|md5)[-:]/i.test(value);
}

/** Bits a character, by the value's own frequencies: English text of 20 letters has about 3.5, random base64 of 20 about 4. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** Looks made by a machine: at least 12 characters of figures and letters, or 20 of mixed letters, that are no words. */
export function looksRandom(value: string): boolean {
  if (value.length < 12 || /\s/.test(value) || isWordy(value)) return false;
  const hasDigit = /\d/.test(value);
  const hasLetter = /[A-Za-z]/.test(value);
  if (!hasLetter || !/^[\x21-\x7e]+$/.test(value)) return false;
  if (hasDigit) return entropy(value) >= 2.8;
  return value.length >= 20 && /[a-z]/.test(value) && /[A-Z]/.test(value) && entropy(value) >= 3.8;
}
