import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../system/command.ts";
import { build, control, dpkg } from "../../tests/debian_package.ts";
import { openRepository } from "./repository.ts";

Deno.test({
  name:
    "openRepository() lets apt take what is needed from a folder, the newest of it, and nothing from elsewhere",
  ignore: !dpkg,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await build(
        folder,
        control("hakit-test-a", "1", "Depends: hakit-test-b (>= 2)\n"),
      );
      await build(folder, control("hakit-test-b", "1"));
      await build(folder, control("hakit-test-b", "2"));
      await build(folder, control("hakit-test-unasked", "1"));
      await using repository = await openRepository(folder);
      assert.deepEqual([...repository.names].sort(), [
        "hakit-test-a",
        "hakit-test-b",
        "hakit-test-unasked",
      ]);
      const apt = (...args: string[]) =>
        command(["apt-get", "-q", "-y", ...repository.options, ...args], {
          timeoutMs: 60_000,
          anyCode: true,
        });
      const update = await apt("update");
      assert.equal(update.code, 0, update.stderr);
      const { stdout } = await apt("install", "--simulate", "hakit-test-a");
      const installed = stdout.split("\n").filter((line) =>
        line.startsWith("Inst ")
      ).map((line) => line.split(" ").slice(1, 3).join(" "));
      assert.deepEqual(installed.sort(), [
        "hakit-test-a (1",
        "hakit-test-b (2",
      ]);
      const other = await apt("install", "--simulate", "hakit-test-c");
      assert.notEqual(other.code, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "openRepository() names a file that is no package, and a folder that is not there",
  ignore: !dpkg,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(folder, "broken.deb"), "no package");
      await assert.rejects(
        openRepository(folder),
        /broken\.deb" is no Debian package/,
      );
      await assert.rejects(
        openRepository(join(folder, "none")),
        /Cannot read the folder of packages/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
