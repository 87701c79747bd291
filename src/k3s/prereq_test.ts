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
