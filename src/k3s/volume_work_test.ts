import assert from "node:assert/strict";
import { newSize, promise, volumePlace } from "./volume_work.ts";

const GIB = 2 ** 30;
const USE = { size: 100 * GIB, onDisk: 10 * GIB, diskFree: 60 * GIB };

Deno.test("newSize() grows and never shrinks", () => {
  assert.deepEqual(newSize("200G", USE), { bytes: 200 * GIB });
  // After a power cut in the middle the same size is given again.
  assert.deepEqual(newSize("100G", USE), { bytes: 100 * GIB });
  for (
    const [text, reason] of [
      ["50G", /can only grow/],
      ["17T", /16 TiB/],
      ["200", /such as 200G/],
      ["-1G", /such as 200G/],
      ["", /such as 200G/],
    ] as const
  ) {
    const answer = newSize(text, USE);
    assert("refused" in answer, text);
    assert.match(answer.refused, reason);
  }
});

Deno.test("promise() says when a sparse volume may outgrow the disk", () => {
  assert.equal(promise(70 * GIB, USE), null);
  assert.match(promise(71 * GIB, USE)!, /room for 70\.0 GiB/);
});

Deno.test("volumePlace() needs what the module's variables say", () => {
  assert.deepEqual(volumePlace({ STORAGE: "/a/b", EXPORT: "/srv/c" }), {
    file: "/a/b/replicatedVolume",
    mount: "/srv/c",
  });
  assert.throws(() => volumePlace({ STORAGE: "/a" }), /EXPORT/);
});
