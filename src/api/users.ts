/**
 * The console's users in users.yaml (0600): name, role, scrypt hash. And one-time links for a first login, beside it in links.json,
 * because users.yaml is copied to the second node and a link must work once in the whole cluster.
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { dirname, join } from "node:path";
import { Buffer } from "node:buffer";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { readIfPresent, writeDurably } from "../system/files.ts";

export const ROLES = ["viewer", "operator", "administrator"] as const;
/** viewer: sees; operator: also starts, stops, swaps; administrator: also installs and configures. */
export type UserRole = (typeof ROLES)[number];

const userSchema = z.strictObject({
  name: z.string().regex(
    /^[a-z][a-z0-9._-]{0,31}$/,
    "expected up to 32 of a-z, 0-9, dot, _ and -, beginning with a letter",
  ),
  role: z.enum(ROLES),
  /** scrypt$N$salt$hash; the last two in base64url. */
  password: z.string().regex(/^scrypt\$\d+\$[\w-]+\$[\w-]+$/),
});
const usersSchema = z.strictObject({ users: z.array(userSchema).max(1000) });
export type User = z.infer<typeof userSchema>;

const linksSchema = z.strictObject({
  links: z.array(z.strictObject({
    user: z.string(),
    /** SHA-256 of the token. */
    hash: z.string(),
    expires: z.number(),
  })),
});

/** 32 MiB and about 0.15 s a try. */
const COST = 1 << 15;
const MOST_COST = 1 << 17;
const SHORTEST_PASSWORD = 8;
/** Longer ones are refused, not cut. */
const LONGEST_PASSWORD = 256;
const LINK_MS = 24 * 3_600_000;
/** Older links give way. */
const LINKS = 8;
const SECRET = { mode: 0o600 } as const;

/** All users; none when there is no file yet. */
export async function readUsers(file: string): Promise<readonly User[]> {
  const text = await readIfPresent(file);
  if (text === null) return [];
  const users = usersSchema.safeParse(parse(text));
  if (users.success) return users.data.users;
  throw new Error(
    `Cannot read users "${file}": ${z.prettifyError(users.error)}`,
  );
}

/** Adds a user. Refuses a name that exists: a second run of `first` must not change a password. */
export async function createUser(file: string, user: {
  readonly name: string;
  readonly role: UserRole;
  readonly password: string;
}): Promise<void> {
  const users = await readUsers(file);
  if (users.some((known) => known.name === user.name)) {
    throw new Error(
      `Cannot create user "${user.name}": it exists in "${file}", expected another name`,
    );
  }
  const { length } = user.password;
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD) {
    throw new Error(
      `Cannot create user "${user.name}": the password has ${length} characters, expected ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD}`,
    );
  }
  const added = userSchema.safeParse({
    ...user,
    password: await hashPassword(user.password),
  });
  if (!added.success) {
    throw new Error(
      `Cannot create user "${user.name}": ${z.prettifyError(added.error)}`,
    );
  }
  await writeDurably(
    file,
    stringify({ users: [...users, added.data] }),
    SECRET,
  );
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

/** A token for one login as `user` within 24 hours; only its hash is kept. Put it behind `/login?once=`. */
export async function createLoginLink(
  usersFile: string,
  { user, now = Date.now() }: { readonly user: string; readonly now?: number },
): Promise<string> {
  const users = await readUsers(usersFile);
  if (!users.some((known) => known.name === user)) {
    throw new Error(
      `Cannot make a login link for "${user}": no such user in "${usersFile}"`,
    );
  }
  const token = randomBytes(32).toString("base64url");
  const links = (await readLinks(usersFile)).filter((link) =>
    link.expires > now
  );
  links.push({ user, hash: digest(token), expires: now + LINK_MS });
  await writeLinks(usersFile, links.slice(-LINKS));
  return token;
}

/** The user whose link this is, or null. The link is gone on disk before the answer. Callers take turns. */
export async function useLoginLink(
  usersFile: string,
  { token, now = Date.now() }: {
    readonly token: string;
    readonly now?: number;
  },
): Promise<User | null> {
  const links = await readLinks(usersFile);
  const used = links.find((link) =>
    link.hash === digest(token) && link.expires > now
  );
  if (!used) return null;
  await writeLinks(usersFile, links.filter((link) => link !== used));
  const users = await readUsers(usersFile);
  return users.find((user) => user.name === used.user) ?? null;
}

/** Differs as soon as the password or the role does. */
export function stampOf(user: User): string {
  return digest(`${user.role} ${user.password}`);
}

/** Compared with when the name is unknown; no password gives this hash. */
const NOBODY = `scrypt$${COST}$AAAAAAAAAAAAAAAAAAAAAA$${"A".repeat(43)}`;

async function hashPassword(password: string): Promise<string> {
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

async function readLinks(usersFile: string) {
  const text = await readIfPresent(linksFile(usersFile));
  if (text === null) return [];
  try {
    return linksSchema.parse(JSON.parse(text)).links;
  } catch {
    return []; // Damaged: no link works, and the next one replaces the file.
  }
}

function writeLinks(
  usersFile: string,
  links: z.infer<typeof linksSchema>["links"],
) {
  const text = JSON.stringify({ links }) + "\n";
  return writeDurably(linksFile(usersFile), text, SECRET);
}

function linksFile(usersFile: string): string {
  return join(dirname(usersFile), "links.json");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
