import assert from "node:assert/strict";
import { join } from "node:path";
import { copiesIn, runGiven } from "./run_given.ts";

Deno.test("runGiven() runs a copy of a program that may not be run where it lies, and leaves none", async () => {
  const home = await Deno.makeTempDir();
  const stick = join(home, "stick");
  const folder = join(home, "state", "hakit");
  try {
    // As on a file system that is mounted noexec: the kernel's answer is the same.
    await Deno.writeTextFile(stick, '#!/bin/sh\necho "v1 $*"\n', {
      mode: 0o644,
    });
    const run = () =>
      runGiven([stick, "--version"], { folder, timeoutMs: 5000 });
    assert.equal((await run()).stdout, "v1 --version\n");
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    assert.equal((await Deno.stat(stick)).mode! & 0o777, 0o644);
    // Of one that was killed two hours ago, and of one that goes on.
    const [killed, other] = ["hakit-given-1", "hakit-given-2"].map((name) =>
      join(folder, name)
    );
    for (const copy of [killed!, other!]) {
      await Deno.mkdir(copy);
      await Deno.writeTextFile(join(copy, "program"), "");
    }
    const ago = new Date(Date.now() - 2 * 60 * 60_000);
    await Deno.utime(killed!, ago, ago);
    await run();
    assert.deepEqual(copiesIn(folder), [other]);
    await Deno.remove(other!, { recursive: true });
    // One that fails says so, and is not tried twice.
    await Deno.writeTextFile(
      stick,
      `#!/bin/sh\necho no >>${home}/told\nexit 3`,
    );
    await assert.rejects(run(), /exit code 3/);
    assert.equal(await Deno.readTextFile(join(home, "told")), "no\n");
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    await Deno.chmod(stick, 0o755);
    await Deno.remove(folder);
    await assert.rejects(run(), /exit code 3/);
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
    await assert.rejects(
      runGiven([join(home, "nowhere")], { folder, timeoutMs: 5000 }),
      /nowhere/,
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
