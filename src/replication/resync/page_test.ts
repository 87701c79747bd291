import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decodePage, encodePage, isOnPage, pagesOf, WHOLE } from "./page.ts";

const name = (i: number) => new TextEncoder().encode(`file-${i}`);

Deno.test("pagesOf() a usual directory is the whole of it", () => {
  deepStrictEqual(pagesOf(0), [WHOLE]);
  deepStrictEqual(pagesOf(32_768), [WHOLE]);
});

Deno.test("each name is on one page of each round, and the rounds are in order", () => {
  const pages = pagesOf(400_000);
  strictEqual(pages.length, 26);
  deepStrictEqual(pages.map(({ removeOnly }) => removeOnly), [
    ...Array(13).fill(true),
    ...Array(13).fill(false),
  ]);
  const sizes = Array(13).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const on = pages.filter((page) => isOnPage(page, name(i)));
    deepStrictEqual(on.map(({ removeOnly }) => removeOnly), [true, false]);
    strictEqual(on[0]!.number, on[1]!.number);
    sizes[on[0]!.number]++;
  }
  for (const size of sizes) ok(size < 900, `${sizes}`);
});

Deno.test("decodePage(encodePage) is the identity, and nonsense is none", () => {
  for (const page of pagesOf(5_000_000)) {
    const { argument, flags } = encodePage(page);
    deepStrictEqual(decodePage(argument, flags), page);
  }
  const { argument, flags } = encodePage(WHOLE);
  deepStrictEqual(decodePage(argument, flags), WHOLE);
  strictEqual(decodePage(1, 0), null);
  fc.assert(fc.property(fc.nat(2 ** 31), fc.nat(255), (argument, flags) => {
    const page = decodePage(argument, flags);
    ok(page === null || page.number < page.count);
  }));
});
