import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { because, holds, type Known } from "./evaluate.ts";
import { EMPTY_MEMORY, judge, type Memory } from "./judge.ts";
import { parseRules } from "./parse.ts";
import type { ResourceState, Rule } from "./rule.ts";

type States = Readonly<{ [name: string]: ResourceState }>;

function map(states: States): Map<string, Known> {
  return new Map(
    Object.entries(states).map(([name, state]) => [name, {
      state,
      detail: state === "down" ? "gone" : null,
    }]),
  );
}

/** Rules over a life of one node, in seconds. */
class Life {
  memory: Memory = EMPTY_MEMORY;
  constructor(
    readonly rules: readonly Rule[],
    readonly holdMs = 15_000,
  ) {}

  at(seconds: number, local: States, more: {
    readonly remote?: States;
    readonly atRest?: boolean;
    readonly waits?: boolean;
  } = {}): string | null {
    const { memory, fired } = judge(this.rules, this.memory, {
      at: seconds * 1000,
      resources: { local: map(local), remote: map(more.remote ?? {}) },
      atRest: more.atRest ?? true,
      waits: more.waits ?? false,
      holdMs: this.holdMs,
    });
    this.memory = memory;
    return fired && `${fired.order} by ${fired.rule}: ${fired.reason}`;
  }
}

const DOWN = { "tcp.web": "down" } as const;
const UP = { "tcp.web": "up" } as const;

Deno.test("judge() fires after the holding time, not before, and says why", () => {
  const life = new Life(parseRules("t: if (tcp.web == down) then restart()"));
  strictEqual(life.at(0, DOWN), null);
  strictEqual(life.at(14.9, DOWN), null);
  strictEqual(life.at(15, DOWN), "restart by t: tcp.web is down (gone)");
  // Nothing was done (perhaps it could not be): it asks again after as long.
  strictEqual(life.at(29.9, DOWN), null);
  ok(life.at(30, DOWN));
});

Deno.test("judge() begins anew whenever the condition breaks, or the module changes", () => {
  const life = new Life(parseRules("t: if (tcp.web == down) then restart()"));
  for (let second = 0; second < 300; second += 10) {
    strictEqual(life.at(second, second % 20 === 0 ? DOWN : UP), null);
  }
  life.at(300, DOWN);
  life.at(310, DOWN, { atRest: false });
  strictEqual(life.at(316, DOWN), null);
  strictEqual(life.at(330, DOWN), null);
  ok(life.at(331, DOWN));
});

Deno.test("judge() never fires more often than once a holding time (property)", () => {
  const rules = parseRules("t: if (tcp.web == down) then restart()");
  const steps = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.boolean(), fc.boolean()),
    { maxLength: 300 },
  );
  fc.assert(fc.property(steps, (list) => {
    const life = new Life(rules, 5000);
    let at = 0;
    let last = -Infinity;
    let downSince: number | null = null;
    for (const [ms, isDown, atRest] of list) {
      at += ms;
      if (!isDown || !atRest) downSince = null;
      else downSince ??= at;
      const fired = life.at(at / 1000, isDown ? DOWN : UP, { atRest });
      if (fired === null) continue;
      ok(downSince !== null && at - downSince >= 5000, "held long enough");
      ok(at - last >= 5000, "not twice at once");
      last = at;
    }
  }));
});

Deno.test("judge() takes the rule that is written first", () => {
  const life = new Life(
    parseRules(
      "a: if (tcp.web != up) then swap() b: if (tcp.web == down) then stop()",
    ),
    0,
  );
  ok(life.at(0, DOWN)?.startsWith("swap by a"));
});

Deno.test("judge() blocks what waits at once, what runs after the holding time, and lets go after as long", () => {
  const life = new Life(parseRules("p: if (ping.gw == down) then wait()"));
  const down = { "ping.gw": "down" } as const;
  const up = { "ping.gw": "up" } as const;
  const blocked = () => life.memory.blocked?.pending ?? null;
  life.at(0, down);
  strictEqual(blocked(), null);
  life.at(15, down);
  strictEqual(blocked(), false);
  life.at(16, up, { waits: true });
  strictEqual(blocked(), false);
  life.at(20, down, { waits: true });
  life.at(21, up, { waits: true });
  life.at(35, up, { waits: true });
  strictEqual(blocked(), false);
  life.at(36, up, { waits: true });
  strictEqual(blocked(), null);
  life.at(37, down, { waits: true });
  strictEqual(blocked(), false);
});

Deno.test("judge() lets a start wait for the first result, and nothing else", () => {
  const life = new Life(parseRules("p: if (ping.gw == down) then wait()"));
  life.at(0, { "ping.gw": "init" }, { waits: true });
  deepStrictEqual(life.memory.blocked, {
    reason: "waits for the first result of ping.gw",
    pending: true,
  });
  life.at(1, { "ping.gw": "init" });
  strictEqual(life.memory.blocked, null);
  life.at(2, { "ping.gw": "up" }, { waits: true });
  strictEqual(life.memory.blocked, null);
});

Deno.test("holds() takes * for all and ? for any; all of none is unknown and fires nothing", () => {
  const value = (text: string, local: States, remote: States = {}) =>
    holds(parseRules(`if (${text}) then stop()`)[0]!.condition, {
      local: map(local),
      remote: map(remote),
    });
  const mixed = {
    "intf.lan": "up",
    "intf.dmz": "down",
    "tcp.lan": "up",
  } as const;
  strictEqual(value("intf.* == up", mixed), false);
  strictEqual(value("intf.? == down", mixed), true);
  strictEqual(value("intf.l* == up", mixed), true);
  strictEqual(value("remote.intf.* == up", mixed), false);
  strictEqual(value("remote.intf.* == down", mixed), false);
  strictEqual(value("remote.intf.* == unknown", mixed), true);
  strictEqual(value("remote.intf.* == up", {}, { "intf.a": "up" }), true);
  strictEqual(value("tcp.gone == down", mixed), false);
});

Deno.test("because() names what is true, on both sides", () => {
  const [rule] = parseRules(
    "if ((tcp.web == down or tcp.db == down) and remote.intf.* == up) then swap()",
  );
  strictEqual(
    because(rule!.condition, {
      local: map({ "tcp.web": "up", "tcp.db": "down" }),
      remote: map({ "intf.lan": "up" }),
    }),
    "tcp.db is down (gone) and remote.intf.lan is up",
  );
});
