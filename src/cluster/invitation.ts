/**
 * The invitation of a server to become the other node: a one-time secret, kept as hash with an expiry. One machine may use it, again and again until
 * it expires, so that an interrupted `second` can be repeated; no other machine may.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { z } from "zod";
import { readIfPresent, writeDurably } from "../system/files.ts";

const invitationSchema = z.strictObject({
  /** SHA-256 of the secret, hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Milliseconds since 1970. */
  expires: z.number(),
  /** /etc/machine-id of the machine that used it first. */
  usedBy: z.string().nullable(),
});
export type Invitation = z.infer<typeof invitationSchema>;

const VALID_MS = 24 * 3_600_000;

export type Verdict =
  | { readonly kind: "welcome"; readonly invitation: Invitation }
  | { readonly kind: "refused"; readonly why: string };

/** A new secret; an older invitation is void from now on. */
export async function invite(
  file: string,
  now = Date.now(),
): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  await write(file, {
    hash: digest(secret).toString("hex"),
    expires: now + VALID_MS,
    usedBy: null,
  });
  return secret;
}

/** Whether this machine may join by this secret. Pure. */
export function judge(
  invitation: Invitation | null,
  { secret, machine, now }: {
    readonly secret: string;
    readonly machine: string;
    readonly now: number;
  },
): Verdict {
  const refused = (why: string): Verdict => ({ kind: "refused", why });
  const again = 'run "hakit invite" on the other node for a new one';
  if (
    invitation === null ||
    !timingSafeEqual(digest(secret), Buffer.from(invitation.hash, "hex"))
  ) {
    return refused(`the token is not valid (any more): ${again}`);
  }
  if (now >= invitation.expires) {
    return refused(`the token has expired: ${again}`);
  }
  if (invitation.usedBy !== null && invitation.usedBy !== machine) {
    return refused(`the token was used by another machine: ${again}`);
  }
  return { kind: "welcome", invitation: { ...invitation, usedBy: machine } };
}

/** As `judge`, and remembers who used it before the answer. */
export async function accept(
  file: string,
  request: { readonly secret: string; readonly machine: string },
  now = Date.now(),
): Promise<Verdict> {
  const before = await read(file);
  const verdict = judge(before, { ...request, now });
  if (verdict.kind === "welcome" && before?.usedBy === null) {
    await write(file, verdict.invitation);
  }
  return verdict;
}

async function read(file: string): Promise<Invitation | null> {
  const text = await readIfPresent(file);
  if (text === null) return null;
  try {
    return invitationSchema.parse(JSON.parse(text));
  } catch {
    return null; // Damaged: nobody is invited, the next one replaces it.
  }
}

function write(file: string, invitation: Invitation): Promise<void> {
  return writeDurably(file, JSON.stringify(invitation) + "\n", { mode: 0o600 });
}

function digest(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
