import { strictEqual } from "node:assert/strict";
import { libc, Memory, O } from "../system/libc.ts";
import { listNames } from "./directory.ts";

Deno.test("listNames() leaves no name of a large directory out", async () => {
  // On a disk's file system: the cookies of ext4 are hashes of 63 bits.
  const path = await Deno.makeTempDir({ dir: "/var/tmp" });
  const memory = new Memory(4096);
  try {
    // Long names: more often one buffer ends and the next begins.
    const count = 5_000, long = "n".repeat(200);
    for (let i = 0; i < count; i++) {
      const file = `${path}/${long}-${i}`;
      Deno.openSync(file, { create: true, write: true }).close();
    }
    const fd = libc.open(memory.string(path), O.PATH | O.CLOEXEC, 0);
    const names = listNames(fd).map((name) => new TextDecoder().decode(name));
    libc.close(fd);
    strictEqual(new Set(names).size, count);
    strictEqual(names.length, count);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});
