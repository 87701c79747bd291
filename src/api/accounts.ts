/** The cluster's users and API keys on this node's disk: read at every request, changed one at a time. */
import { createHash, randomBytes } from "node:crypto";
import { parse, stringify, YAMLParseError } from "yaml";
import { z } from "zod";
import { readIfPresent } from "../system/files.ts";
import {
  type Accounts,
  accountsSchema,
  type ApiKey,
  keysOf,
  merge,
  MOST_ROLE_CHANGES,
  NOBODY,
  same,
  type User,
  userName,
  type UserRole,
  usersOf,
  withKey,
  withoutKey,
  withoutUser,
  withPassword,
  withRole,
  withUser,
} from "./accounts_file.ts";
import { ApiError } from "./error.ts";
import { KeptFile } from "./kept_file.ts";
import { hashPassword, passwordProblem } from "./passwords.ts";

/** Of users and of keys; half of what the file may hold, so that two nodes' additions fit together. */
const MOST = 400;
/** Tells a key from other secrets: in a log, and for programs that search for leaked ones. */
const KEY_PREFIX = "hakit_";

export async function readAccounts(file: string): Promise<Accounts> {
  const text = await readIfPresent(file);
  if (text === null) return NOBODY;
  const accounts = accountsSchema.safeParse(valueOf(text, file));
  if (accounts.success) return accounts.data;
  throw new Error(
    `Cannot read users "${file}": ${z.prettifyError(accounts.error)}`,
  );
}

/** The library shows the lines around what it cannot read: hashes, for whoever tries to log in meanwhile. */
function valueOf(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const [at] = cause instanceof YAMLParseError ? cause.linePos ?? [] : [];
    const where = at ? ` from line ${at.line} on` : "";
    throw new Error(`Cannot read users "${file}": it is no YAML${where}`, {
      cause,
    });
  }
}

export class AccountStore {
  readonly #kept: KeptFile<Accounts>;
  /** After a change made here: the other node wants to know. */
  onChange: () => void = () => {};

  constructor(readonly file: string) {
    this.#kept = new KeptFile(file, { read: readAccounts, format: stringify });
  }

  read(): Promise<Accounts> {
    return this.#kept.read();
  }

  async users(): Promise<readonly User[]> {
    return usersOf(await this.read());
  }

  async keys(): Promise<readonly ApiKey[]> {
    return keysOf(await this.read());
  }

  /** The key that this is, or null. */
  async findKey(secret: string): Promise<ApiKey | null> {
    if (!secret.startsWith(KEY_PREFIX) || secret.length > 100) return null;
    const hash = digest(secret);
    return (await this.keys()).find((key) => key.hash === hash) ?? null;
  }

  addUser({ name, role, password }: {
    readonly name: string;
    readonly role: UserRole;
    readonly password: string;
  }): Promise<void> {
    return this.#change(`create user "${name}"`, async (accounts, refuse) => {
      const valid = userName.safeParse(name);
      if (!valid.success) throw refuse(valid.error.issues[0]!.message);
      const users = usersOf(accounts);
      if (users.some((known) => known.name === name)) {
        throw refuse(
          `it exists in "${this.file}", expected another name`,
          409,
        );
      }
      if (users.length >= MOST) throw refuse(`there are ${MOST} already`);
      const hash = await hashed(password, refuse);
      return withUser(accounts, { name, id: newId(), role, password: hash });
    });
  }

  setPassword(name: string, password: string): Promise<void> {
    return this.#change(
      `change the password of user "${name}"`,
      async (accounts, refuse) => {
        known(accounts, name);
        return withPassword(accounts, name, await hashed(password, refuse));
      },
    );
  }

  setRole(name: string, role: UserRole): Promise<void> {
    return this.#change(
      `change the role of user "${name}"`,
      (accounts, refuse) => {
        const { roles } = known(accounts, name);
        if (Object.keys(roles).length >= MOST_ROLE_CHANGES) {
          throw refuse(
            `it was changed ${MOST_ROLE_CHANGES} times, remove the user and make it anew`,
            409,
          );
        }
        const next = withRole(accounts, name, { role, change: newId() });
        return Promise.resolve(withAdministrator(next, refuse));
      },
    );
  }

  removeUser(name: string): Promise<void> {
    return this.#change(`remove user "${name}"`, (accounts, refuse) => {
      known(accounts, name);
      const next = withoutUser(accounts, name);
      return Promise.resolve(withAdministrator(next, refuse));
    });
  }

  /** The new key: shown once, only its hash is kept. */
  async addKey(name: string, role: UserRole): Promise<string> {
    const secret = KEY_PREFIX + randomBytes(32).toString("base64url");
    await this.#change(`create key "${name}"`, (accounts, refuse) => {
      const keys = keysOf(accounts);
      if (keys.some((known) => known.name === name)) {
        throw refuse("it exists, expected another name", 409);
      }
      if (keys.length >= MOST) throw refuse(`there are ${MOST} already`);
      const created = new Date().toISOString();
      const hash = digest(secret);
      return Promise.resolve(
        withKey(accounts, { name, id: newId(), role, hash, created }),
      );
    });
    return secret;
  }

  removeKey(name: string): Promise<void> {
    return this.#change(`revoke key "${name}"`, (accounts) => {
      if (!keysOf(accounts).some((known) => known.name === name)) {
        throw new ApiError(404, "no-such-key", `There is no key "${name}"`);
      }
      return Promise.resolve(withoutKey(accounts, name));
    });
  }

  /** Takes what the other node knows; answers what both know together. */
  async merge(theirs: Accounts): Promise<Accounts> {
    return await this.#kept.change(async (mine, write) => {
      const both = merge(mine, theirs);
      if (!same(both, mine)) await write(both);
      return both;
    });
  }

  async #change(
    what: string,
    change: (accounts: Accounts, refuse: Refuse) => Promise<Accounts>,
  ): Promise<void> {
    const refuse: Refuse = (why, status = 400) =>
      new ApiError(status, "bad-user", `Cannot ${what}: ${why}`);
    await this.#kept.change(async (accounts, write) =>
      write(await change(accounts, refuse))
    );
    this.onChange();
  }
}

type Refuse = (why: string, status?: 400 | 409) => ApiError;

function known(accounts: Accounts, name: string): User {
  const user = usersOf(accounts).find((user) => user.name === name);
  if (user) return user;
  throw new ApiError(404, "no-such-user", `There is no user "${name}"`);
}

/** The last administrator stays one: otherwise nobody could make another in the console. */
function withAdministrator(accounts: Accounts, refuse: Refuse): Accounts {
  if (usersOf(accounts).some(({ role }) => role === "administrator")) {
    return accounts;
  }
  throw refuse("it is the last administrator, make another one first", 409);
}

async function hashed(password: string, refuse: Refuse): Promise<string> {
  const problem = passwordProblem(password);
  if (problem) throw refuse(problem);
  return await hashPassword(password);
}

function newId(): string {
  return randomBytes(9).toString("base64url");
}

function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
