/** What `first` and `invite` print and `second` takes: all that a server needs to find and trust the node it joins, as one string. Pure. */
import { Buffer } from "node:buffer";
import { z } from "zod";

const joinTokenSchema = z.strictObject({
  v: z.literal(1),
  /** Cluster's name and id: a token of another cluster is told apart. */
  cluster: z.string().min(1).max(31),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** The inviting node's addresses, one a link, tried in this order. */
  addresses: z.array(z.union([z.ipv4(), z.ipv6()])).min(1).max(8),
  port: z.int().min(1).max(65535),
  /** SHA-256 of its certificate: nothing is sent to a machine that shows another. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** 32 random bytes, base64url; works for one machine, for 24 hours. */
  secret: z.string().regex(/^[\w-]{43}$/),
});
export type JoinToken = z.infer<typeof joinTokenSchema>;

const PREFIX = "hakit1.";
/** Eight IPv6 addresses fit well. */
const LONGEST = 4096;

export function encodeToken(token: JoinToken): string {
  return PREFIX + Buffer.from(JSON.stringify(token)).toString("base64url");
}

/** The token, or one line that says what is wrong with the text. */
export function decodeToken(
  text: string,
): { readonly token: JoinToken } | { readonly problem: string } {
  const given = text.trim();
  if (!given.startsWith(PREFIX)) {
    return wrong(`it does not begin with "${PREFIX}"`);
  }
  if (given.length > LONGEST) return wrong("it is too long");
  const body = given.slice(PREFIX.length);
  // Buffer skips what is not base64url: a token cut by a line break would pass.
  if (!/^[\w-]+$/.test(body)) return wrong("it has a space or a line break");
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
  } catch {
    return wrong("a part of it is missing");
  }
  const result = joinTokenSchema.safeParse(value);
  return result.success
    ? { token: result.data }
    : wrong("it was made by another version of hakit");
}

function wrong(why: string) {
  return {
    problem:
      `Cannot use the token: ${why}; expected the line that "hakit first" or "hakit invite" printed, whole`,
  };
}
