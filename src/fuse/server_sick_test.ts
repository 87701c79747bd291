/** This node's disk is sick. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { endOfMapping, onServer } from "../../tests/fuse_bed.ts";
import { E } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import { OP } from "./abi.ts";

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
