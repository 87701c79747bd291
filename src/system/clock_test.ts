import { match, strictEqual } from "node:assert/strict";
import { aborted, fileStamp, fineStamp } from "./clock.ts";

Deno.test("fileStamp() and fineStamp() are names of files that sort by time", () => {
  match(fileStamp(), /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/);
  match(fineStamp(), /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/);
});

Deno.test("aborted() ends for a signal that is aborted later, and for one that was before", async () => {
  const stop = new AbortController();
  let over = false;
  const waits = aborted(stop.signal).then(() => over = true);
  await Promise.resolve();
  strictEqual(over, false);
  stop.abort();
  await waits;
  await aborted(stop.signal);
});
