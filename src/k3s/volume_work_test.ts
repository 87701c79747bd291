import assert from "node:assert/strict";
import {
  checkRefusal,
  newSize,
  promise,
  soundness,
  volumePlace,
} from "./volume_work.ts";

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

Deno.test("checkRefusal() wants the module stopped on both nodes, or on the one that answers", () => {
  const roles = (one: string | null, two: string | null) => [
    { name: "node1", role: one },
    { name: "node2", role: two },
  ];
  assert.equal(checkRefusal(roles("STOP", "STOP")), null);
  assert.equal(checkRefusal(roles("STOP", null)), null);
  assert.match(checkRefusal(roles("STOP", "ALONE"))!, /ALONE on node2/);
  assert.match(checkRefusal(roles("WAIT", "STOP"))!, /WAIT on node1/);
  assert.match(checkRefusal(roles("SECOND", "PRIM"))!, /SECOND on node1/);
});

Deno.test("soundness() of a volume whose log was not written back cannot be told", () => {
  const dirty =
    "ALERT: The filesystem has valuable metadata changes in a log " +
    "which is being\nignored because the -n option was used.";
  assert.equal(soundness(1, dirty), null);
  assert.equal(soundness(0, dirty), null);
  assert.equal(soundness(1, "bad magic number"), false);
  assert.equal(soundness(0, "No modify flag set, skipping phase 5"), true);
});
