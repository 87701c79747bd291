import assert from "node:assert/strict";
import { join } from "node:path";
import { loadModule } from "../module/load.ts";
import { runModuleScript } from "./module_script.ts";

Deno.test("runModuleScript() gives variables by environment only: no failure's message names them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "bin"));
    await Deno.writeTextFile(
      join(folder, "module.yaml"),
      "name: db\nmode: mirror\ndirectories:\n  - path: /srv/db\nvariables:\n  DB_PASSWORD: hunter2\n",
    );
    await Deno.writeTextFile(
      join(folder, "bin", "check"),
      '#!/bin/sh\necho "$1 $HAKIT_MODULE ${#DB_PASSWORD}"; exit 3\n',
      { mode: 0o755 },
    );
    const module = await loadModule(join(folder, "module.yaml"));
    const of = { folder, module };
    const { stdout } = await runModuleScript(of, ["check", "force"], {
      timeoutMs: 5000,
      anyCode: true,
    });
    assert.equal(stdout, "force db 7\n");
    await assert.rejects(
      runModuleScript(of, ["check"], { timeoutMs: 5000 }),
      (error: Error) =>
        !error.message.includes("hunter2") && /bin\/check/.test(error.message),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
