/**
 * The console's users for whoever has only the file, and one-time links for a first login: links.json stands beside users.yaml, because
 * that is on both nodes and a link must work once in the whole cluster.
 */
import { createHash, randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readIfPresent, writeDurably } from "../system/files.ts";
import { type User, type UserRole, usersOf } from "./accounts_file.ts";
import { AccountStore, readAccounts } from "./accounts.ts";

export { ROLES } from "./accounts_file.ts";
export { stampOf, verifyPassword } from "./passwords.ts";
export type { User, UserRole } from "./accounts_file.ts";

const linksSchema = z.strictObject({
  links: z.array(z.strictObject({
    user: z.string(),
    /** SHA-256 of the token. */
    hash: z.string(),
    expires: z.number(),
  })),
});

const LINK_MS = 24 * 3_600_000;
/** Older links give way. */
const LINKS = 8;
const SECRET = { mode: 0o600 } as const;

/** All users; none when there is no file yet. */
export async function readUsers(file: string): Promise<readonly User[]> {
  return usersOf(await readAccounts(file));
}

/** Adds a user while no agent runs. Refuses a name that exists: a second run of `first` must not change a password. */
export async function createUser(file: string, user: {
  readonly name: string;
  readonly role: UserRole;
  readonly password: string;
}): Promise<void> {
  await new AccountStore(file).addUser(user);
}

/** While no agent runs. */
export async function setPassword(
  file: string,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<void> {
  await new AccountStore(file).setPassword(name, password);
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
