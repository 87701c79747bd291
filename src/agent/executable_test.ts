import { rejects } from "node:assert/strict";
import { join } from "node:path";
import { inspect } from "./executable.ts";

Deno.test("inspect() refuses what is no hakit, in one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "file");
    for (const text of ["", "short", "#!/bin/sh\nexit 0\n# much longer"]) {
      await Deno.writeTextFile(file, text, { mode: 0o755 });
      await rejects(inspect(file), /is no Linux executable/);
    }
    await rejects(inspect("/bin/true"), /is no hakit/);
    const bytes = await Deno.readFile("/bin/true");
    new DataView(bytes.buffer).setUint16(18, 8, true);
    await Deno.writeFile(file, bytes, { mode: 0o755 });
    await rejects(inspect(file), /is an executable for machine 8/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
