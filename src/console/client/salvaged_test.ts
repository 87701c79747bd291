import { match } from "node:assert/strict";
import { en } from "../text/en.ts";
import { cost, extent } from "./salvaged.tsx";

Deno.test("of a whole copy that was set aside the console says where it stands, and that its removal leaves it", () => {
  const kept = { name: "2026-11-23T02-30-00-000Z", bytes: null };
  const aside = { ...kept, asides: ["/srv/db/.hakit/aside-1"] };
  match(extent(aside, en), /^a whole copy, in \/srv\/db\/\.hakit\/aside-1$/);
  match(cost(aside, en), /stays in \/srv\/db\/\.hakit\/aside-1: only the note/);
  match(extent({ ...kept, bytes: 2 ** 20 }, en), /^1\.0 MiB on the disk$/);
  match(cost(kept, en), /exists nowhere else: download it first/);
});
