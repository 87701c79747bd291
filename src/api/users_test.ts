import { match, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  createLoginLink,
  createUser,
  readUsers,
  useLoginLink,
  verifyPassword,
} from "./users.ts";

async function folder() {
  const dir = await Deno.makeTempDir({ prefix: "hakit-users-" });
  return {
    file: join(dir, "users.yaml"),
    links: join(dir, "links.json"),
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

const admin = {
  name: "admin",
  role: "administrator",
  password: "correct horse",
} as const;

Deno.test("createUser() keeps a hash in a 0600 file, verifyPassword() knows the right one only", async () => {
  await using dir = await folder();
  await createUser(dir.file, admin);
  await createUser(dir.file, { ...admin, name: "guest", role: "viewer" });
  strictEqual((await Deno.stat(dir.file)).mode! & 0o777, 0o600);
  strictEqual((await Deno.readTextFile(dir.file)).includes("horse"), false);
  const users = await readUsers(dir.file);
  strictEqual((await verifyPassword(users, admin))?.role, "administrator");
  for (
    const wrong of [
      { name: "admin", password: "correct hors" },
      { name: "admin", password: "" },
      { name: "nobody", password: "correct horse" },
      { name: "admin", password: "x".repeat(1_000_000) },
      { name: "__proto__", password: "correct horse" },
    ]
  ) strictEqual(await verifyPassword(users, wrong), null);
});

Deno.test("createUser() refuses a known name, a short password and a strange name", async () => {
  await using dir = await folder();
  await createUser(dir.file, admin);
  const before = await Deno.readTextFile(dir.file);
  await rejects(createUser(dir.file, admin), /it exists/);
  await rejects(
    createUser(dir.file, { ...admin, name: "b", password: "short" }),
    /5 characters, expected 8 to 256/,
  );
  await rejects(createUser(dir.file, { ...admin, name: "A b" }), /expected up/);
  strictEqual(await Deno.readTextFile(dir.file), before);
});

Deno.test("readUsers() says what is wrong in a damaged file instead of letting anybody in", async () => {
  await using dir = await folder();
  await Deno.writeTextFile(dir.file, "users: [{name: a, role: king}]");
  await rejects(readUsers(dir.file), /Cannot read users/);
});

Deno.test("useLoginLink() takes a link once, within a day, and keeps only its hash", async () => {
  await using dir = await folder();
  await createUser(dir.file, admin);
  const user = admin.name;
  const token = await createLoginLink(dir.file, { user, now: 1000 });
  strictEqual((await Deno.readTextFile(dir.links)).includes(token), false);
  strictEqual((await Deno.stat(dir.links)).mode! & 0o777, 0o600);
  strictEqual(await useLoginLink(dir.file, { token: "x", now: 2000 }), null);
  const day = 24 * 3_600_000;
  strictEqual(await useLoginLink(dir.file, { token, now: 1000 + day }), null);
  strictEqual(
    (await useLoginLink(dir.file, { token, now: 2000 }))?.name,
    "admin",
  );
  strictEqual(await useLoginLink(dir.file, { token, now: 2001 }), null);
});

Deno.test("readUsers() shows nothing of a damaged file to whoever tries to log in", async () => {
  await using dir = await folder();
  for (
    const [damage, where] of [
      ["    hash: [s3cret\n", " from line \\d+ on"],
      ["    hash: *s3cret\n", ""],
    ] as const
  ) {
    await Deno.writeTextFile(dir.file, `users:\n  - name: admin\n${damage}`);
    await rejects(readUsers(dir.file), ({ message }: Error) => {
      match(
        message,
        new RegExp(`^Cannot read users ".*": it is no YAML${where}$`),
      );
      return true;
    });
  }
});
