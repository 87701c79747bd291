import assert from "node:assert/strict";
import { join } from "node:path";
import { unpackedPackages } from "../cli/from_bundle.ts";
import type { PrereqSettings } from "../cluster/settings.ts";
import { exists } from "../system/files.ts";
import { packagesStep } from "./prereq.ts";

Deno.test("prereq removes what a killed run had unpacked, though all packages are installed", async () => {
  const state = await Deno.makeTempDir();
  try {
    const left = join(state, "packages-0123456789abcdef");
    await Deno.mkdir(left);
    await Deno.writeTextFile(join(left, "mariadb.deb"), "bytes");
    await Deno.mkdir(join(state, "k3s"));
    const step = packagesStep({} as PrereqSettings, {
      out: { progress: () => assert.fail("nothing is installed") },
      bundle: null,
      unpacked: unpackedPackages({ state, etc: "", run: "", log: "" }),
      missing: () => Promise.resolve([]),
    });
    // Asking changes nothing: "--dry-run" asks, too.
    assert.equal(await step.done(), null);
    assert(await exists(left));
    await step.do(() => {});
    assert(!await exists(left));
    assert(await exists(join(state, "k3s")));
    assert.equal(await step.done(), "all installed");
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});

Deno.test("prereq has on the disk what packages' scripts made before it goes on", async () => {
  const home = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  const told = join(home, "told");
  try {
    for (const name of ["dpkg", "apt-get", "sync"]) {
      await Deno.writeTextFile(
        join(home, name),
        `#!/bin/sh\nfor word; do :; done\necho "${name} $word" >>${told}\n`,
        { mode: 0o755 },
      );
    }
    Deno.env.set("PATH", `${home}:${before}`);
    let missing = ["mariadb-server"];
    const step = packagesStep({} as PrereqSettings, {
      out: { progress: () => ({ update: () => {}, end: () => missing = [] }) },
      bundle: null,
      unpacked: {
        any: () => Promise.resolve(false),
        discard: () => Deno.writeTextFile(told, "discard\n", { append: true }),
      },
      missing: () => Promise.resolve(missing),
    });
    await step.do(() => {});
    const lines = (await Deno.readTextFile(told)).trim().split("\n");
    assert.deepEqual(lines.slice(-3), [
      ...["apt-get mariadb-server", "sync ", "discard"],
    ]);
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(home, { recursive: true });
  }
});
