import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Aide } from "../replication/aide.ts";
import { sleep } from "../system/clock.ts";
import { E, libc, Memory, O } from "../system/libc.ts";
import { Poll, POLLIN } from "../system/poll.ts";
import { ColdReads } from "./cold_reads.ts";

const SIZE = 3_000_000;
const DONTNEED = 4;
const NOTHING = new Uint8Array(0);

/** Text that says where it stands. */
function fill(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= SIZE; at += 4) view.setUint32(at, at);
  return bytes;
}

/** As the loop does it. */
function settle(aides: readonly Aide[], settled: () => boolean) {
  const poll = new Poll();
  while (!settled()) {
    for (const aide of aides) {
      poll.add(aide.answers, POLLIN, () => aide.collect());
    }
    poll.wait(100);
  }
}

Deno.test({
  name:
    "ColdReads: what is in memory is read at once, the rest beside the loop, each to its own buffer, also when the file is closed meanwhile",
  // Threads block in their pipes for as long as the process lives.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const path = Deno.makeTempFileSync({ dir: "/var/tmp" });
    const whole = fill(), name = new Memory(4096).string(path);
    const aides = [await Aide.start(), await Aide.start()];
    try {
      Deno.writeFileSync(path, whole);
      {
        using file = Deno.openSync(path);
        file.syncSync();
      }
      const open = () => libc.open(name, O.RDONLY, 0);
      const fd = open(), cold = new ColdReads(aides), to = new Memory(1 << 20);
      const read = (from: number) => cold.now(fd, to.address, 8192, from);
      strictEqual(read(4096), 8192);
      deepStrictEqual(to.bytes.slice(0, 8192), whole.slice(4096, 4096 + 8192));
      strictEqual(read(SIZE), 0);
      strictEqual(cold.now(-1, to.address, 8192, 0), -E.BADF);

      // A page that the kernel itself holds at that moment stays.
      let waits = false;
      for (let tries = 0; tries < 100 && !waits; tries++) {
        if (tries > 0) await sleep(20);
        libc.posix_fadvise(fd, 0, 0, DONTNEED);
        waits = read(0) === -E.AGAIN;
      }
      // Of more reads than there are threads, one over the end, one behind what was there, one of a file that is closed at once.
      const other = open();
      const wanted = [
        [fd, 0, 1 << 20, NOTHING],
        [fd, 4096, 4096, whole.slice(0, 4096)],
        [fd, SIZE - 100, 8192, NOTHING],
        [fd, SIZE, 8192, NOTHING],
        [other, 8192, 70_000, NOTHING],
      ] as const;
      const got: Uint8Array[] = [];
      wanted.forEach(([file, from, size, before], i) =>
        cold.read(file, { from, size, before }, (error, bytes) => {
          strictEqual(error, 0);
          got[i] = bytes.slice();
        })
      );
      libc.close(other);
      let failed = 0;
      const folder = libc.open(
        new Memory(4096).string("/var/tmp"),
        O.RDONLY,
        0,
      );
      const one = { from: 0, size: 10, before: NOTHING };
      cold.read(folder, one, (error) => failed = error);
      libc.close(folder);
      await settle(
        aides,
        () => failed !== 0 && wanted.every((_, i) => got[i] !== undefined),
      );
      strictEqual(failed, E.ISDIR);
      wanted.forEach(([_, from, size, before], i) =>
        deepStrictEqual(
          got[i],
          whole.slice(from - before.length, from + size),
          `read ${i}`,
        )
      );
      libc.close(fd);
      ok(waits, "a file system that cannot tell: nothing was shown");
    } finally {
      Deno.removeSync(path);
    }
  },
});

Deno.test("ColdReads: a kernel's 0 is the end of the file only where the file ends (Linux 5.10 says it of what it would have to wait for)", () => {
  const path = Deno.makeTempFileSync({ dir: "/dev/shm" });
  try {
    Deno.writeTextFileSync(path, "some text");
    const fd = libc.open(new Memory(4096).string(path), O.RDONLY, 0);
    const cold = new ColdReads([{ run: () => {} }], () => 0);
    strictEqual(cold.now(fd, new Memory(4096).address, 4096, 5), -E.AGAIN);
    strictEqual(cold.now(fd, new Memory(4096).address, 4096, 9), 0);
    libc.close(fd);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("ColdReads: without threads, or where the file system cannot tell, everything is read at once", () => {
  const path = Deno.makeTempFileSync({ dir: "/dev/shm" });
  try {
    Deno.writeTextFileSync(path, "some text");
    const fd = libc.open(new Memory(4096).string(path), O.RDONLY, 0);
    const to = new Memory(4096);
    const never = () => {
      throw new Error("nobody waits");
    };
    for (const cold of [new ColdReads([]), new ColdReads([{ run: never }])]) {
      for (let i = 0; i < 2; i++) {
        strictEqual(cold.now(fd, to.address, 4096, 5), 4);
        strictEqual(new TextDecoder().decode(to.bytes.slice(0, 4)), "text");
      }
    }
    libc.close(fd);
  } finally {
    Deno.removeSync(path);
  }
});
