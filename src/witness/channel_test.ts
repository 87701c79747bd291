import { deepStrictEqual, strictEqual } from "node:assert/strict";
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
