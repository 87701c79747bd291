import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { S_IFREG } from "../../fuse/abi.ts";
import { openBacking } from "../../fuse/device.ts";
import type { Outgoing } from "../../peer/connection.ts";
import { type Frame, newFrame } from "../../peer/frame.ts";
import { libc } from "../../system/libc.ts";
import { writeId } from "../id_xattr.ts";
import { encodeAttributes, encodeListing } from "../listing.ts";
import { KIND } from "../operation.ts";
import { ROOT, Volume } from "../volume.ts";
import { encodePage, isOnPage } from "./page.ts";
import { ResyncTarget } from "./target.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name:
    "ResyncTarget: a link that was made as a copy is told at the end of the pass, also when further parts of the root were listed after it",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 9);
    const FILE = 77, name = bytes("file");
    const ended: Uint8Array[] = [];
    const outgoing = {
      append: ({ kind }: Frame, payload: Uint8Array) => {
        if (kind === KIND.ENDED) ended.push(payload);
      },
    };
    const target = new ResyncTarget(
      [volume],
      outgoing as unknown as Outgoing,
      {
        fromDisk: false,
        announce() {},
        sync: (done) => done(),
        begin: (work) => {
          for (const _ of work);
        },
      },
    );
    const tell = (
      frame: Partial<Frame>,
      payload: Uint8Array = new Uint8Array(0),
    ) => strictEqual(target.heard({ ...newFrame(), ...frame }, payload), null);
    const attributes = (nlink: number) =>
      encodeAttributes(name, {
        mode: S_IFREG | 0o644,
        uid: 0,
        gid: 0,
        nlink,
        size: 0,
        times: new Uint8Array(24),
        xattrs: [],
      });
    try {
      Deno.writeTextFileSync(`${folder}/file`, "");
      const fd = volume.walk(name);
      strictEqual(writeId(fd, FILE), 0);
      libc.close(fd);
      tell({ kind: KIND.META, id: FILE }, attributes(2));
      // A part of a large directory in which the file does not stand.
      const part = [0, 1].map((number) => ({
        number,
        count: 2,
        removeOnly: false,
      })).find((page) => !isOnPage(page, name))!;
      const listing = encodeListing(bytes(""), []);
      tell({ kind: KIND.LIST, id: ROOT, ...encodePage(part) }, listing);
      tell({ kind: KIND.LISTED });
      tell({ kind: KIND.END, argument: 1 });
      // The source has it with one name by now.
      tell({ kind: KIND.END, argument: 2 });
      tell({ kind: KIND.META, id: FILE }, attributes(1));
      tell({ kind: KIND.END, argument: 3 });
      const counts = ended.map((each) => each[0]);
      deepStrictEqual(counts, [1, 1, 0]);
    } finally {
      target.close();
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
