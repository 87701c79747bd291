import assert from "node:assert/strict";
import { sleep } from "../system/clock.ts";
import { Standstill } from "./standstill.ts";

Deno.test("Standstill holds a plan back until what came meanwhile has been judged", async () => {
  let time = 0, inDoubt = false, absentMs = 1_000;
  const standstill = new Standstill(() => time, () => absentMs);
  const over = async () => {
    const abort = new AbortController();
    let ended = false;
    const work = standstill.over(() => inDoubt, abort.signal)
      .then(() => ended = !abort.signal.aborted);
    await sleep(60);
    abort.abort();
    await work;
    return ended;
  };
  assert.equal(await over(), true, "nothing happened");
  time = 900;
  assert.equal(await over(), true, "a tick is late");
  time = 6_000;
  assert.equal(await over(), false, "nothing was heard since");
  standstill.heard();
  time = 6_100;
  assert.equal(await over(), false, "what waited is being read");
  standstill.heard();
  time = 6_300;
  standstill.heard();
  inDoubt = true;
  assert.equal(await over(), false, "nobody has heard this node since");
  inDoubt = false;
  assert.equal(await over(), true);
  time += 900;
  absentMs = 250;
  assert.equal(await over(), false, "longer than a short time-out allows");
});
