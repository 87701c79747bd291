/** Takes secrets out of text that leaves the machine. Pure. */

export const REMOVED = "[removed]";
/** Shorter words are in every log: taking them out would take the log out. */
const SHORTEST = 4;
/** What keys, hashes and tokens are written in. */
const TOKEN = /[A-Za-z0-9+/_=-]{16,}/g;

/** Every part of a secret file that tells something: the whole, and each long word of it. */
export function secretsIn(content: string): string[] {
  const whole = content.trim();
  const words = whole.match(TOKEN) ?? [];
  const single = whole.includes("\n") ? [] : [whole];
  return [...single, ...words].filter(({ length }) => length >= SHORTEST);
}

/** The text with every occurrence of every secret replaced. */
export function redact(text: string, secrets: readonly string[]): string {
  // Longest first: a secret that holds another one goes as a whole.
  const ordered = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  let clean = text;
  for (const secret of ordered) {
    // In addresses, in YAML, in what a shell shows of its work, and each of them in JSON, it looks different.
    const forms = [
      secret,
      encodeURIComponent(secret),
      secret.replaceAll("'", "''"),
      secret.replaceAll("'", "'\\''"),
    ].flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]);
    for (const form of new Set(forms)) clean = clean.replaceAll(form, REMOVED);
  }
  return withoutCredentials(clean);
}

/** What shows by its form that it is a secret, wherever it stands: whoever reads the text needs the rest only. */
export function withoutCredentials(text: string): string {
  return FORMS.reduce(
    (clean, form) => clean.replaceAll(form, `$1${REMOVED}`),
    text,
  );
}

const FORMS = [
  // Name and password of an address: "http://name:password@proxy".
  /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/"'<>]+(?=@)/gi,
  // A login link that works once; hakit's own tokens for "second", and its keys.
  /([?&]once=)[\w%-]{8,}/g,
  /(\bhakit1\.)[\w-]{40,}/g,
  /(\bhakit_)[\w-]{43}(?![\w-])/g,
  /(\bauthorization\b["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic|token)\s{1,9})[^\s"',]+/gi,
];

/** Parts of an address's path that nobody made up: keys and UUIDs are long, of letters and digits; names of pages are not. */
export function pathSecrets(url: string): string[] {
  return pathOf(url).split("/").filter((part) =>
    /^(?=.*\d)(?=.*[a-z])[\w.~:%-]{16,}$/i.test(part)
  );
}

/** "https://ntfy.example/alerts?up=1" → "/alerts". */
export function pathOf(url: string): string {
  return url.replace(/^[^/?#]*:\/\/[^/?#]*/, "").split(/[?#]/)[0]!;
}
