import { strictEqual } from "node:assert/strict";
import { E } from "../system/libc.ts";
import { mayDiffer } from "./may_differ.ts";
import { KIND } from "./operation.ts";

Deno.test("mayDiffer(): one copy did it, or both perhaps a part of it", () => {
  strictEqual(mayDiffer(KIND.WRITE, 0, 0), false);
  strictEqual(mayDiffer(KIND.UNLINK, 0, E.NOENT), true);
  strictEqual(mayDiffer(KIND.CREATE, E.NOSPC, 0), true);
  for (const kind of [KIND.WRITE, KIND.FALLOCATE, KIND.COPY]) {
    strictEqual(mayDiffer(kind, E.NOSPC, E.NOSPC), true);
    strictEqual(mayDiffer(kind, E.NOSPC, E.IO), true);
    // Refused before anything was done.
    strictEqual(mayDiffer(kind, E.OPNOTSUPP, E.OPNOTSUPP), false);
  }
  strictEqual(mayDiffer(KIND.CREATE, E.NOSPC, E.NOSPC), false);
});
