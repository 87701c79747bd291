/** Two links between the nodes: what one does not carry goes over the other, and nobody is called lost for it. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { equalCopies, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { run, shell } from "./shell.ts";

const NETS = ["10.177.0", "10.178.0"] as const;

function ends(index: 0 | 1) {
  return {
    listen: NETS.map((net) => `${net}.${index + 1}`),
    dial: NETS.map((net) => `${net}.${2 - index}`),
    trusted: [false, false],
  };
}

/** What belongs to these nets is swallowed on its way, connections are not told. */
async function swallow(pair: Pair, nets: readonly string[]) {
  const rules = nets.map((net) =>
    `add rule ip cut in ip saddr ${net}.0/24 drop; `
  ).join("");
  for (const node of pair.nodes) {
    await inside(node, [
      "nft",
      "add table ip cut; flush table ip cut; " +
      `add chain ip cut in { type filter hook input priority 0; }; ${rules}`,
    ]);
  }
}

function inside({ namespace }: Node, words: readonly string[]) {
  return run("nsenter", [`--net=/run/netns/${namespace}`, ...words]);
}

/** The net that carries the replication now. */
async function used(pair: Pair): Promise<string> {
  const { stdout } = await inside(pair.primary, [
    "ss",
    "-Htn",
    "state",
    "established",
  ]);
  const net = NETS.find((one) => stdout.includes(`${one}.2:`));
  if (!net) throw new Error(`no connection: ${stdout}`);
  return net;
}

onPair({
  name:
    "a link that carries nothing: writes go on over the other one, and this node never goes alone",
  idle: true,
  config: [ends(0), ends(1)],
  async run(pair) {
    for (
      const { namespace, listen } of pair.nodes.map((node, index) => ({
        ...node,
        ...ends(index as 0 | 1),
      }))
    ) {
      await run("ip", [
        ...["-n", namespace, "addr", "add", `${listen[1]}/24`],
        ...["dev", "cable", "nodad"],
      ]);
    }
    await pair.begin();
    const { replicator, data } = pair.primary;
    const { current } = replicator.report.identity;
    // As the agent: who is lost is asked to stand back at once.
    pair.keep(0);
    let before = await used(pair);
    for (const round of [1, 2]) {
      await swallow(pair, [before]);
      await shell(`cd '${data}'; for i in $(seq 20); do
        head -c 20000 /dev/urandom | dd of=file-${round}-$i conv=fsync status=none; done`);
      await pair.mirrored();
      strictEqual(
        replicator.report.identity.current,
        current,
        await pair.said(),
      );
      const after = await used(pair);
      ok(after !== before, `still over ${after}`);
      before = after;
    }
    await equalCopies(pair);
    // Nothing is left to go to: the peer is lost, and what is written waits no longer.
    await swallow(pair, NETS);
    await shell(`echo alone > '${join(data, "alone")}'`);
    ok(replicator.report.identity.current !== current, "it is not alone");
    await swallow(pair, []);
    await pair.release();
    await equalCopies(pair);
  },
});
