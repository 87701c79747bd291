import assert from "node:assert/strict";
import { privateArguments } from "./database.ts";

Deno.test("privateArguments() keep a private MariaDB out of everything but its two folders", () => {
  const folders = privateArguments("/var/lib/mysql", "/run/private")
    .filter((argument) => argument.includes("/"));
  for (const name of ["socket", "pid-file", "log-error", "tmpdir"]) {
    assert(folders.some((one) => one.startsWith(`--${name}=/run/private`)));
  }
  assert.equal(folders.length, 5);
});
