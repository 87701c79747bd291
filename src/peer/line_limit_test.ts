import { deepStrictEqual } from "node:assert/strict";
import { LineLimit } from "./line_limit.ts";

Deno.test("LineLimit lets a burst through, then one in a while with the number of those left out", () => {
  const limit = new LineLimit({ burst: 2, everyMs: 1000 });
  deepStrictEqual(
    [5000, 5001, 5002, 5003, 6004, 6005].map((now) => limit.take(now)),
    [0, 0, null, null, 2, null],
  );
});
