import { notStrictEqual, strictEqual } from "node:assert/strict";
import { termsOf } from "./terms.ts";

Deno.test("termsOf() tells lists of directories apart: another path, another order, one more", () => {
  const terms = termsOf([{ path: "/srv/a" }, { path: "/srv/b" }]);
  for (
    const other of [
      [{ path: "/srv/a" }],
      [{ path: "/srv/b" }, { path: "/srv/a" }],
      [{ path: "/srv/a" }, { path: "/srv/c" }],
      [{ path: "/srv/a" }, { path: "/srv/b" }, { path: "/srv/c" }],
    ]
  ) notStrictEqual(termsOf(other), terms);
  strictEqual(termsOf([{ path: "/srv/a" }, { path: "/srv/b" }]), terms);
});

Deno.test("termsOf() names what is below a node's home from there", () => {
  strictEqual(
    termsOf([{ path: "/n1/data" }], "/n1"),
    termsOf([{ path: "/n2/data" }], "/n2"),
  );
  notStrictEqual(
    termsOf([{ path: "/n1/data" }], "/n1"),
    termsOf([{ path: "/n1x/data" }], "/n1"),
  );
});
