/**
 * users.yaml: the cluster's users and API keys. Both nodes hold it and either may change it, also while they do not hear each other.
 * Each entry carries the version of its last change and a removed one stays as a mark, so that what is merged depends on neither
 * order nor time, and a node that was away can bring nothing back that was taken away. Pure.
 */
import { z } from "zod";

export const ROLES = ["viewer", "operator", "administrator"] as const;
/** viewer: sees; operator: also starts, stops, swaps; administrator: also installs and configures. */
export type UserRole = (typeof ROLES)[number];
export const userRole = z.enum(
  ROLES,
  `expected one of ${ROLES.join(", ")}`,
);

export const userName = z.string().regex(
  /^[a-z][a-z0-9._-]{0,31}$/,
  "expected up to 32 of a-z, 0-9, dot, _ and -, beginning with a letter",
);

/** Higher than every other one when it is made. Files of before have none. */
const version = z.int().min(0).max(Number.MAX_SAFE_INTEGER - 1).default(0);
const removedSchema = z.strictObject({
  name: userName,
  version,
  removed: z.literal(true),
});
const userSchema = z.strictObject({
  name: userName,
  version,
  role: userRole,
  /** scrypt$N$salt$hash; the last two in base64url. */
  password: z.string().max(200).regex(/^scrypt\$\d{1,7}\$[\w-]+\$[\w-]+$/),
});
const keySchema = z.strictObject({
  name: userName,
  version,
  role: userRole,
  /** SHA-256 of the key, base64url: 256 random bits need no slow hash. */
  hash: z.string().regex(/^[\w-]{43}$/),
  /** ISO date, for `hakit key list`. */
  created: z.iso.datetime(),
});
export type User = z.infer<typeof userSchema>;
export type ApiKey = z.infer<typeof keySchema>;
type Removed = z.infer<typeof removedSchema>;

/** With the marks of removed ones; at the limit the oldest marks go. */
const MOST = 1000;

export const accountsSchema = z.strictObject({
  users: z.array(z.union([removedSchema, userSchema])).max(MOST),
  keys: z.array(z.union([removedSchema, keySchema])).max(MOST).default([]),
});
export type Accounts = z.infer<typeof accountsSchema>;

export const NOBODY: Accounts = { users: [], keys: [] };

export function usersOf({ users }: Accounts): User[] {
  return users.filter((entry): entry is User => !("removed" in entry));
}

export function keysOf({ keys }: Accounts): ApiKey[] {
  return keys.filter((entry): entry is ApiKey => !("removed" in entry));
}

/** One higher than whatever this node has seen. */
export function nextVersion({ users, keys }: Accounts): number {
  return 1 + [...users, ...keys].reduce(
    (most, entry) => Math.max(most, entry.version),
    0,
  );
}

type Change<T> = Omit<T, "version"> | { name: string; removed: true };

/** With this user in place of the one of the same name. */
export function withUser(accounts: Accounts, user: Change<User>): Accounts {
  const entry = { ...user, version: nextVersion(accounts) } as User | Removed;
  return { ...accounts, users: replaced(accounts.users, entry) };
}

export function withKey(accounts: Accounts, key: Change<ApiKey>): Accounts {
  const entry = { ...key, version: nextVersion(accounts) } as ApiKey | Removed;
  return { ...accounts, keys: replaced(accounts.keys, entry) };
}

/** What both know together: of each name the newer entry. */
export function merge(mine: Accounts, theirs: Accounts): Accounts {
  return {
    users: mergeEntries<User>(mine.users, theirs.users),
    keys: mergeEntries<ApiKey>(mine.keys, theirs.keys),
  };
}

/** Whether two nodes hold the same, in whatever order. */
export function same(one: Accounts, other: Accounts): boolean {
  return JSON.stringify(merge(NOBODY, one)) ===
    JSON.stringify(merge(NOBODY, other));
}

interface Entry {
  readonly name: string;
  readonly version: number;
}

function replaced<T extends Entry>(entries: readonly T[], entry: T): T[] {
  return bounded([
    ...entries.filter(({ name }) => name !== entry.name),
    entry,
  ]);
}

function mergeEntries<T extends Entry>(
  mine: readonly (T | Removed)[],
  theirs: readonly (T | Removed)[],
): (T | Removed)[] {
  const merged = new Map<string, T | Removed>();
  for (const entry of [...mine, ...theirs]) {
    const known = merged.get(entry.name);
    if (!known || isNewer(entry, known)) merged.set(entry.name, entry);
  }
  return bounded(
    [...merged.values()].sort((a, b) => a.name < b.name ? -1 : 1),
  );
}

/** Both changed it while apart: a removal wins, then the lesser role; the rest only has to be the same choice on both nodes. */
function isNewer(one: Entry, other: Entry): boolean {
  if (one.version !== other.version) return one.version > other.version;
  const rank = (entry: Entry) => {
    if ("removed" in entry) return -1;
    return ROLES.indexOf((entry as unknown as User).role);
  };
  if (rank(one) !== rank(other)) return rank(one) < rank(other);
  return canonical(one) > canonical(other);
}

function canonical(entry: Entry): string {
  return JSON.stringify(
    Object.entries(entry).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

function bounded<T extends Entry>(entries: readonly T[]): T[] {
  if (entries.length <= MOST) return [...entries];
  const dropped = new Set<Entry>(
    entries.filter((entry) => "removed" in entry)
      .sort((a, b) => a.version - b.version)
      .slice(0, entries.length - MOST),
  );
  return entries.filter((entry) => !dropped.has(entry));
}
