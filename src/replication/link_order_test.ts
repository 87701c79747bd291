import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { LinkOrder } from "./link_order.ts";

function tries(order: LinkOrder, count: number, times: number, now = 0) {
  return Array.from({ length: times }, () => order.next(count, now));
}

Deno.test("LinkOrder: one link after the other, also when there is only one", () => {
  deepStrictEqual(tries(new LinkOrder(), 2, 4), [1, 0, 1, 0]);
  deepStrictEqual(tries(new LinkOrder(), 1, 2), [0, 0]);
});

Deno.test("LinkOrder: a link that carried nothing is tried last for a minute, and tried all the same", () => {
  const order = new LinkOrder();
  strictEqual(order.next(2, 0), 1);
  order.reached();
  order.leaveAside(0);
  strictEqual(order.next(2, 0), 0);
  order.reached();
  // The session on the good link ended for another reason; it is the good one again, then the other.
  deepStrictEqual(tries(order, 2, 4, 59_000), [0, 1, 0, 1]);
  order.reached();
  deepStrictEqual(tries(order, 2, 2, 61_000), [0, 1]);
});

Deno.test("LinkOrder: both carried nothing: the one that was left first is tried", () => {
  const order = new LinkOrder();
  order.next(2, 0);
  order.reached();
  order.leaveAside(0);
  order.next(2, 0);
  order.reached();
  order.leaveAside(10);
  deepStrictEqual(tries(order, 2, 3, 20), [1, 0, 1]);
});
