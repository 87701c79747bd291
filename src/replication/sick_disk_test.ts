import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { E } from "../system/libc.ts";
import { isShut, isSick, sickness } from "./sick_disk.ts";

Deno.test("isSick(): a damaged file system or a device that is gone, not what applications bring about", () => {
  for (const error of [E.IO, E.ROFS, E.UCLEAN, E.BADMSG, E.NXIO, E.NODEV]) {
    strictEqual(isSick(error), true, String(error));
  }
  const ordinary = [0, E.NOSPC, E.DQUOT, E.FBIG, E.NOENT, E.EXIST, E.STALE];
  for (const error of ordinary) strictEqual(isSick(error), false);
});

Deno.test("sickness(): says where and what", () => {
  strictEqual(
    sickness("writing", "/srv", E.UCLEAN),
    'writing below "/srv" failed: EUCLEAN',
  );
  strictEqual(sickness("reading", "/srv", E.NOSPC), null);
});

Deno.test("isShut(): of a sick disk's errors those that are no single place's", () => {
  for (const error of [E.ROFS, E.NODEV, E.NOMEDIUM]) {
    deepStrictEqual([isSick(error), isShut(error)], [true, true]);
  }
  for (const error of [0, E.IO, E.UCLEAN, E.BADMSG, E.NOSPC]) {
    strictEqual(isShut(error), false);
  }
});
