import assert from "node:assert/strict";
import { join } from "node:path";
import { unconfined } from "./apparmor.ts";

Deno.test("unconfined() takes the server out of the profile of MariaDB's package, where that is loaded", async () => {
  const home = await Deno.makeTempDir();
  try {
    const [loaded, tool] = [join(home, "profiles"), join(home, "aa-exec")];
    const found = async (profiles: string) => {
      await Deno.writeTextFile(loaded, profiles);
      return await unconfined({ loaded, tool });
    };
    const others = "mariadbd_akonadi (enforce)\n/usr/sbin/mysqld (enforce)\n";
    assert.deepEqual(await unconfined({ loaded, tool }), []);
    assert.deepEqual(await found("mariadbd (enforce)\n"), [], "no tool");
    await Deno.writeTextFile(tool, "");
    assert.deepEqual(await found(others), []);
    assert.deepEqual(
      await found(`${others}mariadbd (enforce)\n`),
      [tool, "-p", "unconfined", "--"],
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
