import { ok, strictEqual } from "node:assert/strict";
import { Spin } from "./spin.ts";

Deno.test("Spin looks as long as the next event is near, and hardly at all where it is not", () => {
  const spin = new Spin(2);
  for (let i = 0; i < 5; i++) spin.slept(0.3);
  strictEqual(spin.ms, 0.4);
  for (let i = 0; i < 20; i++) spin.slept(5);
  ok(spin.ms <= 0.02, `${spin.ms} ms`);
  for (let i = 0; i < 6; i++) spin.slept(0.2);
  strictEqual(spin.ms, 0.4);
});

Deno.test("Spin never looks on a single processor", () => {
  const spin = new Spin(1);
  spin.slept(0.1);
  strictEqual(spin.ms, 0);
});
