import { deepStrictEqual, ok } from "node:assert/strict";
import { isSaid } from "../../tests/console/is_said.ts";
import { sleep } from "../system/clock.ts";
import { atLast } from "./left_copies.ts";
import { restoring } from "./running_module.ts";

Deno.test("restoring() says what is lost, on which node, and in every language of the console", () => {
  const said = restoring("app", "2026-11-23T02-30-00-000Z", {
    node: "node2",
    peer: "node1",
  });
  ok(said.startsWith("only if node1 is gone for good: "));
  ok(said.endsWith('"hakit prim app --node node2"'));
  ok(isSaid(`node1 is still stopping; ${said}`), said);
});

/** What is done and said while a disk answers at the n-th attempt only; the module begins after the first. */
async function restoredOn(answersAt: number, stopsAt = Infinity) {
  const stop = new AbortController();
  const done: string[] = [];
  let attempts = 0;
  await atLast(() => {
    attempts += 1;
    done.push(`attempt ${attempts}`);
    if (attempts >= stopsAt) stop.abort();
    if (attempts < answersAt) throw new Error("the disk does not answer");
    done.push("replace-end");
    return Promise.resolve();
  }, { failed: (text) => done.push(text), signal: stop.signal, againMs: 10 });
  done.push("begins");
  await sleep(200);
  stop.abort();
  return done;
}

Deno.test("a copying that does not end with its agent is ended as soon as the disk answers, and the module may have a role then", async () => {
  const first = ["attempt 1", "the disk does not answer", "begins"];
  deepStrictEqual(await restoredOn(1), ["attempt 1", "replace-end", "begins"]);
  deepStrictEqual(await restoredOn(3), [
    ...first,
    ...["attempt 2", "attempt 3", "replace-end"],
  ]);
  // A copy that this agent restores itself: its end is another one's to say.
  deepStrictEqual(await restoredOn(9, 2), [...first, "attempt 2"]);
});
