import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  beaten,
  doThenSay,
  fenced,
  followed,
  heard,
  HOLD_MS,
  idleMs,
  judged,
  NOTHING,
  pets,
  SILENT_MS,
  type Ward,
  type Watch,
  type Watching,
} from "./ward.ts";

const WATCHDOG = { device: "/dev/watchdog", timeoutMs: 10_000, stopMs: 60_000 };

const SLACK_MS = 100;

function word(...wards: Partial<Ward>[]): Watching {
  return {
    do: "watch",
    watchdog: null,
    wards: wards.map((ward) => ({
      module: "shop",
      until: 2_000,
      lastsMs: 1_785,
      beats: false,
      slackMs: SLACK_MS,
      leaving: false,
      addresses: ["10.0.0.9"],
      group: "/g",
      units: [],
      ...ward,
    })),
  };
}

const due = (watch: Watch) =>
  [...watch.guarded.values()].filter(({ dueSince }) => dueSince !== null)
    .map(({ ward }) => ward.module);

Deno.test("doThenSay() waits for no log before all is done", () => {
  const order: string[] = [];
  const act = (one: string) => {
    order.push(one);
    return one === "b" ? null : `${one} is done`;
  };
  doThenSay(["a", "b", "c"], act, (text) => order.push(text));
  deepStrictEqual(order, ["a", "b", "c", "a is done", "c is done"]);
});

Deno.test("judged() fences when the time is over, and not after a renewal", () => {
  let watch = heard(NOTHING, word({}), 1_000);
  deepStrictEqual(due(judged(watch, 2_000 + SLACK_MS)), []);
  deepStrictEqual(due(judged(watch, 2_001 + SLACK_MS)), ["shop"]);
  watch = heard(judged(watch, 2_200), word({ until: 4_000 }), 2_300);
  deepStrictEqual(due(watch), []);
});

Deno.test("heard() keeps the end that is not known anew, and drops what is left out", () => {
  const watch = heard(NOTHING, word({}), 1_000);
  // An agent that has just come back has been heard by nobody: the last one's end counts.
  const kept = heard(watch, word({ until: null }), 1_500);
  deepStrictEqual(due(judged(kept, 2_200)), ["shop"]);
  strictEqual(heard(watch, word(), 1_500).guarded.size, 0);
  // Guard and agent are both new, and services run: nobody knows until when.
  const unknown = heard(NOTHING, word({ until: null }), 1_000);
  deepStrictEqual(due(judged(unknown, 1_000 + SLACK_MS)), []);
  deepStrictEqual(due(judged(unknown, 1_001 + SLACK_MS)), ["shop"]);
});

Deno.test("beaten() moves the end of a module that heartbeats keep, whatever the agent's loop does", () => {
  let watch = heard(NOTHING, word({ beats: true }), 1_000);
  for (let at = 1_300; at <= 9_100; at += 300) watch = beaten(watch, at, at);
  deepStrictEqual(due(judged(watch, 9_100 + 1_785 + SLACK_MS)), []);
  deepStrictEqual(due(judged(watch, 9_101 + 1_785 + SLACK_MS)), ["shop"]);
  // The loop is back and knows of an earlier end only.
  watch = heard(watch, word({ beats: true, until: 8_000 }), 9_200);
  deepStrictEqual(due(judged(watch, 10_000)), []);
});

Deno.test("beaten() gives nothing back that was fenced, and nothing for a lease", () => {
  let watch = heard(NOTHING, word({ beats: true }), 1_000);
  watch = judged(watch, 2_200);
  watch = judged(beaten(watch, 2_300, 2_300), 2_300);
  deepStrictEqual(due(watch), ["shop"]);
  // The agent has heard that the other node follows it still.
  watch = heard(watch, word({ beats: true, until: 4_000 }), 2_600);
  deepStrictEqual(due(watch), []);
  const lease = beaten(heard(NOTHING, word({}), 1_000), 1_900, 1_900);
  deepStrictEqual(due(judged(lease, 2_101)), ["shop"]);
});

Deno.test("beaten() by heartbeats that left in time counts, however late the guard reads of them; a gap does not", () => {
  const before = heard(NOTHING, word({ beats: true }), 1_000);
  let watch = before;
  for (let at = 1_300; at <= 6_000; at += 300) watch = beaten(watch, at, 6_050);
  deepStrictEqual(due(judged(watch, 6_050)), []);
  watch = before;
  // Stopped for 3 s, and going on before the guard was awake: the other node may have gone on.
  for (let at = 5_000; at <= 6_000; at += 300) watch = beaten(watch, at, 6_050);
  deepStrictEqual(due(judged(watch, 6_050)), ["shop"]);
});

Deno.test("followed() renews a lease while the agent's loop is held up, and not for what the other node does not follow", () => {
  let watch = heard(NOTHING, word({}), 1_000);
  for (let at = 1_300; at <= 4_000; at += 300) {
    watch = judged(followed(watch, { at, modules: ["shop"] }, at + 5), at + 5);
  }
  deepStrictEqual(due(judged(watch, 4_000 + 1_785 + SLACK_MS)), []);
  deepStrictEqual(due(judged(watch, 4_001 + 1_785 + SLACK_MS)), ["shop"]);
  const other = followed(heard(NOTHING, word({}), 1_000), {
    at: 1_900,
    modules: ["mail"],
  }, 1_905);
  deepStrictEqual(due(judged(other, 2_101)), ["shop"]);
  // One that must leave does, whatever the other node has heard.
  const leaving = followed(heard(NOTHING, word({ leaving: true }), 3_000), {
    at: 3_500,
    modules: ["shop"],
  }, 3_505);
  deepStrictEqual(due(judged(leaving, 4_001)), ["shop"]);
});

Deno.test("judged() leaves a module to an agent that is leaving it, until that falls silent", () => {
  const watch = heard(NOTHING, word({ leaving: true }), 3_000);
  deepStrictEqual(due(judged(watch, 3_000 + SILENT_MS)), []);
  deepStrictEqual(due(judged(watch, 3_001 + SILENT_MS)), ["shop"]);
  deepStrictEqual(
    due(heard(judged(watch, 5_000), word({ leaving: true }), 5_100)),
    [],
  );
});

Deno.test("pets() the watchdog while leases hold, and while what lost its own is held", () => {
  let watch = heard(NOTHING, word({}), 1_000);
  ok(pets(watch, 2_000, WATCHDOG));
  watch = judged(watch, 2_101);
  ok(pets(watch, 2_101 + HOLD_MS, WATCHDOG));
  // It could not be taken away: the other node serves by now.
  ok(!pets(watch, 2_102 + HOLD_MS, WATCHDOG));
  watch = fenced(watch, "shop", true);
  ok(pets(judged(watch, 30_000), 30_000, WATCHDOG));
  // Frozen for ever is no service either: the machine begins anew.
  ok(!pets(watch, 2_001 + WATCHDOG.stopMs, WATCHDOG));
});

Deno.test("pets() not for ever while a module that was fenced is not stopped", () => {
  const watch = heard(NOTHING, word({ leaving: true }), 3_000);
  ok(pets(watch, 2_000 + WATCHDOG.stopMs, WATCHDOG));
  const still = heard(watch, word({ leaving: true }), 62_000);
  ok(!pets(still, 62_001, WATCHDOG));
  ok(pets(heard(still, word(), 62_100), 62_101, WATCHDOG));
});

Deno.test("pets() where nothing holds a lease, whatever the agent does", () => {
  ok(pets(NOTHING, 1e9, WATCHDOG));
});

Deno.test("idleMs() ends when the next time is over", () => {
  const watch = heard(NOTHING, word({}), 1_000);
  strictEqual(idleMs(watch, 1_950, 200), 151);
  strictEqual(idleMs(watch, 1_000, 200), 200);
  strictEqual(idleMs(NOTHING, 5, 200), 200);
});
