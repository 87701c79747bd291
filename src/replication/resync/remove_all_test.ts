import { ok, strictEqual, throws } from "node:assert/strict";
import { libc, Memory, O } from "../../system/libc.ts";
import { removeAll, removedHere } from "./remove_all.ts";

const memory = new Memory(4096);

function inFolder(run: (path: string, fd: number) => void) {
  const path = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const fd = libc.open(memory.string(path), O.PATH | O.CLOEXEC, 0);
  try {
    run(path, fd);
  } finally {
    libc.close(fd);
    Deno.removeSync(path, { recursive: true });
  }
}

function fill(path: string, depth: number) {
  for (let i = 0; i < 40; i++) Deno.writeTextFileSync(`${path}/${i}`, "x");
  Deno.symlinkSync("/etc", `${path}/link`);
  if (depth === 0) return;
  for (const name of ["a", "b", "up-1"]) {
    Deno.mkdirSync(`${path}/${name}`);
    fill(`${path}/${name}`, depth - 1);
  }
}

Deno.test("removeAll() empties a folder in parts, whatever is in it, and leaves it", () => {
  inFolder((path, fd) => {
    fill(path, 4);
    let steps = 0;
    for (const _ of removeAll(fd)) steps++;
    strictEqual([...Deno.readDirSync(path)].length, 0);
    ok(steps > 5, `${steps} steps`);
    ok(Deno.statSync("/etc/passwd").isFile);
  });
});

Deno.test("removeAll() goes on where it was left off", () => {
  inFolder((path, fd) => {
    fill(path, 4);
    for (let round = 0; round < 3; round++) {
      const work = removeAll(fd);
      work.next();
      work.return(0);
    }
    for (const _ of removeAll(fd));
    strictEqual([...Deno.readDirSync(path)].length, 0);
  });
});

Deno.test("removeAll() needs no more descriptors the deeper a tree is", () => {
  inFolder((path, fd) => {
    const at = Deno.cwd();
    try {
      Deno.chdir(path);
      // Deeper than any path can be long.
      for (let i = 0; i < 3000; i++) {
        Deno.mkdirSync("deep");
        Deno.chdir("deep");
      }
      Deno.writeTextFileSync("file", "x");
    } finally {
      Deno.chdir(at);
    }
    const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const before = open();
    let most = 0;
    for (const _ of removeAll(fd)) most = Math.max(most, open());
    strictEqual([...Deno.readDirSync(path)].length, 0);
    ok(most <= before + 3, `${most} descriptors, ${before} before`);
  });
});

Deno.test("removedHere() removes one name with all below it, and nothing else", () => {
  inFolder((path, fd) => {
    Deno.mkdirSync(`${path}/gone`);
    fill(`${path}/gone`, 3);
    Deno.writeTextFileSync(`${path}/stays`, "x");
    for (const name of ["gone", "none", "gone"]) {
      const work = removedHere(fd, new TextEncoder().encode(name));
      let next = work.next();
      while (!next.done) next = work.next();
      strictEqual(next.value, true);
    }
    strictEqual([...Deno.readDirSync(path)].length, 1);
  });
});

Deno.test("removeAll() says what it cannot remove", () => {
  inFolder((_path, fd) => {
    const wrong = libc.open(memory.string("/proc/self"), O.PATH | O.CLOEXEC, 0);
    try {
      throws(() => [...removeAll(wrong)], /Cannot remove "/);
    } finally {
      libc.close(wrong);
    }
    strictEqual([...removeAll(fd)].length, 0);
  });
});
