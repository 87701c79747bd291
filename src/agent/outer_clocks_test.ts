import { strictEqual } from "node:assert/strict";
import { OuterClocks, outerClocks } from "./outer_clocks.ts";

/** A machine whose own clock may stand still; its hardware's tells whole seconds, its wall clock is set right later. */
function machine() {
  const time = { own: 5_000, outside: 1_700_000_000_900, wall: 0 };
  let slow = 0;
  const clocks = new OuterClocks(() => time.own, [
    () => {
      time.own += slow;
      return Math.floor(time.outside / 1000) * 1000;
    },
    () => time.wall + time.own,
    () => null,
  ]);
  clocks.look();
  return {
    clocks,
    time,
    takes: (ms: number) => slow = ms,
    runs(ms: number) {
      time.own += ms;
      time.outside += ms;
    },
    paused: (ms: number) => time.outside += ms,
  };
}

Deno.test("OuterClocks: whole seconds are no pause, also after days", () => {
  const { clocks, runs } = machine();
  for (let i = 0; i < 500; i++) {
    runs(37 * (i % 60));
    strictEqual(clocks.look(), 0);
  }
  runs(86_400_000);
  strictEqual(clocks.look(), 0);
});

Deno.test("OuterClocks: a pause longer than a time-out is seen, once, wherever in a second it begins", () => {
  for (let at = 0; at < 1000; at += 50) {
    const { clocks, runs, paused } = machine();
    runs(at);
    clocks.look();
    paused(2_200);
    runs(20);
    strictEqual(clocks.look() > 0, true, `${at}`);
    runs(1_000);
    strictEqual(clocks.look(), 0);
  }
});

Deno.test("OuterClocks: without a hardware clock the wall clock tells it when it has been set right; one that goes back tells nothing", () => {
  const { clocks, time, runs } = machine();
  time.wall += 600_000;
  strictEqual(clocks.look(), 600_000);
  time.wall -= 3_600_000;
  runs(1_000);
  strictEqual(clocks.look(), 0);
});

Deno.test("OuterClocks: a look that took long says nothing, and the next one does", () => {
  const { clocks, paused, takes } = machine();
  paused(10_000);
  takes(300);
  strictEqual(clocks.look(), 0);
  takes(0);
  strictEqual(clocks.look() >= 9_000, true);
});

Deno.test("outerClocks(): this machine has not stood still between two looks", () => {
  const clocks = outerClocks();
  strictEqual(clocks.look(), 0);
  strictEqual(clocks.look(), 0);
});
