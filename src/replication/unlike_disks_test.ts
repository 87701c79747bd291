import { match, strictEqual } from "node:assert/strict";
import { E } from "../system/libc.ts";
import { lastingRefusal, NotLevel } from "./unlike_disks.ts";

Deno.test("lastingRefusal() names what the other node's file system never takes, and says nothing of a full disk", () => {
  const why = 'its disk refuses "a/b": ENAMETOOLONG';
  const said = lastingRefusal(new NotLevel(why, E.NAMETOOLONG), "node2");
  match(said!, /^node2 cannot hold .*"a\/b": ENAMETOOLONG; make the file/);
  const full = 'its disk refuses "a/b": ENOSPC';
  strictEqual(lastingRefusal(new NotLevel(full, E.NOSPC), "node2"), null);
  strictEqual(lastingRefusal(new NotLevel("names differ", 0), "node2"), null);
  strictEqual(lastingRefusal(new Error("a full disk here"), "node2"), null);
});
