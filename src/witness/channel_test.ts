import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Codec } from "../heartbeat/message.ts";
import { Channel } from "./channel.ts";

const KEY = "ab".repeat(32);
const CLUSTER = "cd".repeat(16);

function end(
  side: "node" | "witness",
  boot: string,
  change: { readonly key?: string; readonly node?: 0 | 1 } = {},
) {
  const node = change.node ?? 0;
  const key = change.key ?? KEY;
  return new Channel({ side, key, cluster: CLUSTER, node, boot });
}

/** Both know each other's life. */
function pair() {
  const node = end("node", "11".repeat(16));
  const witness = end("witness", "22".repeat(16));
  strictEqual(witness.receive(node.compose({ n: 0 }, 1), 1).answer, true);
  node.receive(witness.compose(null, 2), 2);
  return { node, witness };
}

Deno.test("Channel carries a question and its answer", () => {
  const { node, witness } = pair();
  const asked = witness.receive(node.compose({ n: 1 }, 100), 5);
  deepStrictEqual(asked.word, { body: { n: 1 }, saidAt: 100 });
  const answered = node.receive(witness.compose({ ok: true }, 6), 150);
  deepStrictEqual(answered.word, { body: { ok: true }, saidAt: 6 });
});

Deno.test("Channel believes nothing of before the receiver began", () => {
  const { node } = pair();
  const recorded = node.compose({ n: 1 }, 100);
  const restarted = end("witness", "33".repeat(16));
  deepStrictEqual(restarted.receive(recorded, 7), {
    answer: true,
    word: null,
  });
});

Deno.test("Channel takes a datagram once, and none that was overtaken", () => {
  const { node, witness } = pair();
  const first = node.compose({ n: 1 }, 100);
  const second = node.compose({ n: 2 }, 101);
  deepStrictEqual(witness.receive(second, 8).word?.body, { n: 2 });
  strictEqual(witness.receive(first, 9).word, null);
  strictEqual(witness.receive(second, 9).word, null);
});

Deno.test("Channel refuses another key, another node, and its own words", () => {
  const { node, witness } = pair();
  const stranger = end("node", "44".repeat(16), { key: "00".repeat(32) });
  strictEqual(witness.receive(stranger.compose({}, 1), 1).answer, false);
  const other = end("node", "55".repeat(16), { node: 1 });
  strictEqual(witness.receive(other.compose({}, 1), 1).answer, false);
  strictEqual(node.receive(node.compose({}, 1), 1).answer, false);
  strictEqual(witness.receive(new Uint8Array(3), 1).answer, false);
});

/** Longer than a packet may be. */
const LONG = { modules: Array.from({ length: 200 }, (_, at) => `app${at}`) };

Deno.test("Channel.packets() carries a question and its answer where nothing longer than 1,280 bytes passes", () => {
  const node = end("node", "11".repeat(16));
  const witness = end("witness", "22".repeat(16));
  const heard: unknown[] = [];
  const send = (from: Channel, to: Channel, body: unknown, now: number) => {
    for (const packet of from.packets(body, now)) {
      // IPv6 and UDP take 48 bytes.
      if (packet.length + 48 > 1280) continue;
      const { answer, word } = to.receive(packet, now);
      if (word !== null) heard.push(word.body);
      if (answer) send(to, from, to === node ? LONG : null, now + 1);
    }
  };
  send(node, witness, LONG, 100);
  send(witness, node, { ...LONG, answer: true }, 110);
  deepStrictEqual(heard, [LONG, { ...LONG, answer: true }]);
});

Deno.test("Channel.packets() sends to a witness of an older version what it understands, whole", () => {
  const codec = new Codec({ key: KEY, cluster: `witness ${CLUSTER}` });
  const node = end("node", "11".repeat(16));
  const content = {
    echo: ["11".repeat(16)],
    sentAt: 1,
    reply: null,
    body: null,
  };
  const boot = "22".repeat(16);
  const word = codec.seal({ sender: 1, boot, link: 1, number: 1, content });
  const greeting = node.compose(null, 1);
  node.receive(Uint8Array.of(...greeting.subarray(0, 20), ...word), 2);
  const packets = node.packets(LONG, 3);
  strictEqual(packets.length, 1);
  deepStrictEqual(codec.open(packets[0]!.subarray(20))?.content.body, LONG);
});

Deno.test("Channel goes on with a node beside a copy of it, heeds the copy once the node is gone, and gives none what the other was told", () => {
  const { node, witness } = pair();
  const ask = (who: Channel, now: number) => {
    const { answer, word } = witness.receive(who.compose({ now }, now), now);
    return answer ? "greeted" : word?.saidAt;
  };
  const tell = (who: Channel, now: number) =>
    who.receive(witness.compose({ now }, now), now).word?.saidAt;
  strictEqual(ask(node, 100), 100);
  strictEqual(tell(node, 101), 101);
  const copy = end("node", "66".repeat(16));
  strictEqual(ask(copy, 200), "greeted");
  strictEqual(tell(copy, 201), undefined, "it is for the node");
  strictEqual(ask(copy, 300), 300);
  // The node is heard again as soon as it proves that it lives on.
  strictEqual(ask(node, 400), "greeted");
  strictEqual(tell(node, 401), undefined, "it is for the copy");
  strictEqual(ask(node, 500), 500);
  strictEqual(tell(node, 501), 501);
  strictEqual(ask(copy, 600), "greeted");
  strictEqual(tell(copy, 601), undefined);
  strictEqual(ask(copy, 60_499), "greeted");
  // The node is silent for a minute.
  strictEqual(ask(copy, 60_501), "greeted");
  strictEqual(tell(copy, 60_502), undefined);
  strictEqual(ask(copy, 60_600), 60_600);
  strictEqual(tell(copy, 60_601), 60_601);
});
