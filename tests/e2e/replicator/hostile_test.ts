/** Strangers and nonsense on the replication port: the replicator lives, says so in one line, and the copies stay equal. */
import { ok, strictEqual } from "node:assert/strict";
import { equalCopies, exercisePair, later, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { run } from "./shell.ts";

/** Sends bytes to a node's replication port from the other namespace, reads for a moment, and goes. */
async function send(
  from: Node,
  to: Node,
  base64: string,
  holdMs = 300,
): Promise<string> {
  const script = `
    const c = await Deno.connect({ hostname: "${to.address}", port: 5600 });
    const bytes = Uint8Array.from(atob("${base64}"), (x) => x.charCodeAt(0));
    let sent = 0;
    while (sent < bytes.length) sent += await c.write(bytes.subarray(sent));
    setTimeout(() => Deno.exit(0), ${holdMs});
    const buffer = new Uint8Array(4096);
    const n = await c.read(buffer);
    console.log(n === null ? "closed" : n + " bytes");
    while (await c.read(buffer) !== null);
    console.log("closed");
  `;
  const { stdout } = await run("nsenter", [
    `--net=/run/netns/${from.namespace}`,
    Deno.execPath(),
    "eval",
    script,
  ], { allowFailure: true });
  return stdout;
}
function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Frame header as src/replication/operation.ts has it. */
function header(length: number, kind: number): Uint8Array {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, kind);
  return bytes;
}

const ATTACKS: readonly {
  readonly name: string;
  readonly bytes: Uint8Array;
}[] = [
  {
    name: "random bytes",
    bytes: crypto.getRandomValues(new Uint8Array(3000)),
  },
  {
    name: "an HTTP request",
    bytes: new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  },
  {
    name: "a length of 4 GiB",
    bytes: header(0xffffffff, 80),
  },
  {
    name: "half a header",
    bytes: header(100, 80).subarray(0, 20),
  },
  {
    name: "a header without its payload",
    bytes: header(1000, 80),
  },
  {
    name: "a write before the handshake",
    bytes: new Uint8Array([...header(16, 1), ...new Uint8Array(16)]),
  },
  {
    name: "a greeting that is no JSON",
    bytes: new Uint8Array([...header(8, 80), ...new Uint8Array(8).fill(123)]),
  },
];

async function survives(pair: Pair, operations = 1_000) {
  for (const { replicator } of pair.nodes) {
    strictEqual(replicator.running, true);
    await replicator.until(() => true, "a report", 2_000);
  }
  await exercisePair(pair, { operations });
  await equalCopies(pair);
}

onPair({
  name: "nonsense on the port of a secondary that is mirrored",
  async run(pair) {
    for (const { bytes } of ATTACKS) {
      await send(pair.primary, pair.secondary, base64(bytes));
    }
    strictEqual(pair.primary.replicator.report.session, "mirrored");
    await survives(pair);
  },
});

onPair({
  name: "nonsense on the port of a secondary that waits for its primary",
  idle: true,
  async run(pair) {
    await pair.primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    await pair.secondary.replicator.command({ command: "secondary" });
    for (const { bytes } of ATTACKS) {
      await send(pair.primary, pair.secondary, base64(bytes));
    }
    await pair.primary.replicator.command({ command: "connect" });
    await pair.mirrored();
    await survives(pair);
    ok(
      pair.secondary.replicator.said.length > 0,
      "the secondary said nothing about strangers",
    );
  },
});

onPair({
  name: "forty connections that say nothing keep nobody out",
  idle: true,
  async run(pair) {
    await pair.primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    await pair.secondary.replicator.command({ command: "secondary" });
    const silent = Array.from(
      { length: 40 },
      () => later(send(pair.primary, pair.secondary, "", 8000)),
    );
    await sleep(1500);
    await pair.primary.replicator.command({ command: "connect" });
    await pair.mirrored(30_000);
    await Promise.all(silent);
    await survives(pair);
  },
});

const OTHER_KEY = "77".repeat(32);
for (
  const [name, config] of [
    ["a peer with another key is refused", { key: OTHER_KEY }],
    ["a peer of another cluster is refused", { cluster: "stranger" }],
    ["a peer with another module is refused", { module: "another" }],
  ] as const
) {
  onPair({
    name,
    idle: true,
    config: [{}, config],
    async run(pair) {
      await Deno.writeTextFile(`${pair.secondary.backing}/own`, "mine");
      await pair.primary.replicator.command({ command: "force", full: true });
      await pair.alone();
      await pair.secondary.replicator.command({ command: "secondary" });
      await pair.primary.replicator.command({ command: "connect" });
      await sleep(3000);
      ok(pair.primary.replicator.report.session !== "mirrored");
      ok(pair.primary.replicator.report.session !== "resync");
      strictEqual(
        await Deno.readTextFile(`${pair.secondary.backing}/own`),
        "mine",
      );
      const said = pair.nodes.flatMap((node) => node.replicator.said);
      ok(said.length > 0, "nobody said why");
      // The primary serves on.
      await Deno.writeTextFile(`${pair.primary.data}/file`, "text");
    },
  });
}
