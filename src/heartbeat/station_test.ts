import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Station } from "./station.ts";
import { OTHER_VERSION, SEALED_OTHERWISE, TWIN } from "./strangers.ts";

function station(nodeIndex: 0 | 1, life: string): Station {
  const made = new Station({
    key: "7e".repeat(32),
    cluster: "c1".repeat(16),
    nodeIndex,
    boot: life.repeat(32).slice(0, 32),
    links: 2,
    periodMs: 300,
    timeoutMs: 2100,
  });
  made.say({ version: `life ${life}`, modules: [] }, 0);
  return made;
}

/** Sends over a link, and the answers to it, until nobody has anything to say. */
function exchange(from: Station, to: Station, now: number, link = 0): void {
  let [sender, receiver] = [from, to];
  for (;; now++) {
    const { answer } = receiver.receive(
      link,
      sender.compose(link, now),
      now,
    );
    if (!answer) return;
    [sender, receiver] = [receiver, sender];
  }
}

Deno.test("Station.receive() believes the peer only after it named this life", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  const greeting = one.compose(0, 1000);
  deepStrictEqual(two.receive(0, greeting, 1000), {
    answer: true,
    body: null,
    heardUsAt: null,
  });
  strictEqual(two.verdict(1000), "unknown");
  const answer = two.compose(0, 1001);
  deepStrictEqual(one.receive(0, answer, 1001).body?.version, "life b");
  strictEqual(one.verdict(1001), "alive");
  deepStrictEqual(
    two.receive(0, one.compose(0, 1002), 1002).body?.version,
    "life a",
  );
  strictEqual(two.verdict(1002), "alive");
});

Deno.test("Station.receive() counts every datagram once, and only on its own link", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  exchange(one, two, 1000);
  const word = one.compose(0, 2000);
  strictEqual(two.receive(1, word, 2000).body, null);
  strictEqual(two.receive(0, word, 2000).body?.version, "life a");
  deepStrictEqual(two.receive(0, word, 9000), {
    answer: false,
    body: null,
    heardUsAt: null,
  });
  strictEqual(two.verdict(9000), "lost");
});

Deno.test("Station.receive() does not take an older word on another link for the present one", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  exchange(one, two, 1000);
  const older = one.compose(1, 2000);
  one.say({ version: "newer", modules: [] }, 0);
  const newer = one.compose(0, 2001);
  strictEqual(two.receive(0, newer, 2002).body?.version, "newer");
  strictEqual(two.receive(1, older, 2003).body, null);
  strictEqual(two.link(1, 2003).verdict, "alive");
});

Deno.test("Station.receive() never believes a recording of a former life, whoever restarts", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  exchange(one, two, 1000);
  const recorded = one.compose(0, 2000);
  // The sender starts anew and is recognised; its former life's unheard words come too late.
  const oneAgain = station(0, "c");
  exchange(oneAgain, two, 3000);
  strictEqual(two.verdict(3010), "alive");
  deepStrictEqual(two.receive(0, recorded, 6000), {
    answer: false,
    body: null,
    heardUsAt: null,
  });
  // The receiver starts anew: whatever was recorded before does not name its life.
  const twoAgain = station(1, "d");
  for (let now = 7000; now < 9000; now += 100) {
    strictEqual(twoAgain.receive(0, recorded, now).body, null);
  }
  strictEqual(twoAgain.verdict(9000), "unknown");
  // Greeted by recordings all the time, it still meets the real peer.
  exchange(oneAgain, twoAgain, 9100);
  strictEqual(twoAgain.verdict(9110), "alive");
});

Deno.test("Station.receive() ignores its own datagrams when they are sent back", () => {
  const one = station(0, "a");
  deepStrictEqual(one.receive(0, one.compose(0, 1000), 1000), {
    answer: false,
    body: null,
    heardUsAt: null,
  });
});

Deno.test("Station.link() measures the round trip", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  exchange(one, two, 1000);
  two.receive(0, one.compose(0, 2000), 2003);
  one.receive(0, two.compose(0, 2100), 2104);
  const { roundTripMs } = one.link(0, 2104);
  strictEqual(roundTripMs !== null && roundTripMs <= 7, true);
});

Deno.test("Station.receive() says when this node was heard, by the clock of this life only", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  exchange(one, two, 1000);
  two.receive(0, one.compose(0, 2000), 2003);
  strictEqual(
    one.receive(0, two.compose(0, 2500), 2504).heardUsAt,
    2000,
  );
  // What the peer heard of a former life is no promise to this one.
  const again = station(0, "c");
  again.receive(0, two.compose(0, 3000), 3001);
  two.receive(0, again.compose(0, 3100), 3101);
  const { body, heardUsAt } = again.receive(0, two.compose(0, 3200), 3201);
  strictEqual(body?.version, "life b");
  strictEqual(heardUsAt === null || heardUsAt >= 3001, true);
});

Deno.test("Station.unconfirmed() wants more heartbeats while the peer is heard and does not say that it hears", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  strictEqual(one.unconfirmed(1000, -Infinity), false, "nobody is known");
  exchange(one, two, 1000);
  strictEqual(one.unconfirmed(1500, 1000), false, "one may be lost");
  // It hears the other one all the time.
  for (let at = 1300; at <= 2000; at += 100) {
    one.receive(0, two.compose(0, at), at);
  }
  strictEqual(one.unconfirmed(2000, 1000), true);
  strictEqual(one.unconfirmed(2000, 1700), false);
  strictEqual(one.unconfirmed(9000, 1000), false, "the peer is lost");
});

Deno.test("Station.problem() tells of a second machine that says it is this one", () => {
  const one = station(0, "a");
  const copied = station(0, "c");
  strictEqual(one.problem(1000), null);
  for (const at of [1000, 1300, 1600]) {
    one.receive(0, copied.compose(0, at), at);
  }
  strictEqual(one.problem(1600), TWIN);
  strictEqual(one.verdict(1600), "unknown");
  // It is gone.
  strictEqual(one.problem(9000), null);
});

Deno.test("Station.problem() tells of heartbeats that the cluster's key does not open, and not of noise", () => {
  const one = station(0, "a");
  const other = new Station({
    key: "11".repeat(32),
    cluster: "c1".repeat(16),
    nodeIndex: 1,
    boot: "b".repeat(32),
    links: 2,
    periodMs: 300,
    timeoutMs: 2100,
  });
  for (const at of [1000, 1300, 1600]) {
    one.receive(0, new TextEncoder().encode("x".repeat(100)), at);
  }
  strictEqual(one.problem(1600), null);
  for (const at of [2000, 2300, 2600]) {
    one.receive(0, other.compose(0, at), at);
  }
  strictEqual(one.problem(2600), SEALED_OTHERWISE);
});

Deno.test("Station.problem() tells of heartbeats of another version, which are not heard", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  for (let now = 1000; now < 4000; now += 300) {
    const word = one.compose(0, now);
    word[4] = 2;
    strictEqual(two.receive(0, word, now).answer, false);
  }
  strictEqual(two.problem(4000), OTHER_VERSION);
  strictEqual(two.verdict(4000), "unknown");
  // That node was upgraded, or stopped.
  strictEqual(two.problem(10_000), null);
});
