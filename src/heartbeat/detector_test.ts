import { strictEqual } from "node:assert/strict";
import { Detector } from "./detector.ts";

const OPTIONS = { periodMs: 300, timeoutMs: 2100 };

/** Ticks every 50 ms from one moment to another. */
function tick(detector: Detector, from: number, to: number): void {
  for (let now = from; now <= to; now += 50) detector.ticked(now, 50);
}

Deno.test("Detector.verdict() is unknown, alive, late, lost in turn", () => {
  const detector = new Detector(OPTIONS);
  tick(detector, 0, 1000);
  strictEqual(detector.verdict(1000), "unknown");
  detector.heard(1000);
  tick(detector, 1050, 3100);
  strictEqual(detector.verdict(1700), "alive");
  strictEqual(detector.verdict(1800), "late");
  strictEqual(detector.verdict(3099), "late");
  strictEqual(detector.verdict(3100), "lost");
  detector.heard(3200);
  strictEqual(detector.verdict(3200), "alive");
});

Deno.test("Detector.verdict() does not blame the peer for this process' own sleep", () => {
  const detector = new Detector(OPTIONS);
  detector.heard(0);
  tick(detector, 0, 500);
  // Stopped for ten seconds: no tick came, and nothing could be heard.
  detector.ticked(10_500, 50);
  strictEqual(detector.verdict(10_500), "alive");
  tick(detector, 10_550, 12_000);
  strictEqual(detector.verdict(12_000), "late");
  tick(detector, 12_050, 12_100);
  strictEqual(detector.verdict(12_100), "lost");
});

Deno.test("Detector.verdict() is not put off by a busy machine's small delays", () => {
  const detector = new Detector(OPTIONS);
  detector.heard(0);
  for (let now = 0; now <= 2100; now += 150) detector.ticked(now, 50);
  strictEqual(detector.verdict(2100), "lost");
});

Deno.test("Detector does not call the peer lost for what it slept itself, though it is asked before the next tick", () => {
  const detector = new Detector(OPTIONS);
  for (let at = 0; at <= 1_000; at += 100) {
    detector.ticked(at, 100);
    detector.heard(at);
  }
  // Stopped for an hour; what wakes it is a datagram of a stranger.
  strictEqual(detector.verdict(3_601_000), "alive");
  detector.ticked(3_601_050, 100);
  strictEqual(detector.verdict(3_601_050), "alive");
  for (let at = 3_601_100; at < 3_603_050; at += 100) {
    detector.ticked(at, 100);
    strictEqual(detector.verdict(at) === "lost", false, String(at));
  }
  detector.ticked(3_603_100, 100);
  strictEqual(detector.verdict(3_603_100), "lost");
});

Deno.test("Detector.verdict() of a thread that is starved all the time is put off by one time-out and no more", () => {
  const detector = new Detector(OPTIONS);
  detector.heard(0);
  for (let now = 0; now < 4_000; now += 500) {
    detector.ticked(now, 100);
    strictEqual(detector.verdict(now) === "lost", false, String(now));
  }
  detector.ticked(4_500, 100);
  strictEqual(detector.verdict(4_500), "lost");
  // It stood still twice, each time for longer than a time-out: how long, says nothing.
  detector.heard(5_000);
  detector.ticked(5_000, 100);
  for (const now of [15_000, 15_100, 25_000, 25_100]) {
    detector.ticked(now, 100);
    strictEqual(detector.verdict(now) === "lost", false, String(now));
  }
});
