import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Body } from "./body.ts";
import { Station } from "./station.ts";
import { Codec, type Datagram } from "./message.ts";
import { Assembly, MAX_PACKET } from "./parts.ts";
import {
  OTHER_VERSION,
  SEALED_OTHERWISE,
  SET_BACK,
  TWIN,
  TWO_PEERS,
} from "./strangers.ts";

const CODEC = new Codec({ key: "7e".repeat(32), cluster: "c1".repeat(16) });
/** As a version seals that neither says whom it replies to nor takes parts, nor counts what it sends. */
const OLDER = {
  open: (bytes: Uint8Array) => CODEC.open(bytes),
  seal: (datagram: Datagram) => {
    const {
      parts: _parts,
      sent: _sent,
      large: _large,
      used: _used,
      reply,
      ...content
    } = datagram.content;
    const older = reply &&
      { sentAt: reply.sentAt, heldMs: reply.heldMs };
    return CODEC.seal({ ...datagram, content: { ...content, reply: older } });
  },
};

const WORDS = new Map<Station, Body>();

function station(
  nodeIndex: 0 | 1,
  life: string,
  codec: Pick<Codec, "seal" | "open"> = CODEC,
): Station {
  const made = new Station({
    key: "7e".repeat(32),
    cluster: "c1".repeat(16),
    nodeIndex,
    boot: life.repeat(32).slice(0, 32),
    links: 2,
    periodMs: 300,
    timeoutMs: 2100,
  }, codec);
  const word = { version: `life ${life}`, modules: [] };
  WORDS.set(made, word);
  made.say(word, 0);
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
  // Nobody has heard that one yet: it is asked whether it lives.
  deepStrictEqual(two.receive(0, recorded, 6000), {
    answer: true,
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

Deno.test("Station.link() says which share of the last minute's heartbeats did not arrive, link by link", () => {
  const one = station(0, "a");
  const two = station(1, "b");
  exchange(one, two, 1000);
  exchange(one, two, 1000, 1);
  const lost = (now: number) =>
    [0, 1].map((link) => {
      const { lossPercent } = one.link(link, now);
      return lossPercent === null ? null : Math.round(lossPercent);
    });
  let now = 1300;
  const send = (upTo: number, arrives: (count: number) => boolean): void => {
    for (let count = 0; now < upTo; now += 300, count++) {
      const [first, second] = [two.compose(0, now), two.compose(1, now)];
      if (arrives(count)) one.receive(0, first, now);
      one.receive(1, second, now);
    }
  };
  send(4000, () => true);
  deepStrictEqual(lost(4000), [null, null], "too few");
  send(90_000, (count) => count % 4 !== 0);
  deepStrictEqual(lost(90_000), [25, 0]);
  send(155_000, () => true);
  deepStrictEqual(lost(155_000), [0, 0]);
  // Another life counts anew, and what a dead one had lost is of no interest.
  deepStrictEqual(lost(160_000), [null, null]);
  exchange(one, station(1, "c"), 160_000);
  deepStrictEqual(lost(160_010), [null, null]);
});

/** Both send every 300 ms on a link whose interfaces have these MTUs; what is longer than `carries` vanishes from the first to the second. */
function tryPath(
  [one, two]: readonly [Station, Station],
  { from, to, mtus, carries }: {
    readonly from: number;
    readonly to: number;
    readonly mtus: readonly [number, number];
    readonly carries: number;
  },
): number[] {
  const tried: number[] = [];
  for (let now = from; now < to; now += 300) {
    const first = one.largePacket(0, now, { mtu: () => mtus[0], six: false });
    if (first !== null) tried.push(first.length);
    if (first !== null && first.length <= carries) two.receive(0, first, now);
    two.receive(0, one.compose(0, now + 50), now + 51);
    const second = two.largePacket(0, now + 100, {
      mtu: () => mtus[1],
      six: false,
    });
    if (second !== null) one.receive(0, second, now + 100);
    one.receive(0, two.compose(0, now + 150), now + 151);
  }
  return [...new Set(tried)];
}

Deno.test("Station.link() tells on both nodes of a link that carries small packets and no large ones", () => {
  const pair = [station(0, "a"), station(1, "b")] as const;
  const holes = (now: number) =>
    pair.map((one) => one.link(0, now).blackHoleBytes);
  const mtus = [1500, 1500] as const;
  exchange(...pair, 1000);
  // IPv4 and UDP take 28 bytes.
  deepStrictEqual(
    tryPath(pair, { from: 1300, to: 40_000, mtus, carries: 1472 }),
    [1472],
  );
  deepStrictEqual(holes(40_000), [null, null]);
  tryPath(pair, { from: 40_000, to: 48_000, mtus, carries: 1400 });
  deepStrictEqual(holes(48_000), [null, null], "it may have been chance");
  tryPath(pair, { from: 48_000, to: 64_000, mtus, carries: 1400 });
  deepStrictEqual(holes(64_000), [1500, 1500]);
  strictEqual(pair[1].link(0, 64_000).lossPercent, 0);
  // The administrator has set both interfaces to less.
  const lower = [1400, 1400] as const;
  tryPath(pair, { from: 64_000, to: 68_000, mtus: lower, carries: 1400 });
  deepStrictEqual(holes(68_000), [null, null]);
});

Deno.test("Station.largePacket() sends no more than both interfaces take, and nothing to an older version", () => {
  const pair = [station(0, "a"), station(1, "b")] as const;
  exchange(...pair, 1000);
  const path = { from: 1300, to: 40_000, carries: 1472 };
  deepStrictEqual(tryPath(pair, { ...path, mtus: [9000, 1500] }), [1472]);
  strictEqual(pair[0].link(0, 40_000).blackHoleBytes, null);
  const older = [station(0, "a"), station(1, "b", OLDER)] as const;
  exchange(...older, 1000);
  deepStrictEqual(tryPath(older, { ...path, mtus: [1500, 1500] }), []);
});

Deno.test("Station.link() finds no black hole where nothing passes, nor where every second packet is lost", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  exchange(one, two, 1000);
  const path = { mtu: () => 1500, six: false };
  let sent = 0;
  for (let now = 1300; now < 120_000; now += 100) {
    for (const [from, to] of [[one, two], [two, one]] as const) {
      const large = from.largePacket(0, now, path);
      // For ten seconds in between nothing arrives at all.
      const cut = now > 60_000 && now < 70_000;
      if (large && ++sent % 4 < 2 && !cut) to.receive(0, large, now);
      if (now % 300 === 0 && !cut) to.receive(0, from.compose(0, now), now);
    }
    strictEqual(one.link(0, now).blackHoleBytes, null);
    strictEqual(two.link(0, now).blackHoleBytes, null);
  }
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

/** Everybody settles what it lost, and sends what it has every 300 ms over both links, as the third says whom it reaches. */
function live(
  pairs: readonly (readonly [Station, Station])[],
  { from, to }: { readonly from: number; readonly to: number },
): void {
  for (let now = from; now < to; now += 300) {
    for (const one of new Set(pairs.flat())) {
      one.ticked(now, 300);
      one.say(WORDS.get(one)!, one.losses(now));
    }
    for (const [one, other] of pairs) {
      for (const link of [0, 1]) {
        exchange(one, other, now, link);
        exchange(other, one, now + 10, link);
      }
    }
  }
}

Deno.test("Station.receive() goes on with the peer when a copy of it is started beside it", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  live([[one, two]], { from: 1000, to: 4000 });
  const copy = station(1, "c");
  live([[copy, one], [two, one]], { from: 4000, to: 7000 });
  strictEqual(one.problem(7000), TWO_PEERS);
  strictEqual(copy.problem(7000), TWIN);
  const word = one.receive(0, two.compose(0, 7000), 7000);
  strictEqual(word.body?.version, "life b");
  deepStrictEqual([one.losses(7000), two.losses(7000)], [0, 0]);
  // What is said of the copy, by its clock, is no word to the peer.
  deepStrictEqual([two.setBack, copy.setBack], [false, false]);
  live([[one, two]], { from: 7000, to: 14_000 });
  strictEqual(one.problem(14_000), null);
  // The peer dies, and then the copy is all there is.
  live([[copy, one]], { from: 14_000, to: 18_000 });
  strictEqual(
    one.receive(0, copy.compose(0, 18_000), 18_000).body?.version,
    "life c",
  );
});

Deno.test("Station.receive() hears a peer of an older version again when the copy of it is gone", () => {
  const one = station(0, "a");
  const two = station(1, "b", OLDER);
  live([[one, two]], { from: 1000, to: 4000 });
  const copy = station(1, "c", OLDER);
  live([[copy, one], [two, one]], { from: 4000, to: 7000 });
  strictEqual(one.problem(7000), TWO_PEERS);
  strictEqual(two.problem(7000), TWIN);
  strictEqual(two.verdict(7000), "lost");
  const recorded = two.compose(0, 7000);
  live([[one, two]], { from: 7000, to: 9500 });
  deepStrictEqual([one.verdict(9500), two.verdict(9500)], ["alive", "alive"]);
  const word = one.receive(0, two.compose(0, 9600), 9600);
  strictEqual(word.body?.version, "life b");
  strictEqual(one.receive(0, recorded, 9600).body, null);
  live([[one, two]], { from: 9900, to: 15_000 });
  deepStrictEqual([one.problem(15_000), two.problem(15_000)], [null, null]);
});

Deno.test("Station.receive() does not bring a former life back by what was held back of it", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  live([[one, two]], { from: 1000, to: 4000 });
  const heldBack = Array.from(
    { length: 50 },
    (_, at) => two.compose(0, 4000 + at * 100),
  );
  const again = station(1, "c");
  live([[one, again]], { from: 9000, to: 10_000 });
  // The new life dies, and its machine with it.
  for (const [at, word] of heldBack.entries()) {
    one.ticked(10_000 + at * 100, 100);
    const { body } = one.receive(0, word, 10_000 + at * 100);
    strictEqual(body, null);
  }
  strictEqual(one.verdict(14_900), "lost");
});

Deno.test("Station.receive() knows a restarted agent at once, and takes what was under way for no second machine", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  live([[one, two]], { from: 1000, to: 4000 });
  const late = [0, 1].map((link) => two.compose(link, 4000));
  const again = station(1, "c");
  exchange(again, one, 4010);
  strictEqual(
    one.receive(0, again.compose(0, 4020), 4020).body?.version,
    "life c",
  );
  for (const link of [0, 1]) {
    strictEqual(one.receive(link, late[link]!, 4030).body, null);
  }
  strictEqual(one.problem(4040), null);
});

Deno.test("Station.setBack is true once the peer has heard this life at a time to come", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  live([[one, two]], { from: 1000, to: 4000 });
  // The first goes on from a copy of its memory: that it heard the peer is in it, its later numbers are not.
  const restored = station(0, "a");
  live([[restored, station(1, "b")]], { from: 1000, to: 2800 });
  live([[one, two]], { from: 4000, to: 60_000 });
  strictEqual(one.setBack, false);
  const here = 3000;
  two.receive(0, restored.compose(0, here), 60_010);
  restored.receive(0, two.compose(0, 60_020), here + 10);
  strictEqual(restored.setBack, true);
  strictEqual(restored.problem(here + 10), SET_BACK);
});

Deno.test("Station.setBack is true also where the peer has met the agent's next life since, and false of that one", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  live([[one, two]], { from: 1000, to: 4000 });
  const restored = station(0, "a");
  live([[restored, station(1, "b")]], { from: 1000, to: 2800 });
  const again = station(0, "c");
  live([[again, two]], { from: 4000, to: 8000 });
  // What was under way of the life that ended is no harm to the next one.
  two.receive(0, restored.compose(0, 2810), 8000);
  const word = two.compose(0, 8010);
  strictEqual(again.receive(0, word, 8020).body?.version, "life b");
  strictEqual(again.setBack, false);
  // Nor a recording to a life that is ahead of it.
  one.receive(0, word, 8020);
  strictEqual(one.setBack, false);
  // The machine is set back: the former life lives.
  two.receive(0, restored.compose(0, 2900), 11_000);
  restored.receive(0, two.compose(0, 11_010), 2910);
  strictEqual(restored.setBack, true);
  strictEqual(restored.problem(2910), SET_BACK);
  // It is said no longer than it lasts.
  const later = CODEC.open(two.compose(0, 17_000));
  strictEqual(later?.content.used, undefined);
});

Deno.test("Station.setBack stays false when a machine starts anew, whose clock does so too", () => {
  for (const codec of [CODEC, OLDER]) {
    const one = station(0, "a", codec);
    const two = station(1, "b");
    live([[one, two]], { from: 864_000_000, to: 864_004_000 });
    const after = station(1, "c");
    // Its clock began at zero; the other one's goes on, and so may what it says of the second link.
    for (let at = 0; at < 10; at++) {
      one.receive(0, after.compose(0, 30_000 + at), 864_005_000 + at);
      after.receive(0, one.compose(0, 864_005_000 + at), 30_000 + at);
    }
    strictEqual(after.verdict(30_010), "alive");
    // An older version goes on saying on the second link what the machine said there before.
    const content = {
      echo: ["c".repeat(32)],
      sentAt: 864_006_000,
      reply: { sentAt: 864_003_700, heldMs: 2_000 },
      body: null,
    };
    const said = { sender: 0, boot: "a".repeat(32), link: 1 } as const;
    const older = CODEC.seal({ ...said, number: 1_000_000, content });
    strictEqual(after.receive(1, older, 31_000).heardUsAt, null);
    strictEqual(after.link(1, 31_000).verdict, "alive");
    strictEqual(after.setBack, false);
  }
});

/** More than a packet holds. */
const LONG = {
  version: "long",
  modules: [],
  configuration: Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`part ${at}`, "0123456789abcdef"]),
  ),
};

Deno.test("Station.packets() keeps both nodes in touch where nothing longer than a packet passes", () => {
  const [one, two] = [station(0, "a"), station(1, "b")];
  one.say(LONG, 0);
  two.say({ ...LONG, version: "long, too" }, 0);
  const ends = [new Assembly(), new Assembly()];
  const heard: string[] = [];
  const send = (from: Station, to: Station, now: number): void => {
    for (const packet of from.packets(0, now)) {
      if (packet.length > MAX_PACKET) continue;
      const bytes = ends[from === one ? 1 : 0]!.take(packet);
      if (bytes === null) continue;
      const { answer, body } = to.receive(0, bytes, now);
      if (body !== null) heard.push(body.version);
      if (answer) send(to, from, now);
    }
  };
  for (let now = 1000; now < 5000; now += 300) {
    send(one, two, now);
    send(two, one, now + 150);
  }
  strictEqual(one.verdict(5000), "alive");
  strictEqual(two.verdict(5000), "alive");
  strictEqual(heard.includes("long") && heard.includes("long, too"), true);
});

Deno.test("Station.packets() sends to an older version what it understands, whole", () => {
  const one = station(0, "a");
  one.say(LONG, 0);
  const lengths = (now: number) =>
    one.packets(0, now).map(({ length }) => length > MAX_PACKET);
  deepStrictEqual(lengths(1000), [false], "a greeting");
  const two = station(1, "b", OLDER);
  const hear = (now: number) =>
    one.packets(0, now).map((bytes) => two.receive(0, bytes, now).body);
  deepStrictEqual(hear(1000), [null]);
  strictEqual(
    one.receive(0, two.compose(0, 1001), 1001).body?.version,
    "life b",
  );
  deepStrictEqual(lengths(1002), [true]);
  strictEqual(hear(1003).at(-1)?.version, "long");
  // One that nobody knows yet may be of any version: a greeting goes first, and does not make the word that follows the older one.
  one.receive(0, station(1, "c", OLDER).compose(0, 1004), 1004);
  deepStrictEqual(lengths(1005), [false, true]);
  strictEqual(hear(1006).at(-1)?.version, "long");
});
