import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Accounts,
  accountsSchema,
  keysOf,
  merge,
  NOBODY,
  ROLES,
  same,
  usersOf,
  withKey,
  withUser,
} from "./accounts_file.ts";

const PASSWORD = "scrypt$32768$c2FsdA$aGFzaA";
const user = (name: string, role: (typeof ROLES)[number] = "viewer") => ({
  name,
  role,
  password: PASSWORD,
});

/** What people may do on either node; "meet" is an exchange. */
const change = fc.record({
  node: fc.integer({ min: 0, max: 1 }),
  what: fc.constantFrom("add", "remove", "key", "revoke", "meet"),
  name: fc.constantFrom("anna", "ben", "cleo"),
  role: fc.constantFrom(...ROLES),
});

function apply(
  accounts: Accounts,
  { what, name, role }: { what: string; name: string; role: string },
): Accounts {
  const as = role as (typeof ROLES)[number];
  switch (what) {
    case "add":
      return withUser(accounts, user(name, as));
    case "remove":
      return withUser(accounts, { name, removed: true });
    case "key":
      return withKey(accounts, {
        name,
        role: as,
        hash: "h".repeat(43),
        created: "2026-11-23T00:00:00Z",
      });
    default:
      return withKey(accounts, { name, removed: true });
  }
}

Deno.test("merge() gives both nodes the same, in whatever order they changed and met", () => {
  fc.assert(fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
    const nodes: [Accounts, Accounts] = [NOBODY, NOBODY];
    for (const entry of changes) {
      if (entry.what === "meet") {
        // Half an exchange: the answer was lost.
        nodes[entry.node] = merge(nodes[entry.node]!, nodes[1 - entry.node]!);
      } else nodes[entry.node] = apply(nodes[entry.node]!, entry);
    }
    const [one, other] = nodes;
    assert.deepEqual(merge(one, other), merge(other, one));
    const both = merge(one, other);
    assert.deepEqual(merge(both, one), both);
    assert.deepEqual(merge(both, both), both);
    assert.ok(same(merge(one, other), merge(other, one)));
    accountsSchema.parse(both);
    // Never backwards: of what either knew, nothing got an older version.
    for (const entry of [...one.users, ...other.users]) {
      const kept = both.users.find(({ name }) => name === entry.name)!;
      assert.ok(kept.version >= entry.version);
    }
  }));
});

Deno.test("merge() lets a node that was away bring back neither a removed user nor an old password", () => {
  const before = withUser(withUser(NOBODY, user("anna")), user("ben"));
  let after = withUser(before, { name: "anna", removed: true });
  after = withUser(after, { ...user("ben"), password: `${PASSWORD}new` });
  const met = merge(before, after);
  assert.deepEqual(usersOf(met).map(({ name }) => name), ["ben"]);
  assert.equal(usersOf(met)[0]!.password, `${PASSWORD}new`);
});

Deno.test("merge() keeps the lesser right when both nodes changed one user while apart", () => {
  const before = withUser(NOBODY, user("anna", "operator"));
  const raised = withUser(before, user("anna", "administrator"));
  const lowered = withUser(before, user("anna", "viewer"));
  const removed = withUser(before, { name: "anna", removed: true });
  assert.equal(usersOf(merge(raised, lowered))[0]!.role, "viewer");
  assert.equal(usersOf(merge(lowered, raised))[0]!.role, "viewer");
  assert.deepEqual(usersOf(merge(raised, removed)), []);
});

Deno.test("accountsSchema reads a file of before keys and versions", () => {
  const old = accountsSchema.parse({ users: [user("admin", "administrator")] });
  assert.equal(usersOf(old)[0]!.version, 0);
  assert.deepEqual(keysOf(old), []);
});

Deno.test("withUser() forgets the oldest marks of removed users, never a user", () => {
  let accounts = withUser(NOBODY, user("anna"));
  for (let count = 0; count < 1100; count++) {
    accounts = withUser(accounts, { name: `u${count}`, removed: true });
  }
  assert.equal(accounts.users.length, 1000);
  assert.deepEqual(usersOf(accounts).map(({ name }) => name), ["anna"]);
  accountsSchema.parse(accounts);
});
