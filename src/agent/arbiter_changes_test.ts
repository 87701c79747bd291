import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { PeerApi } from "../api/peer_api.ts";
import type { Log } from "../system/log.ts";
import { paths } from "../system/paths.ts";
import { ArbiterChanges } from "./arbiter_changes.ts";
import type { ArbiterLink } from "./arbiter_link.ts";
import type { ArbiterFile } from "./arbiter_store.ts";
import type { Node } from "./node.ts";

const FILE: ArbiterFile = {
  kind: "witness",
  address: "192.0.2.3",
  port: 4899,
  key: "a".repeat(64),
  retired: false,
};

/** A node of two, and what it has heeded, the last first. */
async function node(
  home: string,
  { file, peer }: {
    readonly file: ArbiterFile | null;
    readonly peer?: ArbiterChanges;
  },
) {
  await Deno.mkdir(paths(home).etc, { recursive: true });
  const heeded = [file];
  const of = (name: string) => ({ name, addresses: [] });
  const changes = new ArbiterChanges({
    node: {
      paths: paths(home),
      cluster: { cluster: "c", id: "0123456789abcdef" },
      me: of("node1"),
      peer: of("node2"),
    } as unknown as Node,
    cluster: { virtualAddresses: () => [] },
    peer: {
      async request(_: string, { body }: { readonly body: string }) {
        await peer!.adopt(JSON.parse(body).arbiter);
        return new Response();
      },
    } as unknown as PeerApi,
    link: {
      get file() {
        return heeded[0];
      },
      change: (next: ArbiterFile | null) =>
        Promise.resolve(heeded.unshift(next)),
    } as unknown as ArbiterLink,
    log: { info() {} } as unknown as Log,
  });
  return { changes, heeded };
}

Deno.test("ArbiterChanges.add() said again on the node that has the witness reaches one that lost it, by the same key and port", async () => {
  const home = await Deno.makeTempDir({ prefix: "hakit-arbiter-" });
  try {
    const lost = await node(`${home}/2`, { file: null });
    const has = await node(`${home}/1`, { file: FILE, peer: lost.changes });
    await has.changes.add({ kind: "witness", address: FILE.address });
    deepStrictEqual(lost.heeded[0], FILE);
    deepStrictEqual(has.heeded[0], FILE);
    await has.changes.add({ kind: "witness", address: FILE.address, port: 5 });
    strictEqual((lost.heeded[0] as typeof FILE).port, 5);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("ArbiterChanges.add() without an address says again what this node heeds, and where that is none says so", async () => {
  const home = await Deno.makeTempDir({ prefix: "hakit-arbiter-" });
  try {
    const lost = await node(`${home}/2`, { file: null });
    const has = await node(`${home}/1`, { file: FILE, peer: lost.changes });
    await rejects(
      lost.changes.add({ kind: "witness" }),
      /no witness that could be said again: say it on node2/,
    );
    await has.changes.add({ kind: "witness" });
    deepStrictEqual(lost.heeded[0], FILE);
    deepStrictEqual(has.heeded[0], FILE);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("ArbiterChanges.remove() leaves no witness on either node where only one heeds it", async () => {
  const home = await Deno.makeTempDir({ prefix: "hakit-arbiter-" });
  try {
    const lost = await node(`${home}/2`, { file: null });
    const has = await node(`${home}/1`, { file: FILE, peer: lost.changes });
    await has.changes.remove();
    const retired = { ...FILE, retired: true };
    deepStrictEqual(lost.heeded, [null, retired, null]);
    deepStrictEqual(has.heeded, [null, retired, FILE]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
