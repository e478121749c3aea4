// Keys that can be told by their looks alone. Formats that secretlint's preset knows stand here only where it misses a variant.

/** A range of a text, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface KeyFormat {
  /** Literal text that every match holds: looked for first, since that is many times faster than the pattern. */
  readonly hint: string;
  /** Global, with `d`; the secret is group 1. */
  readonly pattern: RegExp;
}

/** `prefix` begins the key, `rest` is the pattern of what follows. The key is not part of a longer word. */
const key = (prefix: string, rest: string, charset = 'A-Za-z0-9_'): KeyFormat => ({
  hint: prefix,
  pattern: new RegExp(`(?<![${charset}])(${prefix.replace(/[.$+]/g, '\\$&')}${rest})(?![${charset}])`, 'dg'),
});
/** `pattern` without flags, its secret in group 1. */
const shape = (hint: string, pattern: RegExp): KeyFormat => ({ hint, pattern: new RegExp(pattern.source, `${pattern.flags}dg`) });

const FORMATS: readonly KeyFormat[] = [
  // AWS: access key ids, long-lived and temporary, and Bedrock's keys
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => key(prefix, '(?![A-Z0-9]*EXAMPLE)[A-Z2-7]{16}')),
  key('ABSK', '[A-Za-z0-9+/]{100,}={0,2}'),
  // GitHub, GitLab, Bitbucket, Atlassian
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((type) => key(`${type}_`, '[A-Za-z0-9_.-]{30,400}')),
  key('github_pat_', '[A-Za-z0-9_]{40,255}'),
  ...['pat', 'dt', 'rt', 'cbt', 'ptt', 'soat', 'ft', 'agent', 'oas', 'imt', 'rtr'].map((type) =>
    key(`gl${type}-`, '[A-Za-z0-9_.-]{20,300}', 'A-Za-z0-9_-'),
  ),
  key('ATBB', '[A-Za-z0-9]{28,40}'),
  key('ATATT3', '[A-Za-z0-9_=-]{60,300}', 'A-Za-z0-9_-'),
  // Slack, Discord, Telegram, Teams, Twilio, SendGrid, Mailgun, Mailchimp
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxe.', 'xapp-'].map((prefix) =>
    key(prefix, '[A-Za-z0-9%-]{10,400}'),
  ),
  shape('hooks.slack.com/', /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9/_-]{20,})/),
  shape('/api/webhooks/', /discord(?:app)?\.com\/api\/webhooks\/\d{10,}\/([A-Za-z0-9_-]{30,})/),
  shape('.', /(?<![\w.-])([MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})(?![\w-])/),
  shape(':AA', /(?<![\w])(\d{8,10}:AA[A-Za-z0-9_-]{32,34})(?![\w-])/),
  shape('.webhook.office.com/', /\.webhook\.office\.com\/(webhookb2\/[^\s"'<>]{30,})/),
  shape('SK', /(?<!\w)(SK[0-9a-f]{32})(?!\w)/),
  key('SG.', '[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,64}', 'A-Za-z0-9_-'),
  key('key-', '[0-9a-f]{32}'),
  shape('-us', /(?<=(?<!\w)([0-9a-f]{32}))-us\d{1,2}(?!\w)/),
  // Payments
  ...['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_'].map((prefix) => key(prefix, '[A-Za-z0-9]{16,250}')),
  key('whsec_', '[A-Za-z0-9+/]{24,100}={0,2}'),
  key('sq0', '(?:atp|csp)-[A-Za-z0-9_-]{22,60}', 'A-Za-z0-9_-'),
  key('EAAA', '[A-Za-z0-9_-]{56,70}', 'A-Za-z0-9_-'),
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_'].map((prefix) => key(prefix, '[a-fA-F0-9]{32,64}')),
  // Package registries
  key('npm_', '[A-Za-z0-9]{36}'),
  key('pypi-', 'AgE[A-Za-z0-9_-]{50,1000}', 'A-Za-z0-9_-'),
  key('rubygems_', '[0-9a-f]{48}'),
  key('oy2', '[a-z0-9]{43}'),
  key('dckr_', '(?:pat|oat)_[A-Za-z0-9_-]{27,40}', 'A-Za-z0-9_-'),
  key('cio', '[A-Za-z0-9]{32}'),
  // Google
  key('AIza', '[A-Za-z0-9_-]{35}', 'A-Za-z0-9_-'),
  key('ya29.', '[A-Za-z0-9_.-]{20,2000}', 'A-Za-z0-9_-'),
  key('GOCSPX-', '[A-Za-z0-9_-]{24,40}', 'A-Za-z0-9_-'),
  shape('1//0', /(?<![\w/])(1\/\/0[A-Za-z0-9_-]{40,120})(?![\w-])/),
  shape(':APA91b', /(?<!\w)([A-Za-z0-9_-]{7,}:APA91b[A-Za-z0-9_-]{100,})/),
  // Azure: client secrets; what stands after AccountKey=, SharedAccessKey= and sig= is told by its name
  shape('Q~', /(?<![\w~.-])([A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34})(?![\w~-])/),
  // Models and their hosts
  key('sk-ant-', '[A-Za-z0-9_-]{20,200}', 'A-Za-z0-9_-'),
  key('sk-or-', '(?:v1-)?[A-Za-z0-9]{32,100}', 'A-Za-z0-9_-'),
  ...['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-', 'sk-lf-'].map((prefix) => key(prefix, '[A-Za-z0-9_-]{20,250}', 'A-Za-z0-9_-')),
  shape('sk-', /(?<![\w-])(sk-(?=[a-zA-Z]*[0-9])[A-Za-z0-9]{32,64})(?![\w-])/),
  key('hf_', '[A-Za-z0-9]{30,40}'),
  key('api_org_', '[A-Za-z]{34}'),
  key('gsk_', '[A-Za-z0-9]{40,60}'),
  key('xai-', '[A-Za-z0-9]{60,100}'),
  key('pplx-', '[A-Za-z0-9]{40,60}'),
  key('r8_', '[A-Za-z0-9]{37,40}'),
  key('nvapi-', '[A-Za-z0-9_-]{50,90}', 'A-Za-z0-9_-'),
  key('tgp_v1_', '[A-Za-z0-9_-]{30,60}', 'A-Za-z0-9_-'),
  // Hosting, data, monitoring, design
  ...['dop_v1_', 'doo_v1_', 'dor_v1_'].map((prefix) => key(prefix, '[a-f0-9]{64}')),
  ...['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.'].map((prefix) => key(prefix, '[A-Za-z0-9_.-]{40,70}')),
  key('HRKU-', '[A-Za-z0-9_-]{36,70}', 'A-Za-z0-9_-'),
  ...['FlyV1 fm', 'fo1_', 'fm1_', 'fm2_'].map((prefix) => key(prefix, '[A-Za-z0-9_+/=-]{40,2000}')),
  ...['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'].map((prefix) => key(prefix, '[A-Za-z0-9]{24,60}')),
  ...['nfp_', 'nfc_', 'nfo_', 'nfb_'].map((prefix) => key(prefix, '[A-Za-z0-9_]{36,60}')),
  key('rnd_', '[A-Za-z0-9]{28,40}'),
  ...['sbp_', 'sb_secret_'].map((prefix) => key(prefix, '[A-Za-z0-9_-]{20,60}', 'A-Za-z0-9_-')),
  ...['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'].map((prefix) => key(prefix, '[A-Za-z0-9_.=-]{30,70}')),
  key('dapi', '[a-f0-9]{32}(?:-\\d)?'),
  ...['hvs.', 'hvb.', 'hvr.'].map((prefix) => key(prefix, '[A-Za-z0-9_-]{24,400}', 'A-Za-z0-9_-')),
  shape('.atlasv1.', /(?<![\w.])([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70})/),
  ...['sntrys_', 'sntryu_', 'glsa_', 'glc_'].map((prefix) => key(prefix, '[A-Za-z0-9_+/=-]{32,500}')),
  ...['NRAK-', 'NRII-', 'NRJS-'].map((prefix) => key(prefix, '[A-Za-z0-9_-]{19,50}', 'A-Za-z0-9_-')),
  key('PMAK-', '[a-f0-9]{24}-[a-f0-9]{34}'),
  key('figd_', '[A-Za-z0-9_-]{30,200}', 'A-Za-z0-9_-'),
  key('lin_api_', '[A-Za-z0-9_]{32,128}'),
  key('ntn_', '[A-Za-z0-9]{40,60}'),
  key('secret_', '[A-Za-z0-9]{43}'),
  shape('pat', /(?<!\w)(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})(?!\w)/),
  ...['tskey-auth-', 'tskey-api-', 'tskey-client-'].map((prefix) => key(prefix, '[A-Za-z0-9-]{16,100}', 'A-Za-z0-9_-')),
  key('ops_ey', '[A-Za-z0-9+/=]{100,2000}'),
  key('A3-', '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}'),
  key('AGE-SECRET-KEY-1', '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'),
  key('sl.', '[A-Za-z0-9_-]{130,200}', 'A-Za-z0-9_-'),
  key('EAACEdEose0cBA', '[A-Za-z0-9]{20,}'),
  // Tokens of any issuer: JWT (signed) and JWE (encrypted); crypt(3), bcrypt and argon2 hashes of passwords
  shape(
    'eyJ',
    /(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{10,}\.(?:eyJ[A-Za-z0-9_-]{10,}|[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*)/,
  ),
  shape('$', /(\$(?:2[abxy]\$\d\d|apr1|[156y]|argon2(?:id?|d)\$v=\d+\$m=\d+,t=\d+,p=\d+)\$[./A-Za-z0-9$+]{16,200}={0,2})/),
];

/** Where such keys stand, in no order. About 0.2 ms a format and megabyte where none is. */
export function keysIn(text: string): Span[] {
  const found: Span[] = [];
  for (const { hint, pattern } of FORMATS) {
    if (!text.includes(hint)) continue;
    for (const { indices } of text.matchAll(pattern)) {
      const range = indices?.[1];
      if (range) found.push({ start: range[0], end: range[1] });
    }
  }
  return found;
}
