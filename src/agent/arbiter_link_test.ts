import { strictEqual } from "node:assert/strict";
import { echoOf, roundOf, witnessAnswers } from "./arbiter_link.ts";

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

Deno.test("witnessAnswers() takes one that was never heard for silent after a minute: it may not have been told of this cluster", () => {
  const at = (heardAt: number | null, now: number) =>
    witnessAnswers({ heardAt, beganAt: 1000, now, timeoutMs: 2100 });
  strictEqual(at(null, 60_999), null);
  strictEqual(at(null, 61_000), false);
  strictEqual(at(2000, 6199), true);
  strictEqual(at(2000, 6200), false);
});
