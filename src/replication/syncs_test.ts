import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { E } from "../system/libc.ts";
import type { Inode } from "./inode.ts";
import { Syncs, type SyncTools } from "./syncs.ts";
import type { Volume } from "./volume.ts";

/** errno that an fsync of this node's disk ended with, and what was said of it before the application had its answer. */
function fsync(error: number): { answer: number; broke: number[] } {
  const broke: number[] = [];
  let answer = -1;
  const tools = {
    alone: true,
    ranOut: false,
    now: () => 0,
    aio: {
      fsync: (_: number, __: boolean, done: (e: number) => void) => done(error),
    },
    broke: (errno: number) => {
      strictEqual(answer, -1);
      broke.push(errno);
    },
  };
  const inode = { ahead: 0, holders: 0, isDirectory: false, tellLate: () => 0 };
  new Syncs(tools as unknown as SyncTools).add(
    { data: () => 7 } as unknown as Volume,
    inode as unknown as Inode,
    { dataOnly: true, local: false, answer: (errno) => answer = errno },
  );
  return { answer, broke };
}

Deno.test("Syncs: an fsync that lost writes breaks this copy before it is answered, one that was asked of the wrong file does not", () => {
  deepStrictEqual(fsync(0), { answer: 0, broke: [] });
  deepStrictEqual(fsync(E.IO), { answer: E.IO, broke: [E.IO] });
  deepStrictEqual(fsync(E.INVAL), { answer: E.INVAL, broke: [] });
});
