import { deepStrictEqual } from "node:assert/strict";
import { AIDE } from "./aide.ts";
import { LargeFiles } from "./large_files.ts";

Deno.test("LargeFiles.close() gives one after the other to the second thread", () => {
  const begun: [number, number][] = [], ends: ((error: number) => void)[] = [];
  const files = new LargeFiles({
    run(what, fd, _path, done) {
      begun.push([what, fd]);
      ends.push(done);
    },
  });
  files.close(7);
  files.close(8);
  deepStrictEqual(begun, [[AIDE.CLOSE, 7]]);
  ends.shift()!(0);
  deepStrictEqual(begun, [[AIDE.CLOSE, 7], [AIDE.CLOSE, 8]]);
  ends.shift()!(0);
  files.close(9);
  deepStrictEqual(begun.at(-1), [AIDE.CLOSE, 9]);
});
