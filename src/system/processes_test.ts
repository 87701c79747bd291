import assert from "node:assert/strict";
import { running } from "./processes.ts";

Deno.test("running() finds a process with its arguments, and not once it has ended", async () => {
  const argv = ["sh", "-c", "read x", "", "two words"];
  const child = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    stdin: "piped",
  }).spawn();
  const found = () => running().find(({ pid }) => pid === child.pid);
  assert.deepEqual(found()?.argv.slice(1), argv.slice(1));
  await child.stdin.close();
  await child.status;
  assert.equal(found(), undefined);
});
