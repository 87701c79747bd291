import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { en } from "../text/en.ts";
import { NodeCopies } from "./kept.tsx";

const show = (
  names: readonly { name: string; bytes?: number | null }[] | string,
  may: { restores?: boolean; drops?: boolean } = {},
) =>
  String(NodeCopies({
    names,
    restores: may.restores ?? false,
    drops: may.drops ?? false,
    busy: false,
    t: en,
    onWish: () => {},
  }));

Deno.test("NodeCopies lists the newest copy first, says what each is, and offers only what may be done", () => {
  const names = [
    { name: "2026-11-26T02-30-00-000Z", bytes: 5 * 2 ** 20 },
    { name: "before-resync-2026-11-26T02-45-00-000Z", bytes: null },
  ];
  const html = show(names);
  deepStrictEqual(html.match(/\d\d:\d\d:\d\d/g), ["02:45:00", "02:30:00"]);
  match(html, /this node&#39;s last whole state/);
  match(html, /5\.0 MiB/);
  match(html, /size not counted yet/);
  // Of a node that does not tell it, nothing is said.
  strictEqual(/MiB|counted/.test(show([{ name: "x" }])), false);
  strictEqual(html.includes("<button"), false);
  const buttons = (html: string) => html.match(/<button/g)?.length;
  strictEqual(buttons(show(names, { drops: true })), 2);
  strictEqual(buttons(show(names, { drops: true, restores: true })), 4);
  match(show([]), /There is no copy/);
  match(show("node2 is not reached"), /node2 is not reached/);
});
