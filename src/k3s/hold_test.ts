import assert from "node:assert/strict";
import { join } from "node:path";
import { places } from "../cluster/places.ts";
import { holdsIn, holdStep, releaseStep } from "./hold.ts";

const LINES = `mariadb-server install installed
mariadb-server-10.0 unknown not-installed
mariadb-server-10.11 hold installed
nfs-kernel-server install installed
`;

Deno.test("holdsIn() tells held packages from free ones, and leaves out what is not installed", () => {
  assert.deepEqual(holdsIn(LINES), {
    held: ["mariadb-server-10.11"],
    free: ["mariadb-server", "nfs-kernel-server"],
  });
  assert.deepEqual(holdsIn(""), { held: [], free: [] });
});

Deno.test("releaseStep() releases what holdStep() held, and nothing that a person had held before", async () => {
  const home = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  try {
    const program = (name: string, text: string) =>
      Deno.writeTextFile(join(home, name), `#!/bin/sh\n${text}\n`, {
        mode: 0o755,
      });
    await Deno.writeTextFile(join(home, "lines"), LINES);
    await program("dpkg-query", `cat "${home}/lines"; exit 1`);
    await program("apt-mark", `echo "$*" >>"${home}/did"`);
    Deno.env.set("PATH", `${home}:${before}`);
    const at = places({
      ...{ etc: join(home, "etc"), state: home, run: home, log: home },
    });
    assert.equal(await releaseStep(at).done(), "none was held");
    assert.equal(await holdStep(at).done(), null);
    await holdStep(at).do(() => {});
    assert.equal(await releaseStep(at).done(), null);
    await releaseStep(at).do(() => {});
    assert.equal(
      await Deno.readTextFile(join(home, "did")),
      "hold mariadb-server nfs-kernel-server\nunhold mariadb-server nfs-kernel-server\n",
    );
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(home, { recursive: true });
  }
});
