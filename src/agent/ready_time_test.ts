import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sleep } from "../system/clock.ts";
import { ReadyTime } from "./ready_time.ts";

Deno.test("ReadyTime tells how long a way took, and remembers that of a takeover for the next agent", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-ready-" });
  try {
    const lines: string[] = [];
    const log = { info: (line: string) => void lines.push(line) };
    const file = `${folder}/takeover.json`;
    const first = new ReadyTime(file, log);
    await first.begin();
    strictEqual(first.takeoverMs, undefined);
    // What stood when the agent began is no way.
    first.look({ role: "SECOND", status: "Ready" }, 1000);
    first.look({ role: "ALONE", status: "Transient" }, 2000);
    first.look({ role: "ALONE", status: "Ready" }, 3500);
    first.look({ role: "ALONE", status: "Ready" }, 9000);
    // From ALONE it is no takeover.
    first.look({ role: "PRIM", status: "Transient" }, 10_000);
    first.look({ role: "PRIM", status: "Ready" }, 10_100);
    deepStrictEqual(lines, [
      "ALONE is ready after 1.50 s",
      "PRIM is ready after 0.10 s",
    ]);
    strictEqual(first.takeoverMs, 1500);
    const next = new ReadyTime(file, log);
    for (let tries = 0; tries < 200 && !next.takeoverMs; tries++) {
      await sleep(20);
      await next.begin();
    }
    strictEqual(next.takeoverMs, 1500);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
