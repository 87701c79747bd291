import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { openBacking } from "../../fuse/device.ts";
import { newFrame } from "../../peer/frame.ts";
import { libc, Memory } from "../../system/libc.ts";
import { procPath } from "../descriptor.ts";
import { Volume } from "../volume.ts";
import { Checker } from "./checker.ts";
import { CHECK, encodeEntries } from "./form.ts";

const memory = new Memory(8192);
const VALUE = 4096;

Deno.test({
  name:
    "Checker: an inode with thousands of extended attributes gets an answer that fits, equal where they are",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 9);
    const bytes = (text: string) => new TextEncoder().encode(text);
    const give = (file: number, name: string) =>
      strictEqual(
        libc.setxattr(
          procPath(file),
          memory.string(bytes(name)),
          memory.address + VALUE,
          64,
          0,
        ),
        0,
      );
    try {
      const checker = new Checker();
      const answers = ["one", "two", "three"].map((name) => {
        Deno.writeTextFileSync(`${folder}/${name}`, "");
        Deno.utimeSync(`${folder}/${name}`, 1000, 1000);
        const fd = volume.walk(bytes(name));
        memory.bytes.fill(1, VALUE, VALUE + 64);
        for (let i = 0; i < 3000; i++) give(fd, `trusted.x${i}`);
        // One of them has another value.
        memory.bytes.fill(2, VALUE, VALUE + 64);
        if (name === "three") give(fd, "trusted.x7");
        libc.close(fd);
        return checker.answer(
          volume,
          { ...newFrame(), flags: CHECK.FACTS },
          encodeEntries(new Uint8Array(0), [bytes(name)]),
        )!;
      });
      // What a secondary keeps free for one answer: see SecondaryRole.
      ok(answers.every(({ length }) => length < 256 * 1024));
      deepStrictEqual(answers[0], answers[1]);
      notDeepStrictEqual(answers[0], answers[2]);
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
