import { match, strictEqual } from "node:assert/strict";
import { apart, SPEAKS } from "./speaks.ts";

Deno.test("apart() is null where one protocol is common, else names it", () => {
  strictEqual(apart(SPEAKS, SPEAKS), null);
  const replication = { oldest: 3, newest: 5 };
  strictEqual(apart(SPEAKS, { ...SPEAKS, replication }), null);
  match(
    apart(
      { ...SPEAKS, replication: { oldest: 3, newest: 3 } },
      { ...SPEAKS, replication: { oldest: 4, newest: 5 } },
    )!,
    /replication protocols have none in common \(3, 4 to 5\)/,
  );
  match(
    apart(SPEAKS, { ...SPEAKS, heartbeat: { oldest: 9, newest: 9 } })!,
    /heartbeat/,
  );
});
