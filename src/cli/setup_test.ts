import assert from "node:assert/strict";
import { ownFolders, roomFolders } from "./setup.ts";

Deno.test("roomFolders() has K3s' own disk, ownFolders() only what is the module's", () => {
  const settings = { storage: "/data/storage", export: "/srv/volume" };
  assert.deepEqual(roomFolders(settings), [
    ...["/var/lib/mysql", "/data/storage", "/var/lib/rancher"],
  ]);
  assert.deepEqual(ownFolders(settings), [
    ...["/var/lib/mysql", "/data/storage", "/srv/volume"],
  ]);
});
