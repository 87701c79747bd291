import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Channel } from "./channel.ts";
import { WitnessCluster } from "./cluster.ts";

const KEY = "ab".repeat(32);
const CLUSTER = "cd".repeat(16);
const MEMORY = { id: CLUSTER, name: "office", key: KEY, modules: {} };
const FROM = { hostname: "10.0.0.1", port: 4900 };

/** As the witness has just begun with it, and every datagram that it sends. */
function witness() {
  const sent: Uint8Array[] = [];
  const cluster = new WitnessCluster(MEMORY, {
    startedAt: 0,
    now: () => 1000,
    save: () => Promise.resolve(),
    send: (bytes) => void sent.push(bytes),
    log: {
      path: "",
      write() {},
      error() {},
      warning() {},
      info() {},
    },
  });
  return { cluster, sent };
}

function node(index: 0 | 1, boot: string): Channel {
  return new Channel({
    side: "node",
    key: KEY,
    cluster: CLUSTER,
    node: index,
    boot,
  });
}

/** Under which derived key and with which nonce it was sealed: the sender's life and the number (see channel.ts and message.ts). */
const sealedWith = (bytes: Uint8Array) => bytes.slice(28, 52).toHex();

Deno.test("a witness never seals two messages under one key with one nonce, and a cluster that is admitted again is heard", () => {
  const first = witness();
  const [one, two] = [node(0, "1".repeat(32)), node(1, "2".repeat(32))];
  for (const channel of [one, two]) {
    first.cluster.receive(channel.compose(null, 1000), FROM);
  }
  // The same witness dismissed the cluster and admits it again.
  const again = witness();
  again.cluster.receive(one.compose(null, 1001), FROM);
  const all = [...first.sent, ...again.sent];
  strictEqual(all.length, 3);
  deepStrictEqual(new Set(all.map(sealedWith)).size, 3);

  strictEqual(one.receive(again.sent[0]!, 1002).answer, true);
});
