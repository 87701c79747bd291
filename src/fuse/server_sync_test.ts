/** What is asked of both disks, and when it is answered. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory, onServer } from "../../tests/fuse_bed.ts";
import { newFrame } from "../peer/frame.ts";
import type { Inode } from "../replication/inode.ts";
import { KIND } from "../replication/operation.ts";
import { O } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import { OP, WRITE_DATA } from "./abi.ts";

const O_DSYNC = 0x1000, O_SYNC = 0x101000;

onServer(
  "Server: a write with O_DSYNC and O_DIRECT is answered when both disks have it: no fsync follows an asynchronous one",
  (bed) => {
    const file = bed.file("log");
    for (
      const [flags, dataOnly] of [[O_DSYNC, true], [O_SYNC, false]] as const
    ) {
      file.changeAttributes();
      const write = bed.write(file, flags | O.DIRECT);
      bed.turn();
      bed.acknowledge(bed.pipeline.sequence);
      bed.turn();
      strictEqual(bed.answer(write), "none");
      strictEqual(bed.fsyncs.length, 1, "no fsync was begun");
      strictEqual(bed.fsyncs[0]!.dataOnly, dataOnly);
      bed.fsyncs.pop()!.end(0);
      bed.turn();
      strictEqual(bed.answer(write), "none", "the peer's disk has not got it");
      bed.synced();
      bed.turn();
      strictEqual(bed.answer(write), 0);
    }
  },
);

onServer(
  "Server: a write with O_DSYNC through the page cache begins no fsync of its own: the kernel asks for one",
  (bed) => {
    const write = bed.write(bed.file("log"), O_DSYNC);
    bed.turn();
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.answer(write), 0);
    deepStrictEqual(bed.fsyncs, []);
  },
);

onServer(
  "Server: an fsync after a rename is one of the names too: a file system may commit them apart from the data",
  (bed) => {
    const { volume } = bed, { root } = volume;
    const rename = (words: string, flags = 0) => {
      bed.ask(OP.RENAME2, root, (view, at) => {
        setU64(view, at, root.id);
        view.setUint32(at + 8, flags, true);
        memory.string(words, at + 16);
      }, words.length + 56 - WRITE_DATA);
      bed.turn();
      bed.acknowledge(bed.pipeline.sequence);
      bed.turn();
    };
    root.boundIn = 1;
    const inode = bed.file("new"), other = bed.file("other");
    const dataOnly = (of: Inode) => {
      bed.fsync(of);
      bed.turn();
      const { dataOnly, end } = bed.fsyncs.pop()!;
      end(0);
      bed.synced();
      return dataOnly;
    };
    strictEqual(dataOnly(inode), false);
    strictEqual(dataOnly(inode), true);
    rename("new\0file\0");
    strictEqual(dataOnly(inode), false);
    strictEqual(dataOnly(inode), true);
    const EXCHANGE = 2;
    rename("file\0other\0", EXCHANGE);
    strictEqual(dataOnly(inode), false);
    strictEqual(dataOnly(other), false);
    strictEqual(dataOnly(other), true);
  },
);

onServer(
  "Server: an fsync is of the data only when another one has made the attributes durable on both disks",
  (bed) => {
    const file = bed.file("log");
    const ends = () => {
      const begun = bed.fsyncs.splice(0);
      for (const { end } of begun) end(0);
      const { sequence } = bed.pipeline;
      for (let at = sequence - begun.length + 1; at <= sequence; at++) {
        bed.pipeline.heard({ ...newFrame(), kind: KIND.SYNCED, sequence: at });
      }
      bed.turn();
      return begun.map(({ dataOnly }) => dataOnly);
    };
    // What was changed before the kernel asked for this inode is not known to be durable; nor while an fsync is under way.
    const asked = [bed.fsync(file), bed.fsync(file)];
    bed.turn();
    deepStrictEqual(ends(), [false, false]);
    deepStrictEqual(asked.map((each) => bed.answer(each)), [0, 0]);
    bed.fsync(file);
    bed.turn();
    deepStrictEqual(ends(), [true]);
    bed.chmod(file);
    bed.turn();
    bed.acknowledge(bed.pipeline.sequence);
    bed.turn();
    bed.fsync(file);
    bed.turn();
    deepStrictEqual(ends(), [false]);
  },
);
