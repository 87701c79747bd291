/** install.sh's function that puts an executable in place, in a folder of its own; the whole script: e2e/install. */
import assert from "node:assert/strict";
import { join } from "node:path";

const INSTALLER = join(import.meta.dirname!, "..", "..", "install.sh");

Deno.test("install.sh has an executable on the disk before it takes the name of the one that boots", async () => {
  const home = await Deno.makeTempDir();
  try {
    const program = (name: string, text: string) =>
      Deno.writeTextFile(join(home, name), `#!/bin/sh\n${text}\n`, {
        mode: 0o755,
      });
    await program("systemctl", "false");
    await program("sync", `echo "sync $*"; ls ${home}/bin`);
    await program("new", "echo new");
    const { code, stdout } = await new Deno.Command("bash", {
      args: [
        "-c",
        `set -euo pipefail; eval "$(sed -n '/^put() {/,/^}/p' "$0")"; put ${home}/new`,
        INSTALLER,
      ],
      env: {
        PATH: `${home}:${Deno.env.get("PATH")}`,
        target: join(home, "bin", "hakit"),
      },
      stdin: "null",
    }).output();
    assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
      `sync ${home}/bin/hakit.new`,
      "hakit.new",
      `Installed new as ${home}/bin/hakit`,
    ]);
    assert.equal(code, 0);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
