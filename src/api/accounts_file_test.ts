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
  type UserRole,
  usersOf,
  withKey,
  withoutKey,
  withoutUser,
  withPassword,
  withRole,
  withUser,
} from "./accounts_file.ts";

const PASSWORD = "scrypt$32768$c2FsdA$aGFzaA";
let ids = 0;
const newId = () => `id-${++ids}`;
const user = (name: string, role: UserRole = "viewer", id = newId()) => ({
  name,
  id,
  role,
  password: PASSWORD,
});
const roleOf = (accounts: Accounts, name: string) =>
  usersOf(accounts).find((user) => user.name === name)?.role;

/** What people may do on a node; "meet" takes what another one knows. */
const change = fc.record({
  node: fc.nat(2),
  other: fc.nat(2),
  what: fc.constantFrom(
    ...["add", "remove", "role", "password", "key", "revoke", "meet", "meet"],
  ),
  name: fc.constantFrom("anna", "ben"),
  role: fc.constantFrom(...ROLES),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** As AccountStore does it: a name is there or it is not. */
function apply(accounts: Accounts, { what, name, role }: Change): Accounts {
  const there = roleOf(accounts, name) !== undefined;
  switch (what) {
    case "add":
      return there ? accounts : withUser(accounts, user(name, role));
    case "remove":
      return withoutUser(accounts, name);
    case "role":
      return there
        ? withRole(accounts, name, { role, change: newId() })
        : accounts;
    case "password":
      return there
        ? withPassword(accounts, name, `${PASSWORD}${newId()}`)
        : accounts;
    case "key": {
      const created = "2026-11-23T00:00:00Z";
      const key = { name, id: newId(), role, hash: "h".repeat(43), created };
      return keysOf(accounts).some((key) => key.name === name)
        ? accounts
        : withKey(accounts, key);
    }
    default:
      return withoutKey(accounts, name);
  }
}

function three(changes: readonly Change[], begin: Accounts = NOBODY) {
  const nodes: [Accounts, Accounts, Accounts] = [begin, begin, begin];
  for (const entry of changes) {
    const { node, other, what } = entry;
    nodes[node as 0] = what === "meet"
      ? merge(nodes[node as 0], nodes[other as 0])
      : apply(nodes[node as 0], entry);
  }
  return nodes;
}

Deno.test("merge() is commutative, associative and idempotent", () => {
  fc.assert(fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
    const [a, b, c] = three(changes);
    assert.ok(same(merge(a, b), merge(b, a)));
    assert.deepEqual(usersOf(merge(a, b)), usersOf(merge(b, a)));
    assert.ok(same(merge(merge(a, b), c), merge(a, merge(b, c))));
    assert.ok(same(merge(a, a), a));
    const both = merge(a, b);
    assert.ok(same(merge(both, b), both));
    assert.deepEqual(accountsSchema.parse(both), both);
  }));
});

Deno.test("merge() never brings back what was removed, nor a role that was taken away, whatever else was changed while apart", () => {
  // A naive second implementation: every change and what its node knew of.
  interface Op {
    readonly change: Change;
    readonly knew: ReadonlySet<Op>;
  }
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (all) => {
      const begin = withUser(NOBODY, user("anna", "administrator"));
      // One creation; later ones would be other users.
      const changes = all.filter(({ what }) => what !== "add")
        .map((entry) => ({ ...entry, name: "anna" as const }));
      const knows: Set<Op>[] = [new Set(), new Set(), new Set()];
      const ops: Op[] = [];
      for (const change of changes) {
        const mine = knows[change.node]!;
        if (change.what === "meet") {
          for (const op of knows[change.other]!) mine.add(op);
          continue;
        }
        const isRemoved = [...mine].some((op) => op.change.what === "remove");
        if (isRemoved) continue;
        const op = { change, knew: new Set(mine) };
        mine.add(op);
        ops.push(op);
      }
      const [a, b, c] = three(changes, begin);
      const met = merge(a, merge(b, c));
      if (ops.some(({ change }) => change.what === "remove")) {
        assert.equal(roleOf(met, "anna"), undefined);
        return;
      }
      const roles = ops.filter(({ change }) => change.what === "role");
      const last = roles.filter((op) => !roles.some(({ knew }) => knew.has(op)))
        .map(({ change }) => ROLES.indexOf(change.role));
      const expected = last.length ? Math.min(...last) : 2;
      assert.equal(roleOf(met, "anna"), ROLES[expected]);
    }),
    { numRuns: 500 },
  );
});

Deno.test("merge() keeps removed and lowered what the other node changed often meanwhile", () => {
  const before = withUser(NOBODY, user("anna", "administrator"));
  let often = before;
  for (let count = 0; count < 5; count++) {
    often = withPassword(often, "anna", `${PASSWORD}${count}`);
  }
  assert.deepEqual(usersOf(merge(withoutUser(before, "anna"), often)), []);
  const lowered = withRole(before, "anna", { role: "viewer", change: "low" });
  assert.equal(roleOf(merge(often, lowered), "anna"), "viewer");
  assert.equal(
    usersOf(merge(often, lowered))[0]!.password,
    `${PASSWORD}4`,
  );
  // Whoever knows of it may raise it again, and make a removed one anew.
  const raised = withRole(merge(often, lowered), "anna", {
    role: "operator",
    change: "up",
  });
  assert.equal(roleOf(merge(lowered, raised), "anna"), "operator");
  const gone = withoutUser(before, "anna");
  const anew = withUser(gone, user("anna", "operator"));
  assert.equal(roleOf(merge(often, anew), "anna"), "operator");
});

Deno.test("merge() keeps the lesser right when both nodes changed one user while apart", () => {
  const before = withUser(NOBODY, user("anna", "operator"));
  const as = (role: UserRole) =>
    withRole(before, "anna", { role, change: newId() });
  const [raised, lowered] = [as("administrator"), as("viewer")];
  assert.equal(roleOf(merge(raised, lowered), "anna"), "viewer");
  assert.equal(roleOf(merge(lowered, raised), "anna"), "viewer");
  assert.deepEqual(usersOf(merge(raised, withoutUser(before, "anna"))), []);
});

Deno.test("merge() shows the lesser of two that were made while apart, and one removal ends both", () => {
  const one = withUser(NOBODY, user("anna", "administrator"));
  const other = withUser(NOBODY, user("anna", "viewer"));
  const met = merge(one, other);
  assert.equal(usersOf(met).length, 1);
  assert.equal(roleOf(met, "anna"), "viewer");
  assert.deepEqual(usersOf(merge(one, withoutUser(met, "anna"))), []);
  // A change means the one that is shown; the other does not take its place.
  const raised = withRole(met, "anna", {
    role: "administrator",
    change: newId(),
  });
  const later = merge(merge(raised, one), other);
  assert.equal(usersOf(later)[0]!.id, usersOf(met)[0]!.id);
  assert.equal(roleOf(later, "anna"), "administrator");
});

Deno.test("accountsSchema reads a file of before ids, keys and versions, and its users can be changed and removed", () => {
  const { id: _id, ...before } = user("admin", "administrator");
  const old = accountsSchema.parse({ users: [before] });
  assert.equal(usersOf(old)[0]!.version, 0);
  assert.deepEqual(keysOf(old), []);
  const lowered = withRole(old, "admin", { role: "viewer", change: newId() });
  assert.equal(roleOf(merge(old, lowered), "admin"), "viewer");
  assert.deepEqual(usersOf(merge(old, withoutUser(old, "admin"))), []);
});

Deno.test("withoutUser() forgets the oldest marks of removed users, never a user", () => {
  let accounts = withUser(NOBODY, user("anna"));
  const removed = true as const;
  for (let version = 1; version < 990; version++) {
    accounts.users.push({ name: `m${version}`, id: "", version, removed });
  }
  for (let count = 0; count < 30; count++) {
    accounts = withUser(accounts, user(`u${count}`));
    accounts = withoutUser(accounts, `u${count}`);
  }
  assert.equal(accounts.users.length, 1000);
  assert.ok(accounts.users.some(({ name }) => name === "u29"));
  assert.ok(!accounts.users.some(({ name }) => name === "m1"));
  assert.deepEqual(usersOf(accounts).map(({ name }) => name), ["anna"]);
  accountsSchema.parse(accounts);
});
