import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { BLOCK, SUMMARY } from "../blocks.ts";
import {
  decodeEntries,
  decodeNames,
  encodeEntries,
  encodeNames,
  type Facts,
  judge,
} from "./form.ts";
import { Pace } from "./pace.ts";
import { differingBlocks } from "./summaries.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

Deno.test("entries and names come back as they were", () => {
  fc.assert(fc.property(
    bytes(4000),
    fc.array(bytes(255), { maxLength: 20 }),
    (path, names) => {
      deepStrictEqual(decodeEntries(encodeEntries(path, names)), {
        path,
        names,
      });
      deepStrictEqual(decodeNames(encodeNames(names, [1]), 1), names);
    },
  ));
});

Deno.test("entries that are cut or hostile are none, and nothing breaks", () => {
  fc.assert(fc.property(bytes(300), (some) => {
    decodeEntries(some);
    decodeNames(some);
  }));
  strictEqual(decodeEntries(new Uint8Array([200, 0, 1])), null);
  strictEqual(decodeNames(new Uint8Array([5, 1])), null);
});

const FILE: Facts = {
  id: 7,
  type: "file",
  mode: "644",
  owner: "0:0",
  links: 1,
  size: 10,
  device: 0,
  target: "",
  xattrs: { "user.a": "01" },
  modified: "1.000000000",
};

Deno.test("judge() tells each fact that differs and what is to be levelled", () => {
  strictEqual(judge(FILE, { ...FILE, xattrs: { "user.a": "01" } }, true), null);
  strictEqual(judge(null, null, true), null);
  for (const key of Object.keys(FILE) as (keyof Facts)[]) {
    const other = key === "xattrs"
      ? { "user.b": "01" }
      : typeof FILE[key] === "number"
      ? 99
      : "other";
    const judged = judge(FILE, { ...FILE, [key]: other }, true);
    ok(judged, key);
    strictEqual(judged.size, key === "size");
    const place = ["id", "type", "device", "target"].includes(key);
    strictEqual(judged.names, place, key);
  }
  const xattrs = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`user.${i}`, "01"]),
  );
  const words = judge(FILE, { ...FILE, xattrs }, true)?.words;
  ok(words?.endsWith(", user.8 and 11 more"), words);
  ok(judge(FILE, null, true)?.names);
  ok(judge(null, FILE, true)?.names);
});

Deno.test("judge() of what cannot be read says where, and has nothing levelled", () => {
  const bad = { unreadable: "EIO" };
  for (
    const [mine, theirs, words] of [
      [bad, FILE, "cannot be read on the primary: EIO"],
      [null, bad, "cannot be read on the secondary: EIO"],
      [
        bad,
        bad,
        "cannot be read on the primary: EIO; cannot be read on the secondary: EIO",
      ],
    ] as const
  ) {
    deepStrictEqual(judge(mine, theirs, true), {
      words,
      names: false,
      size: false,
      unreadable: true,
    });
  }
});

Deno.test("judge() leaves a time that is still on its way", () => {
  strictEqual(judge(FILE, { ...FILE, modified: "2.0" }, false), null);
});

Deno.test("differingBlocks() joins neighbours and takes a missing summary for zeros", () => {
  const a = new Uint8Array(SUMMARY * 4), b = a.slice();
  deepStrictEqual(differingBlocks(a, b), []);
  deepStrictEqual(differingBlocks(a, new Uint8Array(0)), []);
  b[SUMMARY] = b[SUMMARY * 3 - 1] = 1;
  const between = [{ begin: BLOCK, end: 3 * BLOCK }];
  deepStrictEqual(differingBlocks(a, b), between);
  deepStrictEqual(differingBlocks(new Uint8Array(0), b), between);
});

Deno.test("Pace keeps to its rate and saves little", () => {
  const pace = new Pace(1000, 0);
  strictEqual(pace.ahead(0), false);
  pace.take(500);
  strictEqual(pace.ahead(100), true);
  strictEqual(pace.ahead(501), false);
  // After a long rest a quarter of a second may be made up for.
  strictEqual(pace.ahead(60_000), false);
  pace.take(251);
  strictEqual(pace.ahead(60_000), true);
});
