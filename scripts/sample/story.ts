// What was said in the sample project before it is opened: a short, ordinary week on an orders API, with the things worth remembering in it.
// The tools and their results are told once, in plain terms; claudeTranscript.ts and chatSession.ts write them as the two assistants do.

export type Step =
  | { readonly say: string }
  | { readonly edit: string; readonly before: string; readonly after: string }
  | { readonly run: string; readonly output: string; readonly exitCode: number };

export interface Turn {
  readonly prompt: string;
  readonly steps: readonly Step[];
}

export interface Conversation {
  readonly assistant: 'claude-code' | 'vscode-chat';
  readonly title: string;
  /** When it began, hours before now. */
  readonly hoursAgo: number;
  readonly turns: readonly Turn[];
}

export const STORY: readonly Conversation[] = [
  {
    assistant: 'claude-code',
    title: 'Sign-in for the orders API',
    hoursAgo: 74,
    turns: [
      {
        prompt:
          'We need sign-in for the orders API. Mobile clients must stay signed in for weeks, and support must be able to lock an account at once. What do you suggest?',
        steps: [
          {
            say: 'We decided on short JWT access tokens of 15 minutes with rotating refresh tokens kept in Redis, because a refresh token can be revoked at once and a plain JWT cannot. Server sessions were the other choice; they would make every service ask Redis on each request.',
          },
          {
            edit: 'src/auth/tokens.js',
            before: 'export const ACCESS_TOKEN_SECONDS = 24 * 60 * 60;',
            after: 'export const ACCESS_TOKEN_SECONDS = 15 * 60;',
          },
          { run: 'npm test -- auth', output: '# tests 6\n# pass 6\n# fail 0', exitCode: 0 },
          { say: 'Access tokens now live for 15 minutes and refresh tokens rotate on each use. All six auth tests pass.' },
        ],
      },
      {
        prompt: 'Good. One thing for the future: I always want errors returned as RFC 9457 problem details, never as bare strings.',
        steps: [{ say: 'Understood: every error response is an RFC 9457 problem document, in this service and in new ones.' }],
      },
    ],
  },
  {
    assistant: 'claude-code',
    title: 'Random sign-outs',
    hoursAgo: 27,
    turns: [
      {
        prompt:
          'Users report random sign-outs on mobile since yesterday. It happens a few times a day, and I cannot reproduce it on my machine.',
        steps: [
          { say: 'I first suspect the access token lifetime. Let me make it longer and see whether the sign-outs stop.' },
          {
            edit: 'src/auth/tokens.js',
            before: 'export const ACCESS_TOKEN_SECONDS = 15 * 60;',
            after: 'export const ACCESS_TOKEN_SECONDS = 60 * 60;',
          },
          {
            run: 'npm run test:soak',
            output: 'soak: 400 sessions, 9 signed out unexpectedly\nError: refresh token already used (409)',
            exitCode: 1,
          },
          {
            say: 'Raising the access token lifetime to an hour did not help: 9 of 400 sessions were still signed out, because the failure is in the refresh, not in the access token. I have put it back to 15 minutes.',
          },
          {
            edit: 'src/auth/tokens.js',
            before: 'export const ACCESS_TOKEN_SECONDS = 60 * 60;',
            after: 'export const ACCESS_TOKEN_SECONDS = 15 * 60;',
          },
        ],
      },
      {
        prompt: 'So what is it then? The log is full of 409 on /auth/refresh.',
        steps: [
          {
            say: 'Found the root cause: two requests of one app refresh at the same moment, the second uses a refresh token that the first has just rotated, and rotation treats that as theft and signs the user out. The fix is to accept the previous refresh token for 10 seconds after a rotation.',
          },
          {
            edit: 'src/auth/tokens.js',
            before: 'export const REUSE_GRACE_SECONDS = 0;',
            after: 'export const REUSE_GRACE_SECONDS = 10;',
          },
          { run: 'npm run test:soak', output: 'soak: 400 sessions, 0 signed out unexpectedly', exitCode: 0 },
          { say: 'Fixed: with a grace period of 10 seconds for the previous refresh token no session of 400 was signed out.' },
        ],
      },
    ],
  },
  {
    assistant: 'vscode-chat',
    title: 'Totals are off by a cent',
    hoursAgo: 5,
    turns: [
      {
        prompt: 'Order totals are off by one cent for some customers in src/orders/totals.js. Can you find out why?',
        steps: [
          {
            say: 'The bug is in `totals.js`: line totals are added as floating-point euros and rounded at the end, so 0.1 + 0.2 gives a stray cent. The fix is to keep all amounts in integer cents and to round each line once.',
          },
          {
            edit: 'src/orders/totals.js',
            before: 'return lines.reduce((sum, line) => sum + line.price * line.quantity, 0);',
            after: 'return lines.reduce((sum, line) => sum + Math.round(line.priceCents * line.quantity), 0);',
          },
          { run: 'npm test -- totals', output: '# tests 4\n# pass 4\n# fail 0', exitCode: 0 },
          { say: 'Fixed: totals are computed in integer cents, and the four tests of totals pass.' },
        ],
      },
      {
        prompt: 'How do I run the database locally again?',
        steps: [
          {
            run: 'docker compose up -d postgres && npm run migrate',
            output: 'Container orders-postgres-1  Started\n12 migrations applied',
            exitCode: 0,
          },
          {
            say: 'Start the local database with `docker compose up -d postgres && npm run migrate`; the migrations must run before the first test.',
          },
        ],
      },
    ],
  },
];
