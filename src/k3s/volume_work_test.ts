import assert from "node:assert/strict";
import { join } from "node:path";
import {
  checkRefusal,
  grow,
  newSize,
  promise,
  soundness,
  trim,
  volumePlace,
  volumeUse,
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

const run = (...argv: readonly string[]) =>
  new Deno.Command(argv[0]!, { args: argv.slice(1), stderr: "inherit" })
    .outputSync();
/** A loop device and an XFS that can be mounted. */
const OBSTACLE = Deno.uid() !== 0
  ? "needs root"
  : /\txfs$/m.test(Deno.readTextFileSync("/proc/filesystems"))
  ? null
  : "this kernel has no XFS";

Deno.test({
  name: `grow() and trim() of a volume in use${
    OBSTACLE ? ` (left out: ${OBSTACLE})` : ""
  }`,
  ignore: OBSTACLE !== null,
  async fn() {
    const folder = await Deno.makeTempDir({ dir: "/var/tmp" });
    const place = {
      file: join(folder, "replicatedVolume"),
      mount: join(folder, "mount"),
    };
    const MIB = 2 ** 20;
    await Deno.mkdir(place.mount);
    await Deno.writeFile(place.file, new Uint8Array());
    await Deno.truncate(place.file, 320 * MIB);
    assert(run("mkfs.xfs", "-q", place.file).success);
    await assert.rejects(grow(place, 400 * MIB), /has no loop device/);
    assert((await Deno.stat(place.file)).size === 400 * MIB);
    assert(run("mount", "-o", "loop", place.file, place.mount).success);
    try {
      const size = () =>
        Number(
          new TextDecoder().decode(
            run("df", "--output=size", "-B1", place.mount).stdout,
          ).trim().split("\n").at(-1),
        );
      const before = size();
      // The file grew in a run that was cut off: the file system follows in the next.
      await grow(place, 400 * MIB);
      const after = size();
      assert(after > before + 70 * MIB, `${before} ${after}`);
      await grow(place, 400 * MIB);
      assert.equal(size(), after);
      assert.equal((await volumeUse(place)).size, 400 * MIB);

      const file = join(place.mount, "deleted");
      assert(
        run(
          "dd",
          "if=/dev/urandom",
          `of=${file}`,
          "bs=1M",
          "count=40",
          "conv=fsync",
          "status=none",
        )
          .success,
      );
      run("sync", "-f", place.file);
      const full = (await volumeUse(place)).onDisk;
      await Deno.remove(file);
      const freed = await trim(place);
      assert(freed > 30 * MIB, `${full} bytes before, ${freed} freed`);
      assert((await volumeUse(place)).onDisk < full - 30 * MIB);
    } finally {
      run("umount", place.mount);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
