import { deepStrictEqual } from "node:assert/strict";
import { S_IFREG } from "../../fuse/abi.ts";
import { openBacking } from "../../fuse/device.ts";
import type { Outgoing } from "../../peer/connection.ts";
import { type Frame, newFrame } from "../../peer/frame.ts";
import { libc } from "../../system/libc.ts";
import { writeId } from "../id_xattr.ts";
import { encodeListing } from "../listing.ts";
import { encodeMarks, Marks } from "../marks.ts";
import { KIND, MISSING_DATA } from "../operation.ts";
import { Volume } from "../volume.ts";
import { Outcome } from "./outcome.ts";
import { Purgatory } from "./purgatory.ts";
import { TargetNames } from "./target_names.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name:
    "TargetNames: of two inodes with one id both are compared, also where the source's file has one name left when the second is listed",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 9);
    const said: Partial<Frame>[] = [], announced = new Marks();
    const outgoing = { append: (frame: Partial<Frame>) => said.push(frame) };
    const outcome = new Outcome(outgoing as unknown as Outgoing);
    const purgatory = new Purgatory([volume]);
    const names = new TargetNames(outcome, purgatory, {
      adopts: false,
      announce: (marks) => announced.add(marks),
    });
    const FILE = 77;
    const ids = { one: 70, two: 71 };
    /** The source has `file` in a directory, one of so many names. */
    const listed = (directory: "one" | "two", nlink: number) => {
      const entry = {
        id: FILE,
        mode: S_IFREG | 0o644,
        rdev: 0,
        nlink,
        uid: 0,
        gid: 0,
        name: bytes("file"),
        target: bytes(""),
      };
      const listing = encodeListing(bytes(directory), [entry]);
      const frame = { ...newFrame(), id: ids[directory] };
      deepStrictEqual(names.take(volume, frame, listing), null);
      for (const _ of names.arrange());
    };
    const give = (path: string, id: number) => {
      const fd = volume.walk(bytes(path));
      deepStrictEqual(writeId(fd, id), 0);
      libc.close(fd);
    };
    try {
      for (const directory of ["one", "two"] as const) {
        Deno.mkdirSync(`${folder}/${directory}`);
        Deno.writeTextFileSync(`${folder}/${directory}/file`, directory);
        give(directory, ids[directory]);
        give(`${directory}/file`, FILE);
      }
      listed("one", 2);
      listed("two", 1);
      const missing = said.filter(({ kind }) => kind === KIND.MISSING);
      deepStrictEqual(missing.map(({ id, flags }) => [id, flags]), [
        [FILE, MISSING_DATA],
      ]);
      // The directories too: should the session break off before their attributes come, they have other times than the source's.
      deepStrictEqual([...encodeMarks(announced)], [
        `a 0 ${ids.one}`,
        `a 0 ${ids.two}`,
        `a 0 ${FILE}`,
        `t 0 ${FILE} 0`,
      ]);
    } finally {
      purgatory.close();
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
