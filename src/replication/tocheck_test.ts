import { ok, strictEqual } from "node:assert/strict";
import { missingPath } from "./tocheck.ts";

Deno.test("missingPath() names the path that must be there, and is quiet when it is", async () => {
  const path = await Deno.makeTempDir();
  strictEqual(missingPath([{ path }]), null);
  const guarded = [{ path }, { path, tocheck: "base/marker" }];
  ok(missingPath(guarded)?.includes(`"${path}/base/marker"`));
  await Deno.mkdir(`${path}/base`);
  ok(missingPath(guarded));
  await Deno.symlink("nowhere", `${path}/base/marker`);
  strictEqual(missingPath(guarded), null);
  ok(missingPath([{ path, tocheck: "base/marker/deeper" }]));
  await Deno.remove(path, { recursive: true });
});
