/** Passwords as scrypt hashes, compared in a time that tells nothing. */
import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { User } from "./accounts_file.ts";

/** 32 MiB and about 0.15 s a try. */
const COST = 1 << 15;
const MOST_COST = 1 << 17;
const SHORTEST_PASSWORD = 8;
/** Longer ones are refused, not cut. */
const LONGEST_PASSWORD = 256;

/** Why this is no password, or null. */
export function passwordProblem(password: string): string | null {
  const { length } = password;
  if (length >= SHORTEST_PASSWORD && length <= LONGEST_PASSWORD) return null;
  return `the password has ${length} characters, expected ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD}`;
}

/** Who this is, or null. An unknown name costs the same time as a wrong password, so that names cannot be guessed by the clock. */
export async function verifyPassword(
  users: readonly User[],
  { name, password }: { readonly name: string; readonly password: string },
): Promise<User | null> {
  if (password.length > LONGEST_PASSWORD) return null;
  const user = users.find((known) => known.name === name);
  const [, cost = "", salt = "", hash = ""] = (user?.password ?? NOBODY)
    .split("$");
  const expected = Buffer.from(hash, "base64url");
  const actual = await derive(password, {
    salt: Buffer.from(salt, "base64url"),
    cost: Math.min(Number(cost), MOST_COST),
  });
  const right = expected.length === actual.length &&
    timingSafeEqual(expected, actual);
  return right && user ? user : null;
}

/** Differs as soon as the password or the role does. */
export function stampOf(user: User): string {
  return createHash("sha256").update(`${user.role} ${user.password}`)
    .digest("base64url");
}

/** Compared with when the name is unknown; no password gives this hash. */
const NOBODY = `scrypt$${COST}$AAAAAAAAAAAAAAAAAAAAAA$${"A".repeat(43)}`;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, { salt, cost: COST });
  return `scrypt$${COST}$${salt.toString("base64url")}$${
    hash.toString("base64url")
  }`;
}

function derive(
  password: string,
  { salt, cost }: { readonly salt: Buffer; readonly cost: number },
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { N: cost, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
  // NFKC: the same password typed on a Mac and on a Linux machine is the same bytes.
  scrypt(
    password.normalize("NFKC"),
    salt,
    32,
    options,
    (error, key) => error ? reject(error) : resolve(Buffer.from(key)),
  );
  return promise;
}
