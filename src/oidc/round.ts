/**
 * What a browser carries to the issuer and back: sealed in a cookie, so that either node can go on with it, also when the virtual
 * address has moved meanwhile. Nobody reads or makes one without the key that both nodes have.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { z } from "zod";

/** To log in over there, with a second factor that must be found first. */
export const ROUND_MS = 10 * 60_000;
/** Of those that came back, so that none comes back twice. */
const MOST_USED = 10_000;
const LONGEST_NEXT = 1000;

const roundSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** The redirect URI that was sent: the issuer wants the same again. */
  back: z.string(),
  /** Where to go afterwards. */
  next: z.string(),
  at: z.number(),
});
export type Round = z.infer<typeof roundSchema>;

export function seal(round: Round, key: string): string {
  const next = round.next.length > LONGEST_NEXT ? "/" : round.next;
  const iv = randomBytes(12);
  const cipher = createCipheriv(
    "aes-256-gcm",
    Buffer.from(key, "base64url"),
    iv,
  );
  const text = JSON.stringify({ ...round, next });
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url");
}

/** Null: not ours, altered, or older than `ROUND_MS`. */
export function unseal(
  sealed: string | undefined,
  { key, now }: { readonly key: string; readonly now: number },
): Round | null {
  if (!sealed || sealed.length > 4096) return null;
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < 29) return null;
  try {
    const decipher = createDecipheriv(
      "aes-256-gcm",
      Buffer.from(key, "base64url"),
      bytes.subarray(0, 12),
      { authTagLength: 16 },
    );
    decipher.setAuthTag(bytes.subarray(12, 28));
    const text = Buffer.concat([
      decipher.update(bytes.subarray(28)),
      decipher.final(),
    ]).toString("utf8");
    const round = roundSchema.parse(JSON.parse(text));
    return now - round.at < ROUND_MS && round.at - now < ROUND_MS
      ? round
      : null;
  } catch {
    return null;
  }
}

/** Rounds that came back here; the issuer takes each code once, too, whichever node asks. */
export class UsedRounds {
  readonly #used = new Map<string, number>();

  /** True the first time. */
  use({ state }: Round, now: number): boolean {
    for (const [known, at] of this.#used) {
      if (now - at < 2 * ROUND_MS && this.#used.size < MOST_USED) break;
      this.#used.delete(known);
    }
    const key = createHash("sha256").update(state).digest("base64url");
    if (this.#used.has(key)) return false;
    this.#used.set(key, now);
    return true;
  }
}
