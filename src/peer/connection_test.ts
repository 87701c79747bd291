import { strictEqual } from "node:assert/strict";
import { Memory } from "../system/libc.ts";
import { Outgoing } from "./connection.ts";

const SIZE = 256 * 1024;

Deno.test("Outgoing: sessions and strangers that come and go cost no more memory than one", () => {
  new Outgoing(SIZE).close();
  const before = Memory.mapped;
  for (let i = 0; i < 1000; i++) {
    const outgoing = new Outgoing(SIZE);
    outgoing.append({ kind: 1 }, new Uint8Array(1000));
    outgoing.close();
    outgoing.close();
  }
  strictEqual(Memory.mapped, before);
});

Deno.test("Outgoing: what is appended after its end does not come into the next one's stream", () => {
  const old = new Outgoing(SIZE);
  old.close();
  const next = new Outgoing(SIZE);
  strictEqual(next.memory, old.memory);
  const waiting = new Uint8Array(SIZE);
  next.append({ kind: 2 }, new Uint8Array([1, 2, 3]));
  old.append({ kind: 1 }, new Uint8Array(1000).fill(9));
  strictEqual(old.isEmpty, true);
  const other = new Outgoing(SIZE);
  // Closed twice, it would be given to two.
  old.close();
  const third = new Outgoing(SIZE);
  strictEqual(new Set([next, other, third].map((o) => o.memory)).size, 3);
  const length = next.take(waiting);
  strictEqual(waiting.subarray(0, length).includes(9), false);
});
