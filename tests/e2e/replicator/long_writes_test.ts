/** Long writes go to the peer in parts: the application sees one write, whatever becomes of the parts. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  close,
  ftruncate,
  O_CREAT,
  O_RDWR,
  open,
  writeMapped,
} from "../fs/libc.ts";
import { equalCopies, onPair } from "./on_pair.ts";
import { sleep } from "./replicator_process.ts";

const MIB = 1 << 20;

/** Bytes that show where they belong. */
function pattern(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) {
    words[i] = Math.imul(i + seed, 2654435761);
  }
  return new Uint8Array(words.buffer, 0, length);
}

onPair({
  name:
    "long writes at any offset, over each other and from several sides, stand on both disks as they were written",
  async run(pair) {
    const path = `${pair.primary.data}/long`;
    const expected = new Uint8Array(12 * MIB);
    let length = 0;
    using file = await Deno.open(path, { create: true, write: true });
    for (let i = 0; i < 60; i++) {
      const size = [MIB, 131_073, 262_144, 999_999, 4096][i % 5]!;
      const at = (i * 7_654_321) % (expected.length - size);
      const bytes = pattern(size, i);
      await file.seek(at, Deno.SeekMode.Start);
      strictEqual(await file.write(bytes), size);
      expected.set(bytes, at);
      length = Math.max(length, at + size);
    }
    // Appended by two at once: each write whole, one after the other.
    const appended = `${pair.primary.data}/appended`;
    await Promise.all([1, 2].map(async (writer) => {
      using file = await Deno.open(appended, { create: true, append: true });
      for (let i = 0; i < 10; i++) {
        strictEqual(await file.write(new Uint8Array(MIB).fill(writer)), MIB);
      }
    }));
    for (const node of pair.nodes) {
      const there = await Deno.readFile(
        node === pair.primary ? path : `${node.backing}/long`,
      );
      deepStrictEqual(there, expected.subarray(0, length));
    }
    const both = await Deno.readFile(appended);
    strictEqual(both.length, 20 * MIB);
    for (let at = 0; at < both.length; at += MIB) {
      ok(both.subarray(at, at + MIB).every((byte) => byte === both[at]));
    }
    await pair.release();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a long write for which the disk has too little room is answered with what has room, and both copies end there",
  sizes: ["24m", null],
  async run(pair) {
    const path = `${pair.primary.data}/long`;
    let shorts = 0;
    // Where the room ends within a write is another place for each.
    for (const length of [MIB - 4096, 700_000, 900_000]) {
      const bytes = pattern(length, 5);
      let answered = 0;
      {
        using file = await Deno.open(path, { create: true, append: true });
        for (;;) {
          try {
            const n = await file.write(bytes);
            answered += n;
            if (n < length) shorts++;
          } catch (error) {
            ok(/28|space/i.test((error as Error).message), String(error));
            break;
          }
        }
      }
      await pair.mirrored();
      strictEqual((await Deno.stat(path)).size, answered);
      await equalCopies(pair);
      await Deno.remove(path);
      // The kernel forgets the removed file in a moment, and only then its space is free.
      await sleep(500);
    }
    ok(shorts > 0, "no write was answered in part");
    await pair.release();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a mapped file for which the disk has too little room: msync says so, also where some of it had room",
  sizes: ["24m", null],
  async run(pair) {
    const { data } = pair.primary;
    const spare = `${data}/spare`;
    await Deno.writeFile(spare, new Uint8Array(300 << 10));
    try {
      await Deno.writeFile(`${data}/filler`, new Uint8Array(30 * MIB));
    } catch (error) {
      ok(/28|space/i.test((error as Error).message), String(error));
    }
    await Deno.remove(spare);
    // The kernel forgets the removed file in a moment, and only then its space is free.
    await sleep(500);
    const fd = open(-100, `${data}/mapped`, O_RDWR | O_CREAT, 0o600);
    ftruncate(fd, MIB);
    const synced = writeMapped(fd, pattern(MIB, 9), 0);
    close(fd);
    strictEqual(synced < 0, true, `msync answered ${synced}`);
    await pair.release();
  },
});
