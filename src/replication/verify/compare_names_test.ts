import { deepStrictEqual } from "node:assert/strict";
import { openBacking } from "../../fuse/device.ts";
import { newFrame } from "../../peer/frame.ts";
import { libc, SYS } from "../../system/libc.ts";
import { Volume } from "../volume.ts";
import { Checker } from "./checker.ts";
import { CompareNames } from "./compare_names.ts";
import { Differences } from "./differences.ts";
import type { Question, Questions } from "./questions.ts";

/** Compares a copy with itself, of which one node cannot read the names in "bad" to their end; what is told. */
function compared(sick: "primary" | "secondary" | null): string[] {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  for (const name of ["bad", "good"]) Deno.mkdirSync(`${folder}/${name}`);
  Deno.writeTextFileSync(`${folder}/bad/file`, "");
  const volume = new Volume(0, folder, openBacking(folder), () => 9);
  const bad = Deno.statSync(`${folder}/bad`).ino;
  let now: typeof sick = "primary";
  const calls = libc as { syscall3: typeof libc.syscall3 };
  const { syscall3 } = calls;
  calls.syscall3 = (...all: Parameters<typeof syscall3>) => {
    const [number, fd] = all;
    const fails = number === SYS.getdents64 && now === sick &&
      Deno.statSync(`/proc/self/fd/${fd}`).ino === bad;
    // An address that is none: the system refuses it as it does a read of a bad sector, with an error that says nothing is gone.
    return fails ? syscall3(number, fd, 1, all[3]) : syscall3(...all);
  };
  const there = new Checker();
  const questions = {
    *answer(question: Question) {
      const { flags, argument, payload } = question;
      now = "secondary";
      const frame = { ...newFrame(), flags, argument };
      const theirs = there.answer(volume, frame, payload);
      now = "primary";
      yield;
      return { question, mine: question.look(), theirs, state: "answered" };
    },
    *wait() {},
  } as unknown as Questions;
  const differences = new Differences({ log() {}, changed() {} });
  const names = new CompareNames(questions, new Checker(), differences, {
    timesTold: () => true,
    looked() {},
    *data() {},
  });
  try {
    for (const _ of names.run(volume));
    deepStrictEqual(differences.marks.isEmpty, true);
    return differences.found.map(({ path, text }) =>
      `${path.slice(folder.length)}: ${text}`
    );
  } finally {
    calls.syscall3 = syscall3;
    there.close();
    volume.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test({
  name:
    "CompareNames: a directory whose names a disk does not give is told, and no reason to call the copies identical or to mend anything",
  ignore: Deno.uid() !== 0,
  fn() {
    deepStrictEqual(compared(null), []);
    for (const node of ["primary", "secondary"] as const) {
      deepStrictEqual(compared(node), [
        `/bad: the names in it cannot all be read on the ${node}`,
      ]);
    }
  },
});
