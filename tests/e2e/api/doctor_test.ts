/** The doctor between two real agents: the other node's facts by mutual TLS, links that differ, a firewall that is opened again. */
import assert from "node:assert/strict";
import type { Finding } from "../../../src/doctor/facts.ts";
import { command } from "../../../src/system/command.ts";
import { twoAgents, type Which } from "../../console/agents.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

type Agents = Awaited<ReturnType<typeof twoAgents>>;

const RULES = `table inet filter {
  chain input { type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname "lo" accept
    icmp type echo-request accept
  }
}`;

/** Rules of this machine's own are not ours to write to. */
async function obstacle(): Promise<string | null> {
  if (Deno.uid() !== 0) return "needs root";
  const nft = await command(["nft", "--version"], { anyCode: true })
    .then(({ code }) => code === 0, () => false);
  if (!nft) return "nftables is not installed";
  const { stdout } = await command(["systemctl", "is-enabled", "nftables"], {
    anyCode: true,
  }).catch(() => ({ stdout: "" }));
  return stdout.trim() === "enabled" ? "nftables is in use here" : null;
}

const ignore = await obstacle() !== null;

/** Exit code 1 is a finding here, so standard output counts in any case. */
async function doctor(agents: Agents, node: Which, ...argv: string[]) {
  return await command([
    ...["ip", "netns", "exec", namespace(node)],
    ...["env", `HAKIT_HOME=${agents.home(node)}`, Deno.execPath(), "run"],
    ...["--allow-all", "--no-check", MAIN, "doctor", ...argv],
  ], { anyCode: true, timeoutMs: 120_000 });
}

function namespace(node: Which): string {
  return `hakit-c${Deno.pid}-${node}`;
}

async function findings(agents: Agents, node: Which): Promise<Finding[]> {
  const { stdout, stderr } = await doctor(agents, node, "--json");
  assert.notEqual(stdout, "", stderr);
  const answer = JSON.parse(stdout);
  assert.equal(answer.missing, null);
  return answer.findings;
}

Deno.test({
  name:
    "hakit doctor examines both nodes, compares them, and opens a firewall that drops the cluster's ports",
  ignore,
  sanitizeOps: false,
  async fn() {
    await using agents = await twoAgents();
    const inside = (node: Which, ...argv: string[]) =>
      command(["ip", "netns", "exec", namespace(node), ...argv]);
    agents.start(1);
    agents.start(2);
    const both = await until(async () => {
      const found = await findings(agents, 1);
      return found.some(({ node }) => node === "node2") ? found : null;
    });
    // One machine plays both: the doctor takes it for a clone, rightly.
    const codes = (found: readonly Finding[]) => found.map(({ code }) => code);
    assert(codes(both).includes("pair.clone"));
    assert(
      !codes(both).some((code) => /^(peer\.|pair\.mtu|firewall)/.test(code)),
    );

    await inside(2, "ip", "link", "set", "eth0", "mtu", "1400");
    const apart = codes(await findings(agents, 1));
    assert(apart.includes("pair.mtu"), apart.join());
    await inside(2, "ip", "link", "set", "eth0", "mtu", "1500");

    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, RULES);
    await inside(2, "nft", "-f", file);
    await Deno.remove(file);
    // From node2 itself: it still reaches node1, whose answers are established connections.
    const dropped = (await findings(agents, 2)).find(({ code }) =>
      code === "firewall"
    );
    assert.equal(dropped?.node, "node2");
    assert.match(dropped.what, /nftables.*4800\/udp/);
    // Now the other node cannot ask for its facts: that is said, and not taken for health.
    const alone = await doctor(agents, 1, "--json");
    assert.match(JSON.parse(alone.stdout).missing, /node2 was not examined/);

    const fix = ["--fix", "firewall"];
    const shown = await doctor(agents, 2, ...fix, "--dry-run");
    assert.match(shown.stdout, /Dry run: nothing was changed/);
    const fixed = await doctor(agents, 2, ...fix);
    assert.equal(fixed.code, 0, fixed.stderr);
    assert.match(fixed.stdout, /until the next reboot/);
    const again = await doctor(agents, 2, ...fix);
    assert.match(again.stdout, /nothing was changed/);
    const after = codes(await findings(agents, 1));
    assert(!after.includes("firewall"), after.join());
  },
});

async function until<T>(ask: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await ask().catch((error) => {
      if (Date.now() > end) throw error;
      return null;
    });
    if (found !== null) return found;
    if (Date.now() > end) throw new Error("not within a minute");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
