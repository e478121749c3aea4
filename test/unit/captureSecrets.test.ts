// Secrets go, and what only looks like one stays. The keys are put together here from parts, so that no scanner trips over this file.
import assert from 'node:assert/strict';
import { redactSecrets } from '../../src/capture/secrets.ts';

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LOWER_HEX = '0123456789abcdef';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
let state = 20260302;
/** Characters drawn with a fixed seed. */
function drawn(length: number, alphabet = ALNUM): string {
  let made = '';
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    made += alphabet.charAt(Math.floor((state / 2 ** 32) * alphabet.length));
  }
  return made;
}
const joined = (...parts: string[]): string => parts.join('');
const random = joined(drawn(14), '7', drawn(13), 'q4');
const pem = [1, 2, 3, 4].map(() => drawn(64)).join('\n');
const begin = (kind = '') => joined('-----', 'BEGIN ', kind, 'PRIVATE', ' KEY-----');
const end = (kind = '') => joined('-----', 'END ', kind, 'PRIVATE', ' KEY-----');
const jwt = joined('ey', 'J', drawn(30), '.ey', 'J', drawn(60), '.', drawn(43));

/** A text, the secrets in it, and what must be left of it. */
type Positive = readonly [name: string, text: string, secrets: readonly string[], left: string];
const one = (name: string, before: string, secret: string, after = ''): Positive => [
  name,
  before + secret + after,
  [secret],
  `${before}[redacted]${after}`,
];

const POSITIVES: readonly Positive[] = [
  // keys that are told by their looks
  one('AWS access key id', 'found ', joined('AK', 'IA', drawn(16, UPPER)), ' in the log'),
  one('AWS temporary key id', 'found ', joined('AS', 'IA', drawn(16, UPPER)), '.'),
  one('GitHub personal token', 'clone with ', joined('gh', 'p_', drawn(36)), ' please'),
  one('GitHub app token', 'uses ', joined('gh', 's_', drawn(36))),
  one('GitHub fine-grained token', 'uses ', joined('github', '_pat_', drawn(22), '_', drawn(59))),
  one('GitLab token', 'uses ', joined('gl', 'pat-', drawn(20))),
  one('GitLab runner token', 'uses ', joined('gl', 'rt-', drawn(24))),
  one('Slack bot token', 'uses ', joined('xo', 'xb-', drawn(12, '0123456789'), '-', drawn(24))),
  one('Slack app token', 'uses ', joined('xa', 'pp-1-', drawn(11, UPPER), '-', drawn(13, '0123456789'), '-', drawn(32, LOWER_HEX))),
  one('Slack webhook', 'curl ', joined('https://hooks.slack.com/services/T', drawn(8, UPPER), '/B', drawn(8, UPPER), '/', drawn(24))),
  one('Stripe live key', 'uses ', joined('sk', '_live_', drawn(24))),
  one('Stripe restricted key', 'uses ', joined('rk', '_live_', drawn(24))),
  one('Stripe webhook secret', 'uses ', joined('wh', 'sec_', drawn(32))),
  one('npm token', 'uses ', joined('np', 'm_', drawn(36))),
  one('PyPI token', 'uses ', joined('py', 'pi-AgEIcHlwaS5vcmc', drawn(80))),
  one('Google API key', 'maps with ', joined('AI', 'za', drawn(35))),
  one('Google OAuth token', 'uses ', joined('ya', '29.', drawn(60))),
  one('Google client secret', 'uses ', joined('GOC', 'SPX-', drawn(28))),
  one('Azure client secret', 'uses ', joined(drawn(3), '8', 'Q~', drawn(33))),
  one('OpenAI key, old', 'uses ', joined('s', 'k-', drawn(20), '3', drawn(27))),
  one('OpenAI project key', 'uses ', joined('s', 'k-proj-', drawn(60))),
  one('Anthropic key', 'uses ', joined('s', 'k-ant-api03-', drawn(90), 'AA')),
  one('Hugging Face token', 'uses ', joined('h', 'f_', drawn(34))),
  one('SendGrid key', 'uses ', joined('S', 'G.', drawn(22), '.', drawn(43))),
  one('Twilio key', 'uses ', joined('S', 'K', drawn(32, LOWER_HEX))),
  one('Telegram bot token', 'uses ', joined(drawn(9, '123456789'), ':A', 'A', drawn(33))),
  one('Discord bot token', 'uses ', joined('M', drawn(23), '.', drawn(6), '.', drawn(30))),
  one('Discord webhook', 'post to https://discord.com/api/webhooks/123456789012345678/', drawn(68)),
  one('DigitalOcean token', 'uses ', joined('dop', '_v1_', drawn(64, LOWER_HEX))),
  one('Databricks token', 'uses ', joined('da', 'pi', drawn(32, LOWER_HEX))),
  one('Docker token', 'uses ', joined('dckr', '_pat_', drawn(27))),
  one('Vault token', 'uses ', joined('hv', 's.', drawn(95))),
  one('Mailchimp key', 'uses ', drawn(32, LOWER_HEX), '-us14 there'),
  one('age key', 'uses ', joined('AGE-SECRET-', 'KEY-1', drawn(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'))),
  one('JWT', 'sent ', jwt, ' to the server'),
  one('bcrypt hash', 'stored ', joined('$2', 'b$12$', drawn(53))),
  // fields
  one('environment file', 'DB_PASSWORD=', 'correct-horse', '\nPORT=3000'),
  one('environment file, run together', 'PGPASSWORD=', 'correct-horse', ' psql'),
  one('environment file, with an ampersand', 'PASSWORD=', 'Tr0ub4dor&3x', '\n'),
  one('environment file, constant with words', 'JWT_SECRET=', 'keyboardcat', '\n'),
  one('exported variable', 'export STRIPE_API_KEY=', random),
  one('quoted JSON', '{"user": "ada", "password": "', 'hunter2', '", "port": 5432}'),
  one('JSON within JSON', String.raw`{"text":"{\"api_key\": \"`, random, String.raw`\"}"}`),
  one('JSON with escaped quotes in the value', '{"password": "', String.raw`ab\"cd\"ef`, '"}'),
  one('YAML', 'database:\n  user: app\n  password: ', 'S3cure!pass', '\n  port: 1'),
  one('YAML, a plain word', 'password: ', 'swordfish', '\nport: 1'),
  one('typed constant', 'const clientSecret: string = "', random, '";'),
  one('typed Go variable', 'var apiKey string = "', random, '"'),
  one('Python keyword argument', "connect(host='db', password='", 'tr0ub4dor&3', "')"),
  one('Ruby hash', ":secret_key_base => '", drawn(64, LOWER_HEX), "'"),
  one('PowerShell', '$env:GH_TOKEN = "', random, '"'),
  one('indexed environment', 'os.environ["SERVICE_TOKEN"] = "', random, '"'),
  one('connection string', 'Server=db;User Id=sa;Password=', 'P4ss-word!', ';Encrypt=true'),
  one('Azure storage', 'AccountName=shop;AccountKey=', joined(drawn(86), '=='), ';EndpointSuffix=core.windows.net'),
  one('query parameter', 'GET /v1/items?access_token=', random, '&page=2'),
  one('shared access signature', 'https://shop.blob.core.windows.net/c?sv=2024-01-01&sig=', joined(drawn(40), '5%3D')),
  one('npmrc', '//registry.example.com/:_authToken=', random, '\n'),
  one('AWS secret', 'aws_secret_access_key = ', drawn(40)),
  one('XML element', '<server><password>', 'Sup3rSecret', '</password></server>'),
  one('Kubernetes pair', '- name: GITHUB_TOKEN\n  value: "', random, '"'),
  one('Dockerfile', 'ENV API_TOKEN ', random),
  one('diff line', '+  "client_secret": "', random, '",'),
  one('hex under a telling name', 'API_TOKEN=', drawn(40, LOWER_HEX)),
  one('passphrase of several words', 'passphrase = "', 'correct horse battery staple', '"'),
  // headers, flags, addresses, prose
  one('bearer header', 'curl -H "Authorization: Bearer ', random, '" https://api.example.com'),
  one('basic header', 'Authorization: Basic ', joined(drawn(22), '=='), '\nAccept: */*'),
  one('header in an object', "headers: { 'Authorization': 'token ", random, "' }"),
  one('header of its own', 'X-Api-Key: ', random, '\n'),
  one('cookie', 'Cookie: ', joined('sid=', random, '; theme=dark'), '\nHost: example.com'),
  one('set cookie', 'Set-Cookie: ', joined('session=', random, '; Path=/; HttpOnly')),
  one('flag with a space', 'deploy --password ', 'hunter2', ' --force'),
  one('flag with a sign', 'deploy --api-key=', random, ' --force'),
  one('token flag', 'vsce publish --token ', random),
  one('address', 'postgres://app:', 's3cret', '@db.example.com:5432/shop'),
  one('address without a user', 'redis://:', 's3cret', '@localhost:6379'),
  one('token as user', 'git clone https://', drawn(40), '@github.com/a/b.git'),
  one('curl -u', 'curl -sS -u ada:', 'hunter22', ' https://example.com'),
  one('mysql -p', 'mysql -u root -p', 'hunter22', ' shop'),
  one('sshpass', 'sshpass -p ', 'hunter22', ' ssh root@box'),
  one('netrc', 'machine example.com login ada password ', 'opensesame'),
  one('prose', 'The password is ', 'Tr0ub4dor', ' for now'),
  one('prose in a code span', 'My password is `', 'Tr0ub4dor', '`, keep it safe.'),
  one('prose, token', 'use the token ', random, ' for staging'),
  // private keys
  ['PEM', `a\n${begin('RSA ')}\n${pem}\n${end('RSA ')}\nb`, pem.split('\n'), 'a\n[redacted]\n\n\n\n\n\nb'],
  ['PEM, its end cut off', `a\n${begin()}\n${pem}\n`, pem.split('\n'), 'a\n[redacted]\n\n\n\n\n'],
  [
    'PEM, cut off and followed by talk',
    `${begin('EC ')}\n${pem}\nThat was the key.`,
    pem.split('\n'),
    '[redacted]\n\n\n\n\nThat was the key.',
  ],
  ['PEM, its beginning cut off', `${pem}\n${end()}\nb`, pem.split('\n'), '[redacted]\n\n\n\n\nb'],
  [
    'PEM in JSON',
    JSON.stringify({ key: `${begin()}\n${pem}\n${end()}\n`, id: 1 }),
    pem.split('\n'),
    String.raw`{"key":"[redacted]\n","id":1}`,
  ],
  [
    'PEM with line numbers',
    [begin('OPENSSH '), ...pem.split('\n')].map((line, i) => `     ${i + 1}→${line}`).join('\n'),
    pem.split('\n'),
    '     1→[redacted]\n\n\n\n',
  ],
  [
    'PGP',
    `${joined('-----BEGIN PGP ', 'PRIVATE KEY BLOCK-----')}\nVersion: 2\n\n${pem}\n${joined('-----END PGP ', 'PRIVATE KEY BLOCK-----')}`,
    pem.split('\n'),
    '[redacted]\n\n\n\n\n\n\n',
  ],
];

const NEGATIVES: readonly string[] = [
  'session 5f0c9a52-7b1e-4c39-9d8e-2f1a6b7c8d9e started',
  `commit ${drawn(40, LOWER_HEX)}`,
  `index ${drawn(7, LOWER_HEX)}..${drawn(7, LOWER_HEX)} 100644`,
  `sha256:${drawn(64, LOWER_HEX)}`,
  `"integrity": "sha512-${drawn(86)}=="`,
  `resolved ${drawn(64, LOWER_HEX)} as the digest`,
  'const key = process.env.API_KEY;',
  'apiKey: process.env.OPENAI_API_KEY,',
  'api_key=os.environ["OPENAI_API_KEY"]',
  'api_key = os.getenv("OPENAI_API_KEY")',
  'password: string;',
  'password?: string | undefined',
  'function login(user: string, password: string): Promise<Token> {',
  'token: Token',
  'def login(self, password: str, token: Optional[str] = None):',
  'password=<your-password>',
  'API_KEY=<your-key>',
  'API_KEY=your-api-key-here',
  'OPENAI_API_KEY=sk-...',
  'password: ********',
  'token: ***',
  'PASSWORD=${DB_PASSWORD}',
  'DB_PASSWORD: ${{ secrets.DB_PASSWORD }}',
  'PASSWORD=$DB_PASSWORD',
  'password = getPassword()',
  'this.token = token;',
  'const token = await tokenizer.next();',
  'password: user.password,',
  'login({ user, password: newPassword })',
  'max_tokens=4096',
  '"total_tokens": 123456',
  'maxTokens: 200_000, tokenCount: 17',
  'The password is required.',
  'Invalid token: expected ";"',
  'Unexpected token < in JSON at position 0',
  'password must be at least 12 characters long',
  '"password": "Please enter your password."',
  'error: token is expired by 5m0s',
  'secretName: shop-tls-certificate',
  'passwordField: "#login-password"',
  'tokenizer: "cl100k_base"',
  'PWD=/home/ada/projects/shop',
  'OLDPWD=/home/ada',
  'primary key: user_id',
  'PRIMARY KEY (id), FOREIGN KEY (user_id)',
  'authorization: "required"',
  'Authorization: Bearer <token>',
  'Authorization: `Bearer ${token}`',
  'use basic authentication with OAuth2',
  'cookie: string;',
  'http://localhost:3000/@fs/src/main.ts',
  'git@github.com:ada/shop.git',
  'npm install @types/node@22.0.0',
  'postgres://user:${PASSWORD}@localhost/db',
  'postgres://localhost:5432/shop',
  'the secret of good tests is small steps',
  'class AuthenticationError extends Error {}',
  'sk-learn-contrib is not a key',
  'data-testid="password-input-field-label"',
  '[redacted]',
  'password=[redacted] token: [redacted]',
  `${begin()} is how a key starts`,
  'tests/token/refreshToken.test.ts: 12 passed',
  'csrfToken: req.csrfToken()',
  "const expectedSecret = this.settings.get<string>('LOGIN_SECRET');",
  'error: --api-key requires a model to be named',
  'secret = Secret::from_env("X")',
];

describe('secrets', () => {
  it('are many kinds', () => {
    assert.ok(POSITIVES.length >= 60, `${POSITIVES.length} positives`);
    assert.ok(NEGATIVES.length >= 40, `${NEGATIVES.length} negatives`);
  });

  for (const [name, text, secrets, left] of POSITIVES) {
    it(`goes: ${name}`, async () => {
      const redacted = await redactSecrets(text);
      for (const secret of secrets) assert.ok(text.includes(secret) && !redacted.includes(secret));
      assert.equal(redacted, left);
      assert.equal(redacted.split('\n').length, text.split('\n').length, 'line breaks stay');
      assert.equal(await redactSecrets(redacted), redacted, 'twice is once');
    });
  }

  for (const text of NEGATIVES) {
    it(`stays: ${text.slice(0, 60)}`, async () => assert.equal(await redactSecrets(text), text));
  }

  it('are found in the midst of much else, wherever they stand', async () => {
    const filler = 'const total = items.reduce((sum, item) => sum + item.price, 0); // see docs/pricing.md\n'.repeat(2_000);
    for (const [name, text, secrets] of POSITIVES) {
      const redacted = await redactSecrets(`${filler.slice(0, 300)}\n${text}\n${filler.slice(0, 300)}`);
      for (const secret of secrets) assert.ok(!redacted.includes(secret), name);
    }
    const key = joined('gh', 'p_', drawn(36));
    for (const share of [0, 0.25, 0.5, 0.9, 1]) {
      const at = Math.floor(filler.length * share);
      assert.ok(!(await redactSecrets(`${filler.slice(0, at)} ${key} ${filler.slice(at)}`)).includes(key));
    }
  });

  it('cannot be protected by a comment of a linter', async () => {
    const key = joined('np', 'm_', drawn(36));
    const redacted = await redactSecrets(`// secretlint-disable\nconst a = "${key}";\n`);
    assert.equal(redacted, '// secretlint-disable\nconst a = "[redacted]";\n');
  });

  it('take time in proportion to the text, whatever it holds', async () => {
    const hostile = [
      'password:',
      'token ',
      "password='",
      'x="',
      '://a:b',
      `${begin()}\n`,
      `${end()}\n`,
      `${drawn(64)}\n`,
      'curl ',
      'cookie: a',
      'ey' + 'Jaaaaaaaaaaaa.',
      'secret_',
      '\\',
      ' ',
      '-',
      'a',
      '<password>',
      'name: xtoken ',
    ];
    for (const piece of hostile) {
      const cost = async (length: number) => {
        const text = piece.repeat(Math.ceil(length / piece.length));
        const before = process.cpuUsage();
        await redactSecrets(text);
        return process.cpuUsage(before).user / 1000;
      };
      await cost(20_000);
      // Squared cost would need seconds for this; the bound is wide since the machine may be busy.
      assert.ok((await cost(120_000)) < 600, JSON.stringify(piece.slice(0, 20)));
    }
  });
});
