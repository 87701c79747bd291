import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { openBacking } from "../../fuse/device.ts";
import { libc } from "../../system/libc.ts";
import { BLOCK } from "../blocks.ts";
import { writeId } from "../id_xattr.ts";
import { Marks } from "../marks.ts";
import { KIND } from "../operation.ts";
import { Volume } from "../volume.ts";
import { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import { key } from "./places.ts";
import { Progress } from "./progress.ts";
import { scopeOf } from "./scope.ts";
import { SourceData } from "./source_data.ts";

const FILE = 77;

interface Sent {
  readonly kind: number;
  readonly argument: number;
  readonly length: number;
}

/** Levels a file, as `make` leaves it, whose target finds that these blocks of its first MiB differ. */
function onFile(
  name: string,
  { make, bits, sees }: {
    readonly make: (path: string) => void;
    readonly bits: number;
    readonly sees: (progress: Progress, sent: readonly Sent[]) => void;
  },
) {
  Deno.test({
    name,
    ignore: Deno.uid() !== 0,
    fn() {
      const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const volume = new Volume(0, folder, openBacking(folder), () => 9);
      const path = new TextEncoder().encode("file");
      make(`${folder}/file`);
      const fd = volume.walk(path);
      strictEqual(writeId(fd, FILE), 0);
      libc.close(fd);
      const found = { volume, id: FILE, path }, batch = new Batch();
      batch.files.set(key(found), found);
      const marks = new Marks(), progress = new Progress(() => 0);
      marks.tail(0, FILE, 0, 1);
      const sent: Sent[] = [], asked: number[] = [];
      const channel = {
        send(kind: number, _: unknown, { length }: Uint8Array, argument = 0) {
          if (kind === KIND.HASHES) asked.push(argument);
          else if (kind !== KIND.FILE) sent.push({ kind, argument, length });
          return [];
        },
        *answer() {
          yield;
          const argument = asked.shift()!, bytes = new Uint8Array(2);
          if (argument === 0) {
            new DataView(bytes.buffer).setUint16(0, bits, true);
          }
          return { volume: 0, id: FILE, argument, bytes };
        },
        throttle: () => [],
      } as unknown as Channel;
      try {
        const data = new SourceData(channel, progress, new Marks());
        for (const _ of data.run(scopeOf(marks), batch));
        sees(progress, sent);
      } finally {
        volume.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

onFile(
  "SourceData counts as compared what is read: of a sparse file of GiB its data, and not its holes",
  {
    make(path) {
      Deno.writeFileSync(path, new Uint8Array(8192).fill(7));
      Deno.truncateSync(path, 2 ** 32);
    },
    // The target has all of it.
    bits: 0,
    sees(progress, sent) {
      strictEqual(progress.bytesCompared, 8192);
      deepStrictEqual(sent, []);
    },
  },
);

onFile(
  "SourceData sends blocks that follow each other in one frame, to the file's end",
  {
    make: (path) =>
      Deno.writeFileSync(path, new Uint8Array(11 * BLOCK + 100).fill(7)),
    // 0 to 2, 5, 8 to the end, and what cannot be, behind it.
    bits: 0b1110_1111_0010_0111,
    sees(progress, sent) {
      const frame = (first: number, length: number): Sent => ({
        kind: KIND.DATA,
        argument: first * BLOCK,
        length,
      });
      deepStrictEqual(sent, [
        frame(0, 3 * BLOCK),
        frame(5, BLOCK),
        frame(8, 3 * BLOCK + 100),
      ]);
      strictEqual(progress.bytesSent, 7 * BLOCK + 100);
    },
  },
);
