import { strictEqual } from "node:assert/strict";
import { echoOf, roundOf } from "./arbiter_link.ts";

Deno.test("echoOf() tells an address that does not answer from a ping that could not be sent", () => {
  const cases = [
    [0, "", true],
    [1, "", false],
    [2, "ping: connect: Network is unreachable", false],
    [2, "ping: connect: Network is down", false],
    [2, "ping: socket: Operation not permitted", null],
    [127, "env: 'ping': No such file or directory", null],
  ] as const;
  for (const [code, stderr, echo] of cases) {
    strictEqual(echoOf({ code, stderr }), echo, stderr);
  }
});

Deno.test("roundOf() is answered by one address, and says nothing when no ping was sent", () => {
  strictEqual(roundOf([false, null, true]), true);
  strictEqual(roundOf([false, null]), false);
  strictEqual(roundOf([null, null]), null);
});
