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
  return withoutUserinfo(clean);
}

/** Name and password that an address carries ("http://name:password@proxy"): whoever reads the text needs the host only. */
export function withoutUserinfo(text: string): string {
  return text.replaceAll(
    /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/"'<>]+@/gi,
    `$1${REMOVED}@`,
  );
}
