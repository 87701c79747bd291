/**
 * What a browser carries to the issuer and back: sealed in a cookie, so that either node can go on with it, also when the virtual
 * address has moved meanwhile. Nobody reads or makes one without the key that both nodes have.
 */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { z } from "zod";
import { seal as sealText, unseal as unsealText } from "../system/sealed.ts";

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
  return sealText(
    JSON.stringify({ ...round, next }),
    Buffer.from(key, "base64url"),
  );
}

/** Null: not ours, altered, or older than `ROUND_MS`. */
export function unseal(
  sealed: string | undefined,
  { key, now }: { readonly key: string; readonly now: number },
): Round | null {
  const text = unsealText(sealed ?? "", Buffer.from(key, "base64url"));
  if (text === null) return null;
  const round = roundSchema.safeParse(JSON.parse(text));
  if (!round.success) return null;
  const { at } = round.data;
  return Math.abs(now - at) < ROUND_MS ? round.data : null;
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
