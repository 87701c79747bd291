/**
 * users.yaml: the cluster's users and API keys. Both nodes hold it and either may change it, also while they do not hear each other.
 * What is merged depends on neither order nor time: each creation has an id of its own, and its removal is a mark that always wins;
 * each change of a role names those that it knew and replaces, and of several that did not know each other the least counts. So
 * nothing that was taken away comes back by a node that was away. Pure.
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

/** With the marks of removed ones; at the limit the oldest marks go. */
const MOST = 1000;
/** Of one user's role, before it must be made anew; two nodes' together fit in the file. */
export const MOST_ROLE_CHANGES = 100;

/** Random, of one creation or one change. Entries of before ids have "". */
const id = z.string().regex(/^[\w-]{0,32}$/);
/** Higher than every other one that this node knew: which password is the newer, which mark the older. */
const version = z.int().min(0).max(Number.MAX_SAFE_INTEGER - 1).default(0);
const removedSchema = z.strictObject({
  name: userName,
  id: id.default(""),
  version,
  removed: z.literal(true),
});
const userSchema = z.strictObject({
  name: userName,
  id: id.default(""),
  version,
  role: userRole,
  /** Changes of the role by their id; null: a later one knew it. */
  roles: z.record(id, userRole.nullable())
    .refine((roles) => Object.keys(roles).length <= 2 * MOST_ROLE_CHANGES)
    .default({}),
  /** scrypt$N$salt$hash; the last two in base64url. */
  password: z.string().max(200).regex(/^scrypt\$\d{1,7}\$[\w-]+\$[\w-]+$/),
});
const keySchema = z.strictObject({
  name: userName,
  id: id.default(""),
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

export const accountsSchema = z.strictObject({
  users: z.array(z.union([removedSchema, userSchema])).max(MOST),
  keys: z.array(z.union([removedSchema, keySchema])).max(MOST).default([]),
});
export type Accounts = z.infer<typeof accountsSchema>;

export const NOBODY: Accounts = { users: [], keys: [] };

export function usersOf({ users }: Accounts): User[] {
  return shown<User>(users);
}

export function keysOf({ keys }: Accounts): ApiKey[] {
  return shown<ApiKey>(keys);
}

/** With a new user; `id` is random. */
export function withUser(
  accounts: Accounts,
  user: Omit<User, "version" | "roles">,
): Accounts {
  const entry = { ...user, version: nextVersion(accounts), roles: {} };
  return merge(accounts, { users: [entry], keys: [] });
}

export function withKey(
  accounts: Accounts,
  key: Omit<ApiKey, "version">,
): Accounts {
  const entry = { ...key, version: nextVersion(accounts) };
  return merge(accounts, { users: [], keys: [entry] });
}

/** The user of that name with another password. */
export function withPassword(
  accounts: Accounts,
  name: string,
  password: string,
): Accounts {
  const version = nextVersion(accounts);
  return changed(accounts, name, (user) => ({ ...user, version, password }));
}

/** The user of that name with another role; `change` is a random id. */
export function withRole(
  accounts: Accounts,
  name: string,
  { role, change }: { readonly role: UserRole; readonly change: string },
): Accounts {
  return changed(accounts, name, (user) => {
    const known = Object.keys(user.roles).map((one) => [one, null]);
    return { ...user, roles: { ...Object.fromEntries(known), [change]: role } };
  });
}

/** Without whatever is known here under that name. */
export function withoutUser(accounts: Accounts, name: string): Accounts {
  const marks = marksOf(accounts, accounts.users, name);
  return merge(accounts, { users: marks, keys: [] });
}

export function withoutKey(accounts: Accounts, name: string): Accounts {
  const marks = marksOf(accounts, accounts.keys, name);
  return merge(accounts, { users: [], keys: marks });
}

/** What both know together. */
export function merge(mine: Accounts, theirs: Accounts): Accounts {
  return {
    users: mergeEntries<User>([...mine.users, ...theirs.users], mergeUsers),
    keys: mergeEntries<ApiKey>([...mine.keys, ...theirs.keys], newer),
  };
}

/** Whether two nodes hold the same, in whatever order. */
export function same(one: Accounts, other: Accounts): boolean {
  const text = (accounts: Accounts) => canonical(merge(NOBODY, accounts));
  return text(one) === text(other);
}

interface Entry {
  readonly name: string;
  readonly id: string;
  readonly version: number;
}

function nextVersion({ users, keys }: Accounts): number {
  return 1 + [...users, ...keys].reduce(
    (most, entry) => Math.max(most, entry.version),
    0,
  );
}

/** Both nodes may have made one of the same name while apart: the one that may less is it, the other waits for its removal. */
function shown<T extends Entry & { readonly role: UserRole }>(
  entries: readonly (T | Removed)[],
): T[] {
  const byName = new Map<string, T>();
  for (const entry of entries) {
    if ("removed" in entry) continue;
    const known = byName.get(entry.name);
    if (!known || isLess(entry, known)) byName.set(entry.name, entry);
  }
  return [...byName.values()];
}

function isLess(
  one: Entry & { readonly role: UserRole },
  other: Entry & { readonly role: UserRole },
): boolean {
  const more = ROLES.indexOf(one.role) - ROLES.indexOf(other.role);
  return more < 0 || more === 0 && one.id < other.id;
}

/** Changes the one that is shown, and ends others of its name: who changes it means all that is known. */
function changed(
  accounts: Accounts,
  name: string,
  change: (user: User) => User,
): Accounts {
  const user = usersOf(accounts).find((user) => user.name === name)!;
  const others = marksOf(accounts, accounts.users, name)
    .filter(({ id }) => id !== user.id);
  return merge(accounts, { users: [change(user), ...others], keys: [] });
}

function marksOf(
  accounts: Accounts,
  entries: readonly Entry[],
  name: string,
): Removed[] {
  const version = nextVersion(accounts);
  return entries
    .filter((entry) => entry.name === name && !("removed" in entry))
    .map(({ id }) => ({ name, id, version, removed: true }));
}

function mergeEntries<T extends Entry>(
  entries: readonly (T | Removed)[],
  mergeTwo: (one: T, other: T) => T,
): (T | Removed)[] {
  const merged = new Map<string, T | Removed>();
  for (const entry of entries) {
    const key = `${entry.name} ${entry.id}`;
    const known = merged.get(key) ?? entry;
    merged.set(key, mergeEntry(known, entry, mergeTwo));
  }
  const sorted = [...merged].sort(([a], [b]) => a < b ? -1 : 1);
  return bounded(sorted.map(([_key, entry]) => entry));
}

function mergeEntry<T extends Entry>(
  one: T | Removed,
  other: T | Removed,
  mergeTwo: (one: T, other: T) => T,
): T | Removed {
  if ("removed" in one) return "removed" in other ? newer(one, other) : one;
  return "removed" in other ? other : mergeTwo(one, other);
}

/** The newer password; of the role's changes all, and from them the role. */
function mergeUsers(one: User, other: User): User {
  const roles: Record<string, UserRole | null> = { ...one.roles };
  for (const [change, role] of Object.entries(other.roles)) {
    const known = roles[change];
    roles[change] = known === undefined ? role : lesser(known, role);
  }
  const counting = Object.values(roles).filter((role) => role !== null);
  const role = Object.keys(roles).length === 0
    ? lesser(one.role, other.role)!
    : counting.reduce(lesserRole, counting[0] ?? "viewer");
  const { version, password } = newerPassword(one, other);
  return { ...one, version, role, roles, password };
}

function newerPassword(one: User, other: User): User {
  if (one.version !== other.version) {
    return one.version > other.version ? one : other;
  }
  return one.password > other.password ? one : other;
}

function lesser(one: UserRole | null, other: UserRole | null) {
  return one === null || other === null ? null : lesserRole(one, other);
}

function lesserRole(one: UserRole, other: UserRole): UserRole {
  return ROLES.indexOf(one) < ROLES.indexOf(other) ? one : other;
}

/** Of two that never differ, unless a file was edited: the same choice on both nodes. */
function newer<T extends Entry>(one: T, other: T): T {
  if (one.version !== other.version) {
    return one.version > other.version ? one : other;
  }
  return canonical(one) > canonical(other) ? one : other;
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part) =>
      part === null || typeof part !== "object" || Array.isArray(part)
        ? part
        : Object.fromEntries(
          Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1),
        ),
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
