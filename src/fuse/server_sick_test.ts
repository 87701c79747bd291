/** This node's disk is sick. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type Bed,
  endOfMapping,
  memory,
  onServer,
  sickenListing,
} from "../../tests/fuse_bed.ts";
import { KIND } from "../replication/operation.ts";
import { E } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import { OP, WRITE_DATA } from "./abi.ts";

onServer(
  "Server: a read that a bad sector ends early is an error, not the end of the file",
  (bed) => {
    const file = bed.file("image");
    using _ = bed.sicken(file);
    const end = endOfMapping();
    const good = bed.read(file, { offset: end - 4096 });
    const bad = bed.read(file, { offset: end - 4096, size: 8192 });
    bed.turn();
    strictEqual(bed.answer(good), 0);
    strictEqual(bed.answer(bad), E.IO);
  },
);

onServer(
  "Server: what this disk does not show is a fault and marked while the peer has it, and told when there is no better copy",
  (bed) => {
    const file = bed.file("image");
    using _ = bed.sicken(file);
    const offset = 5 * 2 ** 20;
    const read = () => {
      const asked = bed.read(file, { offset });
      bed.turn();
      strictEqual(bed.answer(asked), E.IO);
    };
    read();
    strictEqual(bed.unreadable.length, 0, "the peer is not level yet");
    bed.pipeline.peerIsLevel = true;
    read();
    const [{ what, marks }] = bed.unreadable as [typeof bed.unreadable[0]];
    ok(/reading below .* failed: EIO/.test(what), what);
    deepStrictEqual([...marks.get(0, file.id)!.chunks.keys()], [4, 5]);
    bed.pipeline.lose();
    read();
    bed.pipeline.goAlone();
    read();
    strictEqual(bed.unreadable.length, 1);
    strictEqual(bed.late.length, 3);
  },
);

onServer(
  "Server: what an application may ask for is no sickness of the disk",
  (bed) => {
    const file = bed.file("short");
    bed.pipeline.peerIsLevel = true;
    const SEEK_DATA = 3;
    const seek = bed.ask(OP.LSEEK, file, (view, at) => {
      setU64(view, at + 8, 1 << 20);
      view.setUint32(at + 16, SEEK_DATA, true);
    });
    bed.turn();
    strictEqual(bed.answer(seek), E.NXIO);
    deepStrictEqual([...bed.unreadable, ...bed.late, ...bed.faults], []);
  },
);

onServer(
  "Server: a write that this disk refuses because it is sick is a fault, also of a file that has no name any more",
  (bed) => {
    const file = bed.file("image");
    using _ = bed.sicken(file);
    bed.write(file);
    bed.turn();
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.faults.length, 1);
    ok(/writing below .* failed: EIO/.test(bed.faults[0]!), bed.faults[0]);
    bed.pipeline.lose();
    bed.write(file);
    bed.turn();
    file.orphan = true;
    bed.mirror();
    strictEqual(bed.faults.length, 2);
  },
);

onServer(
  "Server: what a thread could not read is marked where it was asked for, not where the request after it was",
  (bed) => {
    const file = bed.file("image");
    bed.pipeline.peerIsLevel = true;
    let fail = (_error: number) => {};
    Object.assign(bed.server.cold, {
      now: () => -E.AGAIN,
      read(
        _fd: number,
        _what: unknown,
        done: (e: number, b: Uint8Array) => void,
      ) {
        fail = (error) => done(error, new Uint8Array(0));
      },
    });
    const read = bed.read(file, { offset: 6 * 2 ** 20 });
    bed.turn();
    bed.write(file);
    bed.turn();
    bed.chmod(file);
    bed.turn();
    fail(E.IO);
    bed.turn();
    strictEqual(bed.answer(read), E.IO);
    const [{ marks }] = bed.unreadable as [typeof bed.unreadable[0]];
    deepStrictEqual([...marks.get(0, file.id)!.chunks.keys()], [6, 7]);
  },
);

onServer(
  "Server: a disk that takes no changes any more has lost what it had not written, one that refuses one place has not",
  (bed) => {
    const { pipeline, volume } = bed;
    pipeline.peerIsLevel = true;
    pipeline.disk.refused(volume, E.NOSPC);
    deepStrictEqual([bed.faults.length, pipeline.disk.isWorse], [0, false]);
    for (const error of [E.IO, E.UCLEAN]) pipeline.disk.refused(volume, error);
    deepStrictEqual([bed.faults.length, pipeline.disk.isWorse], [2, false]);
    pipeline.disk.refused(volume, E.ROFS);
    deepStrictEqual([bed.faults.length, pipeline.disk.isWorse], [3, true]);
    ok(/writing below .* failed: EROFS/.test(bed.faults[2]!), bed.faults[2]);
  },
);

/** A file, not named to the peer yet, whose only name stands in a directory that cannot be read; that one's id. */
function hidden(bed: Bed) {
  const file = bed.file("a"), { volume } = bed;
  const d = `${volume.path}/d`;
  Deno.mkdirSync(d);
  Deno.linkSync(`${volume.path}/a`, `${d}/b`);
  Deno.removeSync(`${volume.path}/a`);
  const directory = volume.lookup(volume.root, memory.string("d"));
  if (typeof directory === "number") throw new Error(`errno ${directory}`);
  file.boundIn = 0;
  return {
    file,
    directory,
    [Symbol.dispose]: sickenListing(d)[Symbol.dispose],
  };
}

onServer(
  "Server: what cannot be named to the peer, for a bad sector in a directory, is an error of the one who asked, and a fault",
  (bed) => {
    using place = hidden(bed);
    const { file, directory } = place;
    bed.pipeline.peerIsLevel = true;
    for (const ask of ["chmod", "fsync"] as const) {
      const asked = bed[ask](file);
      bed.turn();
      strictEqual(bed.answer(asked), E.IO);
      const { what, marks } = bed.unreadable.pop()!;
      ok(/reading below .* failed: EIO/.test(what), what);
      strictEqual(marks.get(0, directory.id)?.names, 0);
    }
    deepStrictEqual([bed.kinds, bed.fsyncs, bed.faults], [[], [], []]);
  },
);

onServer(
  "Server: what waits for a peer that it cannot be named to, for a bad sector in a directory, ends this process no more than others do",
  (bed) => {
    using place = hidden(bed);
    const { file } = place, { pipeline } = bed;
    // Its time of change is to be told, too.
    bed.chmod(bed.file("other"));
    bed.turn();
    bed.acknowledge();
    bed.turn();
    pipeline.lose();
    const changed = bed.chmod(file), synced = bed.fsync(file);
    bed.turn();
    deepStrictEqual([changed, synced].map((each) => bed.answer(each)), [
      "none",
      "none",
    ]);
    bed.kinds.length = 0;
    bed.mirror();
    bed.fsyncs.pop()!.end(0);
    pipeline.flush();
    bed.turn();
    // The peer refuses what it was not told of.
    strictEqual(bed.answer(synced), E.IO);
    strictEqual(bed.kinds.includes(KIND.SETATTR), true);
    strictEqual(bed.kinds.includes(KIND.BIND), false);
    bed.acknowledge(pipeline.sequence);
    bed.turn();
    pipeline.sendTimes(Infinity);
  },
);

onServer(
  "Server: a directory that cannot be read, where names are excluded, is what this disk does not show, and no refused write",
  (bed) => {
    const { pipeline, volume } = bed, d = `${volume.path}/d`;
    Deno.mkdirSync(d);
    const directory = volume.lookup(volume.root, memory.string("d"));
    if (typeof directory === "number") throw new Error(`errno ${directory}`);
    using _ = sickenListing(d);
    bed.file("other");
    const ask = (opcode: number, body: number, name: string) => {
      const asked = bed.ask(opcode, volume.root, (view, at) => {
        if (opcode === OP.RENAME) setU64(view, at, volume.root.id);
        memory.string(name, at + body);
      }, 40 + body + name.length + 1 - WRITE_DATA);
      bed.turn();
      strictEqual(bed.answer(asked), E.IO);
    };
    const remove = () => ask(OP.RMDIR, 0, "d");
    const replace = () => ask(OP.RENAME, 8, "other\0d");
    pipeline.peerIsLevel = true;
    for (const change of [remove, replace]) {
      change();
      const { what, marks } = bed.unreadable.pop()!;
      ok(/reading below .* failed: EIO/.test(what), what);
      strictEqual(marks.get(0, directory.id)?.names, 0);
    }
    // No better copy: the application hears of it, and goes on here.
    pipeline.lose();
    pipeline.goAlone();
    for (const change of [remove, replace]) change();
    deepStrictEqual([bed.late.length, bed.unreadable, bed.faults], [2, [], []]);
  },
  { exclude: ["*.tmp"] },
);
