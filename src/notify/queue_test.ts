/** From what a node sees to what is told, once, also over restarts. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { facts, LOST, PAIR } from "../../tests/notices.ts";
import { conditions, type Facts } from "./conditions.ts";
import { look, type Memory, MOST_WAITING } from "./queue.ts";

const ALL = { name: "all", level: "info" } as const;
const NEW: Memory = { told: {}, levels: {}, channels: {} };

/** Looks each second; the texts that each step added. */
function story(
  steps: readonly (readonly [seconds: number, facts: Facts])[],
  memory = NEW,
): { readonly texts: string[][]; readonly memory: Memory } {
  let changing = new Map() as ReturnType<typeof look>["changing"];
  let now = 0;
  const texts = steps.map(([seconds, at]) => {
    const found: string[] = [];
    for (let second = 0; second < seconds; second++) {
      now += 1000;
      const turn = look(memory, changing, {
        conditions: conditions(at),
        now,
        date: now,
        channels: [ALL],
        newId: () => `${now}`,
      });
      memory = { ...turn.memory, channels: {} };
      changing = turn.changing;
      found.push(
        ...(turn.memory.channels["all"]?.waiting ?? []).map(({ text, over }) =>
          `${over ? "over: " : ""}${text}`
        ),
      );
    }
    return found;
  });
  return { texts, memory };
}

Deno.test("a failover is told with its time, what follows from it, and its end", () => {
  const { texts } = story([
    [20, PAIR],
    [20, LOST],
    [20, facts({ mine: "PRIM", theirs: "SECOND" })],
  ]);
  deepStrictEqual(texts, [
    [],
    [
      "shop is served by node2 (a failover: the other node was lost; 2.3 s from the decision to the service's start)",
      "node2 does not hear node1 any more",
      "shop runs on node2 alone: no second copy is up to date",
    ],
    [
      "over: node2 hears node1 again",
      "over: shop is on both nodes",
    ],
  ]);
});

Deno.test("a node that is alone and loses its address is still alone, and a PRIM without its mirror is not on both nodes", () => {
  const alone = { mine: "ALONE", theirs: "STOP" } as const;
  const prim = { mine: "PRIM", theirs: "SECOND" } as const;
  const { texts } = story([
    [20, facts(alone)],
    [60, facts({ ...alone, moving: true })],
    [60, facts({ ...prim, moving: true })],
    [20, facts(prim)],
  ]);
  deepStrictEqual(texts.slice(1), [[], [], ["over: shop is on both nodes"]]);
  const [begun] = story([[20, facts({ ...alone, moving: true })]]).texts;
  match(begun!.join(), /shop is to run on node2 alone/);
});

Deno.test("a stopped node says that no node serves only while it hears the other", () => {
  const stopped = { mine: "STOP", theirs: "ALONE" } as const;
  const { texts } = story([
    [20, facts(stopped)],
    [20, facts({ ...stopped, reachable: false })],
    [20, facts(stopped)],
    [20, facts({ ...stopped, theirs: "STOP" })],
  ]);
  deepStrictEqual(texts, [
    [],
    [
      "node2 does not hear node1 any more",
      "shop is stopped on node2; node1 is not reachable",
    ],
    ["over: node2 hears node1 again", "over: shop is served by node1"],
    ["shop is stopped on node2 and served by no node"],
  ]);
});

Deno.test("arbiters that differ are told by the first node, until they do not", () => {
  const pair = { mine: "PRIM", theirs: "SECOND" } as const;
  const unlike = "node1 heeds a witness and node2 does not: should node1 die.";
  for (const first of [true, false]) {
    const { texts } = story([
      [20, facts({ ...pair, first })],
      [20, facts({ ...pair, first, unlike })],
      [20, facts({ ...pair, first })],
    ]);
    deepStrictEqual(
      texts.slice(1).flat(),
      first
        ? [
          unlike.slice(0, -1),
          "over: node1 and node2 heed the same arbiter",
        ]
        : [],
    );
  }
});

Deno.test("a swap is told by one node only, roles on the way by none", () => {
  const there = story([
    [20, PAIR],
    [2, facts({ mine: "PRIM", theirs: "WAIT" })],
    [
      20,
      facts({ mine: "PRIM", theirs: "SECOND" }),
    ],
  ]);
  deepStrictEqual(there.texts.flat(), ["shop is served by node2"]);
  const here = story([
    [20, facts({ mine: "PRIM", theirs: "SECOND", first: true })],
    [2, facts({ mine: "WAIT", theirs: "SECOND", first: true })],
    [20, facts({ mine: "SECOND", theirs: "PRIM", first: true })],
  ]);
  deepStrictEqual(here.texts.flat(), []);
});

Deno.test("a restart repeats nothing, and tells what happened meanwhile", () => {
  const before = story([[20, PAIR], [20, LOST]]);
  deepStrictEqual(story([[20, LOST]], before.memory).texts.flat(), []);
  deepStrictEqual(
    story([[20, facts({ mine: "WAIT", theirs: "STOP", reason: "no data" })]], {
      ...before.memory,
    }).texts.flat(),
    ["over: node2 hears node1 again", "shop waits on node2: no data"].concat(
      "over: shop is no longer alone on node2",
    ).sort((a, b) => order(a) - order(b)),
  );
  function order(text: string): number {
    return ["over: node2", "shop waits", "over: shop"].findIndex((start) =>
      text.startsWith(start)
    );
  }
});

Deno.test("a module that is served while its applications wait is told, and the end of that", () => {
  const base = { mine: "PRIM", theirs: "SECOND", first: true } as const;
  const reason =
    "applications wait: the disk of node1 has not ended an fsync for 15 s";
  const { texts } = story([
    [20, facts(base)],
    [20, facts({ ...base, reason })],
    [20, facts(base)],
  ]);
  deepStrictEqual(texts, [
    [],
    [`shop on node1: ${reason}`],
    ["over: nothing of shop waits on node1 any more"],
  ]);
});

Deno.test("a link that carries no large packets is told, and the end of that", () => {
  const well = facts({ mine: "PRIM", theirs: "SECOND", first: true });
  const links = well.state.links.map((link) => ({
    ...link,
    blackHoleBytes: 1500,
  }));
  const ill = { ...well, state: { ...well.state, links } };
  deepStrictEqual(story([[20, well], [20, ill], [20, well]]).texts, [
    [],
    [
      'the link 10.0.0.1 to 10.0.0.2 lets small packets pass and none of 1500 bytes: the mirror stands still on it; "hakit state" says what to do',
    ],
    ["over: the link 10.0.0.1 to 10.0.0.2 works again"],
  ]);
});

Deno.test("resources, differences, links, disks, certificates and salvage are told, short flaps are not", () => {
  const base = { mine: "PRIM", theirs: "SECOND", first: true } as const;
  const { texts } = story([
    [20, facts(base)],
    [1, facts({ ...base, resource: "down" })],
    [20, facts(base)],
    [10, facts({ ...base, resource: "down" })],
    [5, facts({ ...base, differences: 3 })],
    [20, facts({ ...base, link: "down" })],
    [601, facts(base, { disks: { "/var/lib/hakit": 0.16, "/var/log": 0.9 } })],
    [300, facts(base, { disks: { "/var/lib/hakit": 0.14, "/var/log": 0.9 } })],
    [5, facts(base, { disks: { "/var/lib/hakit": 0.16, "/var/log": 0.04 } })],
    [601, facts(base, { disks: { "/var/lib/hakit": 0.14, "/var/log": 0.04 } })],
    [5, facts(base, { certificates: { "own.pem": 3.5 } })],
    [5, facts(base, { salvage: { shop: "2026-11-25T00-00-00" } })],
  ]);
  deepStrictEqual(texts.slice(0, 3), [[], [], []]);
  deepStrictEqual(texts[3], [
    "tcp.web of shop is down on node1: refused Bcc: x",
  ]);
  match(texts[4]![0]!, /copies of shop differ in 3 places/);
  match(texts[5]!.at(-1)!, /link 10.0.0.1 to 10.0.0.2 is down/);
  strictEqual(texts[6]!.join().includes("nearly full"), false);
  strictEqual(texts[7]!.join().includes("nearly full"), false, "it may pass");
  match(
    texts[8]!.join(),
    /^the disk of "\/var\/log".*nearly full \(4 % free\)/,
  );
  match(
    texts[9]!.join(),
    /^the disk of "\/var\/lib.*nearly full \(14 % free\)/,
  );
  match(texts[10]!.join(), /"own.pem" of node1 expires in 3 days/);
  match(
    texts[11]!.join(),
    /what only node1 wrote is kept: see "hakit salvage list" on node1/,
  );
});

Deno.test("a resource that cannot be told is told after ten minutes, and its end only when it can be", () => {
  const base = { mine: "PRIM", theirs: "SECOND", first: true } as const;
  const blind = facts({
    ...base,
    resource: "unknown",
    detail: "systemd does\nnot answer",
  });
  const unwatched = facts({ ...base, resource: "unknown", detail: null });
  const well = facts({ ...base, resource: "up", detail: null });
  const { texts } = story([
    [1200, unwatched],
    [20, well],
    [590, blind],
    [5, well],
    [590, blind],
    [20, blind],
    [1200, unwatched],
    [20, blind],
    [20, well],
    [615, blind],
    [20, facts({ ...base, resource: "down" })],
  ]);
  const told =
    "tcp.web of shop cannot be told on node1: systemd does not answer";
  deepStrictEqual(texts.slice(0, 5), [[], [], [], [], []]);
  deepStrictEqual(texts.slice(5), [
    [told],
    [],
    [],
    ["over: tcp.web of shop can be told again on node1"],
    [told],
    [
      "over: tcp.web of shop can be told again on node1",
      "tcp.web of shop is down on node1: refused Bcc: x",
    ],
  ]);
});

Deno.test("a queue is bounded, keeps the newest and counts the others; a channel takes what it asked for", () => {
  let memory = NEW;
  for (let n = 0; n < MOST_WAITING + 20; n++) {
    memory = look(memory, new Map(), {
      conditions: conditions(
        facts({ mine: "PRIM", theirs: "SECOND" }, {
          salvage: { shop: String(n) },
        }),
      ),
      now: n,
      date: n,
      channels: [ALL, { name: "critical", level: "critical" }, {
        name: "links",
        level: "info",
        events: ["link"],
      }],
      newId: () => String(n),
    }).memory;
  }
  const { waiting, dropped } = memory.channels["all"]!;
  strictEqual(waiting.length, MOST_WAITING);
  strictEqual(dropped, 20);
  strictEqual(waiting.at(-1)!.id, String(MOST_WAITING + 19));
  strictEqual(memory.channels["critical"]!.waiting.length, MOST_WAITING);
  strictEqual(memory.channels["links"], undefined);
});
