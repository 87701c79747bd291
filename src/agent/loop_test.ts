import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Action, PlanAction } from "../machine/action.ts";
import type { Event } from "../machine/event.ts";
import type { ModuleView } from "../machine/state.ts";
import { sleep } from "../system/clock.ts";
import { type Effects, Loop } from "./loop.ts";

const RECORD = { goal: "run", lastRole: null, cameFrom: null } as const;
const STOP_SCRIPT: PlanAction = {
  do: "script",
  script: "stop_prim",
  current: "PRIM",
  next: "WAIT",
  action: "stop",
  force: false,
};

interface Options extends Partial<Effects> {
  /** What the automaton asks for at its n-th event. */
  readonly answers: readonly (readonly Action[])[];
}

function run({ answers, ...effects }: Options) {
  const done: string[] = [];
  const seen: Event[] = [];
  const loop = new Loop<number>(
    {
      step: (state, event) => {
        seen.push(event);
        const actions = event.type === "performed" ? [] : answers[state] ?? [];
        return {
          state: event.type === "performed" ? state : state + 1,
          actions,
        };
      },
      view: (state) => ({ reason: String(state) }) as ModuleView,
    },
    0,
    {
      persist: () => Promise.resolve(void done.push("persist")),
      tell: () => done.push("tell"),
      replicator: ({ command }) => Promise.resolve(void done.push(command)),
      perform: (action) => Promise.resolve(void done.push(action.do)),
      log: (level, text) => done.push(`${level}: ${text}`),
      changed: () => {},
      broken: (error) => done.push(`broken: ${error}`),
      ...effects,
    },
  );
  return { loop, done, seen };
}

const tick = (at: number): Event => ({ type: "tick", at });
const command = (at: number): Event => ({
  type: "command",
  at,
  command: "start",
  full: false,
  by: "test",
});
const plan = (number: number, replace: boolean): Action => ({
  do: "run",
  plan: number,
  name: `plan${number}`,
  actions: [STOP_SCRIPT],
  replace,
});

Deno.test("Loop goes on with a plan when what came meanwhile is judged, and with one that takes away at once", async () => {
  const wait: PlanAction = { ...STOP_SCRIPT, script: "start_prim" };
  const ready = Promise.withResolvers<void>();
  const { loop, done } = run({
    answers: [
      [{ do: "run", plan: 1, name: "one", actions: [wait], replace: false }],
      [{
        do: "run",
        plan: 2,
        name: "two",
        actions: [
          { do: "release-addresses" },
          { do: "freeze-services" },
        ] as PlanAction[],
        replace: true,
      }],
    ],
    ready: () => ready.promise,
  });
  await loop.post(command(1));
  await loop.post(command(2));
  await sleep(20);
  ready.resolve();
  await loop.settled();
  await sleep(20);
  strictEqual(done.includes("script"), false);
  strictEqual(done.includes("freeze-services"), true);
  await loop.close();
});

Deno.test("Loop takes away although a plan between two that do so had not begun", async () => {
  const fence = (number: number): Action => ({
    do: "run",
    plan: number,
    name: `fence${number}`,
    actions: [
      { do: "release-addresses" },
      { do: "freeze-services" },
      STOP_SCRIPT,
    ] as PlanAction[],
    replace: true,
  });
  const released = Promise.withResolvers<void>();
  const { loop, done, seen } = run({
    answers: [[fence(1)], [plan(2, true)], [fence(3)]],
    perform: async (action) => {
      if (action.do === "release-addresses") await released.promise;
      done.push(action.do);
    },
  });
  for (let at = 1; at <= 3; at++) await loop.post(command(at));
  released.resolve();
  await sleep(50);
  strictEqual(done.filter((what) => what === "script").length, 1);
  deepStrictEqual(
    seen.flatMap((event) => event.type === "performed" ? [event.plan] : []),
    [3],
  );
  await loop.close();
});

Deno.test("Loop never drops the end of a plan, however much else waits", async () => {
  const saved = Promise.withResolvers<void>();
  const { loop, seen } = run({
    answers: [[{ do: "persist", record: RECORD }, plan(1, false)]],
    persist: () => saved.promise,
  });
  loop.post(command(1));
  for (let at = 0; at < 300; at++) loop.post(command(at));
  loop.post({ type: "performed", at: 1, plan: 1, failed: null });
  saved.resolve();
  await loop.settled();
  strictEqual(seen.some(({ type }) => type === "performed"), true);
  await loop.close();
});

Deno.test("Loop saves before it tells and tells before it acts", async () => {
  const { loop, done } = run({
    answers: [[{ do: "persist", record: RECORD }, { do: "tell" }, {
      do: "replicator",
      command: { command: "alone" },
    }]],
    persist: async () => {
      await sleep(20);
      done.push("persist");
    },
  });
  await loop.post(command(1));
  deepStrictEqual(done, ["persist", "tell", "alone"]);
});

Deno.test("Loop takes the next event also when the one before needed no waiting", async () => {
  const { loop, seen } = run({ answers: [] });
  for (let at = 0; at < 3; at++) {
    await loop.post(tick(at));
    await loop.post(command(at));
  }
  strictEqual(seen.length, 6);
});

Deno.test("Loop neither tells nor acts while the record cannot be saved", async () => {
  let full = true;
  const { loop, done } = run({
    answers: [[{ do: "persist", record: RECORD }, { do: "tell" }]],
    persist: () =>
      full ? Promise.reject(new Error("disk full")) : Promise.resolve(),
  });
  const posted = loop.post(command(1));
  await sleep(300);
  strictEqual(done.includes("tell"), false);
  match(done[0]!, /cannot be saved.* disk full/);
  full = false;
  await posted;
  strictEqual(done.includes("tell"), true);
});

for (const how of ["fails", "hangs"] as const) {
  Deno.test(`Loop says when saving the record ${how}, and when it is over`, async () => {
    const saved = Promise.withResolvers<void>();
    let full = true;
    const alarms: (string | null)[] = [];
    const { loop } = run({
      answers: [[{ do: "persist", record: RECORD }]],
      alarm: (problem) => alarms.push(problem),
      persist: () => {
        if (how === "hangs") return saved.promise;
        if (!full) return Promise.resolve();
        return Promise.reject(new Error("disk full"));
      },
    });
    const posted = loop.post(command(1));
    await sleep(1_200);
    strictEqual(alarms.length, 1);
    const cause = how === "hangs" ? "does not answer" : "disk full";
    match(alarms[0]!, new RegExp(`nothing is decided.*${cause}`));
    strictEqual(loop.view().reason, alarms[0]);
    full = false;
    saved.resolve();
    await posted;
    strictEqual(loop.view().reason, "1");
    deepStrictEqual(alarms.slice(1), [null]);
  });
}

Deno.test("Loop does not wait long for a record that may be late, and saves the next one behind it", async () => {
  const saved = Promise.withResolvers<void>();
  const records: unknown[] = [];
  const next = { ...RECORD, goal: "stop" } as const;
  const { loop, done } = run({
    answers: [
      [{ do: "persist", record: RECORD, late: true }, { do: "tell" }],
      [{ do: "persist", record: next }, { do: "tell" }],
    ],
    persist: (record) => {
      records.push(record);
      return records.length === 1 ? saved.promise : Promise.resolve();
    },
  });
  await loop.post(command(1));
  strictEqual(loop.told(), 1);
  strictEqual(done.filter((each) => each === "tell").length, 1);
  const posted = loop.post(command(2));
  await sleep(100);
  deepStrictEqual(records, [RECORD]);
  strictEqual(loop.told(), 1);
  saved.resolve();
  await posted;
  deepStrictEqual(records, [RECORD, next]);
  strictEqual(loop.told(), 2);
});

Deno.test("Loop.begin() is not held up for ever by a record that cannot be saved", async () => {
  const saved = Promise.withResolvers<void>();
  const { loop } = run({
    answers: [[{ do: "persist", record: RECORD }]],
    persist: () => saved.promise,
  });
  await loop.begin(command(1), 100);
  strictEqual(loop.told(), 0);
  saved.resolve();
  await loop.settled();
  strictEqual(loop.told(), 1);
});

Deno.test("Loop shows nothing that is not on record yet", async () => {
  let full = true;
  const { loop } = run({
    answers: [[], [{ do: "persist", record: RECORD }, { do: "tell" }]],
    persist: () =>
      full ? Promise.reject(new Error("disk full")) : Promise.resolve(),
  });
  await loop.post(command(1));
  strictEqual(loop.view().reason, "1");
  const posted = loop.post(command(2));
  await sleep(20);
  // A heartbeat that goes out now for another reason must not say what a power cut would undo.
  strictEqual(loop.state(), 2);
  strictEqual(loop.view().reason, "1");
  strictEqual(loop.told(), 1);
  full = false;
  await posted;
  strictEqual(loop.view().reason, "2");
});

Deno.test("Loop keeps commands and results while news pile up behind a full disk", async () => {
  const { loop, seen } = run({
    answers: [[{ do: "persist", record: RECORD }]],
    persist: () => sleep(100),
  });
  const first = loop.post(command(0));
  for (let at = 0; at < 1000; at++) {
    loop.post(tick(at));
    loop.post({ type: "heard", at, view: null });
    loop.post({ type: "peer", at, verdict: "alive" });
  }
  const last = loop.post(command(2000));
  await first;
  await last;
  strictEqual(seen.length < 100, true);
  strictEqual(Math.floor(seen.at(-1)!.at / 2000), 1);
  const heard = seen.filter(({ type }) => type === "heard").at(-1)!;
  // The newest, and by the time at which it was taken: 100 ms later, for what is decided by it.
  strictEqual(heard.at >= 999 + 90 && heard.at < 2000, true, String(heard.at));
});

Deno.test("Loop decides on the newest word only, however long it was held up", async () => {
  const { loop, seen } = run({
    answers: [[{ do: "persist", record: RECORD }]],
    persist: () => sleep(50),
  });
  const first = loop.post(command(0));
  for (const verdict of ["late", "lost", "alive"] as const) {
    loop.post({ type: "peer", at: 1, verdict });
  }
  loop.post(command(2));
  await first;
  await loop.post(command(3));
  deepStrictEqual(
    seen.map((event) => event.type === "peer" ? event.verdict : event.at >= 40),
    [false, "alive", true, false],
  );
});

Deno.test("Loop stops a plan at the first step that fails and names it", async () => {
  const { loop, seen } = run({
    answers: [[
      {
        ...plan(7, false),
        actions: [STOP_SCRIPT, { do: "release-addresses" }],
      } as Action,
    ]],
    perform: () => Promise.reject(new Error("exit code 3")),
  });
  await loop.post(command(1));
  await sleep(10);
  const result = seen.at(-1)!;
  strictEqual(result.type, "performed");
  deepStrictEqual(result.type === "performed" && result.failed, {
    action: "script stop_prim",
    error: "exit code 3",
  });
});

Deno.test("Loop ends a replaced plan's script before the next plan begins, and only that one reports", async () => {
  const order: string[] = [];
  let number = 0;
  const { loop, seen } = run({
    answers: [[plan(1, false)], [plan(2, true)]],
    perform: async (_action, signal) => {
      const mine = ++number;
      order.push(`begin ${mine}`);
      await sleep(mine === 1 ? 10_000 : 1, signal);
      await sleep(20);
      order.push(`end ${mine}`);
    },
  });
  await loop.post(command(1));
  await loop.post(command(2));
  await sleep(120);
  deepStrictEqual(order, ["begin 1", "end 1", "begin 2", "end 2"]);
  deepStrictEqual(
    seen.filter((event) => event.type === "performed").map((event) =>
      event.plan
    ),
    [2],
  );
});

const FENCE: readonly PlanAction[] = [
  { do: "release-addresses" },
  { do: "freeze-services" },
  { do: "replicator", command: { command: "idle", atOnce: true } },
  STOP_SCRIPT,
];
const fence = (number: number, replace: boolean): Action => ({
  ...plan(number, replace) as Action & { do: "run" },
  name: "fence",
  actions: FENCE,
});
const AWAY = ["release-addresses", "freeze-services"];

Deno.test("Loop takes away what clients find before the record of it can be saved, and acts on nothing else", async () => {
  const saved = Promise.withResolvers<void>();
  const { loop, done } = run({
    answers: [[{ do: "persist", record: RECORD }, fence(1, false)]],
    persist: () => saved.promise,
  });
  const posted = loop.post(command(1));
  await sleep(20);
  deepStrictEqual(done, AWAY);
  saved.resolve();
  await posted;
  await sleep(20);
  const performed = done.filter((line) => !line.startsWith("info"));
  deepStrictEqual(performed, [...AWAY, ...FENCE.map((action) => action.do)]);
});

Deno.test("Loop takes away what clients find while the script of the plan that is replaced does not end", async () => {
  const order: string[] = [];
  const ended = Promise.withResolvers<void>();
  const { loop } = run({
    answers: [[plan(1, false)], [fence(2, true)]],
    perform: async (action) => {
      order.push(action.do);
      // It has begun before it was told to end.
      if (order.length === 1) {
        await ended.promise;
        order.push("ended");
      }
    },
  });
  await loop.post(command(1));
  await loop.post(command(2));
  await sleep(20);
  deepStrictEqual(order, ["script", ...AWAY]);
  ended.resolve();
  await sleep(20);
  // It may have taken an address or let the services go on meanwhile.
  const after = ["ended", ...AWAY, ...FENCE.map((action) => action.do)];
  deepStrictEqual(order.slice(3), after);
});

Deno.test("Loop goes on when the replicator refuses a quick command", async () => {
  const { loop, done } = run({
    answers: [[{ do: "replicator", command: { command: "alone" } }, {
      do: "tell",
    }]],
    replicator: () => Promise.reject(new Error("gone")),
  });
  await loop.post(command(1));
  deepStrictEqual(done, ["warning: replicator: alone: gone", "tell"]);
});

Deno.test("Loop waits for no answer to a lease, and sends the newest end when the last one is answered", async () => {
  const answer = Promise.withResolvers<void>();
  const ends: unknown[] = [];
  const lease = (until: number): Action => ({
    do: "replicator",
    command: { command: "lease", until },
  });
  const { loop, seen } = run({
    answers: [[lease(1)], [lease(2)], [lease(3)]],
    replicator: (command) => {
      ends.push(command.command === "lease" ? command.until : command.command);
      return ends.length === 1 ? answer.promise : Promise.resolve();
    },
  });
  // A replicator that stands still must not make the primary deaf to who hears it.
  await loop.post(tick(1));
  await loop.post(command(2));
  await loop.post(command(3));
  strictEqual(seen.length, 3);
  deepStrictEqual(ends, [1]);
  answer.resolve();
  await sleep(10);
  deepStrictEqual(ends, [1, 3]);
  await loop.close();
});

Deno.test("Loop shows a decision at once, and what led to none with the next tick", async () => {
  let shown = 0;
  const { loop } = run({ answers: [[{ do: "tell" }]], changed: () => shown++ });
  const after: number[] = [];
  for (const event of [command(1), command(2), tick(3)]) {
    await loop.post(event);
    after.push(shown);
  }
  deepStrictEqual(after, [1, 1, 2]);
});

Deno.test("Loop ends when the automaton itself fails", async () => {
  const broken: unknown[] = [];
  const { loop } = run({
    answers: [],
    broken: (error) => broken.push(error),
    changed: () => {
      throw new Error("bug");
    },
  });
  await loop.post(tick(1));
  strictEqual(broken.length, 1);
  deepStrictEqual(await loop.post(command(2)), []);
});
