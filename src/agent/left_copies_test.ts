import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { CopyFolders } from "./copy_folders.ts";
import { haveEnded, killLeftCopies } from "./left_copies.ts";

Deno.test("killLeftCopies() ends what an agent that died was putting into this module's directories, with all its parts", async () => {
  const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
  const path = Deno.env.get("PATH")!;
  const directories = [`${folder}/one`, `${folder}/two`];
  try {
    for (const directory of [...directories, `${folder}/bin`]) {
      await Deno.mkdir(directory);
    }
    await Deno.writeTextFile(`${directories[0]}/file`, "");
    await Deno.writeTextFile(
      `${folder}/bin/cp`,
      `#!/bin/sh
echo $$ >${folder}/part; sleep 60; echo late >${folder}/late
`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", `${folder}/bin:${path}`);
    const clone = rejects(new CopyFolders(directories).clone("copy", 60));
    while (!(await Deno.readTextFile(`${folder}/part`).catch(() => ""))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const part = Number(await Deno.readTextFile(`${folder}/part`));
    // Of another module.
    strictEqual(killLeftCopies([`${folder}/other`]).size, 0);
    strictEqual(lives(part), true);
    const left = killLeftCopies(directories);
    strictEqual(left.size, 1);
    await haveEnded(left);
    strictEqual(left.size, 0);
    strictEqual(lives(part), false);
    await clone;
    strictEqual(killLeftCopies(directories).size, 0);
    deepStrictEqual(
      Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(),
      ["bin", "one", "part", "two"],
    );
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
});

function lives(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}
