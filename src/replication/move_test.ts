import { strictEqual } from "node:assert/strict";
import { Move } from "./move.ts";

Deno.test("Move: the peer is lost when no other link has it in 1.1 s, however often one is tried", () => {
  const move = new Move();
  strictEqual(move.isOver(5000, undefined), false);
  move.begin(1000);
  move.begin(2000);
  strictEqual(move.isOver(2099, "dialling"), false);
  strictEqual(move.lasts, true);
  strictEqual(move.isOver(2100, "dialling"), true);
  strictEqual(move.lasts, false);
  strictEqual(move.isOver(2100, "dialling"), false);
});

Deno.test("Move: a peer that has answered on another link has a second more", () => {
  const move = new Move();
  move.begin(1000);
  strictEqual(move.isOver(3099, "securing"), false);
  strictEqual(move.isOver(3099, "greeting"), false);
  strictEqual(move.isOver(3100, "greeting"), true);
});

Deno.test("Move: it has ended when the peer is level", () => {
  const move = new Move();
  move.begin(1000);
  move.end();
  strictEqual(move.isOver(9000, undefined), false);
});
