import assert from "node:assert/strict";
import type { ModuleState } from "../api/state.ts";
import { socketFolders } from "./files.ts";
import { chooseModule, isUnused } from "./lab.ts";

Deno.test("chooseModule() takes MariaDB by its old names, too: 10.3 has no others", async () => {
  const machine = (...programs: readonly string[]) => (program: string) =>
    Promise.resolve(programs.includes(program));
  assert.equal(await chooseModule(machine("mysqld", "mysql")), "mariadb");
  assert.equal(await chooseModule(machine("mysqld", "mariadb")), "mariadb");
  assert.equal(await chooseModule(machine("mariadbd", "mariadb")), "mariadb");
  assert.equal(await chooseModule(machine("mariadb")), "counter");
  assert.equal(await chooseModule(machine("mysqld")), "counter");
});

Deno.test("a lab is unused until a node has data or begins to have some", () => {
  const module = (role: string, current: string | null) =>
    ({ role, identity: { current } }) as ModuleState;
  assert.equal(isUnused([module("WAIT", null), undefined]), true);
  assert.equal(isUnused([module("WAIT", null), module("STOP", null)]), true);
  assert.equal(isUnused([module("ALONE", null), module("WAIT", null)]), false);
  assert.equal(isUnused([module("WAIT", null), module("WAIT", "0")]), false);
});

Deno.test("a lab that goes takes its sockets' folders along, and none that a living server answers at", () => {
  const [first, second] = socketFolders([]);
  assert.match(first!, /^\/run\/hakit-mariadb-\w+1$/);
  const server = [
    "/usr/sbin/mariadbd",
    `--socket=${first}/mariadbd.sock`,
  ];
  assert.deepEqual(socketFolders([["sh"], server]), [second]);
});
