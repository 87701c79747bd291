import assert from "node:assert/strict";
import { ApiError } from "./error.ts";
import { soon } from "./soon.ts";

Deno.test("soon() gives a body that comes, and refuses one that does not", async () => {
  assert.equal(await soon(Promise.resolve("body"), 1_000), "body");
  await assert.rejects(
    soon(new Promise(() => {}), 10),
    (error) => error instanceof ApiError && error.status === 400,
  );
});
