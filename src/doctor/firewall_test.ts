import assert from "node:assert/strict";
import { desksHint, type FirewallTexts, firewallVerdict } from "./firewall.ts";
import {
  clusterNeeds,
  firewalldRule,
  firewalldWords,
  iptablesCommand,
  type Need,
  needText,
  nftRule,
  ufwCommand,
} from "./firewall_needs.ts";
import {
  closeFirewall,
  firewallCommands,
  openFirewall,
  readFirewall,
} from "./firewall_apply.ts";
import { droppingChain } from "./nft_verdict.ts";

const NONE: FirewallTexts = {
  ufwStatus: null,
  ufwAdded: null,
  firewalld: null,
  trusted: null,
  nft: null,
  iptables: null,
};
const NEEDS = clusterNeeds({ peers: ["10.0.0.2"], agents: ["10.0.0.7"] });
const HEARTBEAT = NEEDS[0]!;
/** What this server gets itself. */
const OWN = NEEDS.filter(({ through }) => through === undefined);
const PASSED = NEEDS.filter(({ through }) => through !== undefined);

Deno.test("clusterNeeds() lets agents reach K3s and volumes, and neither datastore nor replication", () => {
  const agent = NEEDS.filter(({ from }) => from === "10.0.0.7").map(needText);
  assert.deepEqual(agent, [
    "2049/tcp from 10.0.0.7",
    "6443/tcp from 10.0.0.7",
    "8472/udp from 10.0.0.7",
    "10250/tcp from 10.0.0.7",
  ]);
  assert.deepEqual(clusterNeeds({ peers: [] }), []);
});

Deno.test("firewallVerdict() finds nothing in the way where no firewall runs", () => {
  assert.deepEqual(firewallVerdict(NONE, NEEDS), {
    kind: "none",
    blocked: [],
    chains: [],
  });
  const inactive = { ...NONE, ufwStatus: "Status: inactive\n" };
  assert.equal(firewallVerdict(inactive, NEEDS).kind, "none");
});

Deno.test("firewallVerdict() reads ufw's rules, its own and a person's", () => {
  const active = "Status: active\nDefault: deny (incoming), allow (outgoing)\n";
  const blocked = (added: string) =>
    firewallVerdict({ ...NONE, ufwStatus: active, ufwAdded: added }, NEEDS)
      .blocked;
  assert.equal(blocked("").length, OWN.length);
  const own = OWN.map((need) => {
    // As `ufw show added` writes them: quoted, and in another order.
    const port = /port (\S+)/.exec(ufwCommand(need).join(" "))?.[1];
    return need.protocol === "all"
      ? `ufw allow from ${need.from} comment 'hakit'`
      : `ufw allow from ${need.from} to any port ${port} proto ${need.protocol} comment 'hakit'`;
  });
  assert.deepEqual(blocked(own.join("\n")), []);
  const hand = blocked("ufw allow 4800/udp\nufw allow from 10.0.0.0/24");
  assert.deepEqual(hand.map(needText), [
    "everything from 10.42.0.0/16",
    "everything from 10.43.0.0/16",
  ]);
  // Outgoing, on one interface, or a part of a range only: not enough.
  const little = blocked(
    "ufw allow out 4800/udp\nufw allow in on eth7 from 10.0.0.2\nufw allow 5600/tcp",
  );
  assert.equal(little.length, OWN.length);
  const open = { ...NONE, ufwStatus: active.replace("deny", "allow") };
  assert.deepEqual(firewallVerdict(open, NEEDS).blocked, []);
});

Deno.test("firewallVerdict() reads firewalld's rich rules, ports and trusted sources", () => {
  const zone = (lines: string) =>
    `public (active)\n  target: default\n${lines}`;
  const blocked = (firewalld: string, trusted = "") =>
    firewallVerdict({ ...NONE, firewalld, trusted }, NEEDS).blocked;
  assert.equal(blocked(zone("")).length, OWN.length);
  const ports = OWN.filter(({ protocol }) => protocol !== "all");
  const rules = ports.map((need) => `\t${firewalldRule(need)}`).join("\n");
  assert.deepEqual(blocked(zone(rules), "10.42.0.0/16 10.43.0.0/16"), []);
  // A rich rule is for what this server takes itself, not for what pods send elsewhere.
  const pods = blocked(zone(rules));
  assert.deepEqual(pods.map((need) => firewalldWords(need)), [
    ["--zone=trusted", "--add-source=10.42.0.0/16"],
    ["--zone=trusted", "--add-source=10.43.0.0/16"],
  ]);
  assert.deepEqual(
    blocked(zone("  ports: 4800/udp 5600-5631/tcp\n")).map(needText)
      .filter((text) => /^(4800|5600)/.test(text)),
    [],
  );
  assert.deepEqual(
    blocked(zone(""), "10.0.0.0/24 10.42.0.0/16 10.43.0.0/16"),
    [],
  );
});

Deno.test("rules for firewalld go into the zone of the interface that the peer is behind, and come out of it again", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  const needs = clusterNeeds({ peers: ["10.0.0.2", "10.1.0.2"] })
    .filter(({ protocol, port }) => protocol === "udp" && port === 4800);
  const [usual, second] = needs.map(firewalldRule);
  const told = `${folder}/told`;
  try {
    const program = (name: string, text: string) =>
      Deno.writeTextFile(`${folder}/${name}`, `#!/bin/bash\n${text}\n`, {
        mode: 0o755,
      });
    await program("ip", '[[ $3 = 10.0.* ]] && d=0 || d=1; echo "$3 dev eth$d"');
    await program(
      "firewall-cmd",
      `case "$*" in
  --get-default-zone) echo public ;;
  --get-zone-of-source=*) exit 2 ;;
  --get-zone-of-interface=eth0) echo public ;;
  --get-zone-of-interface=eth1) echo internal ;;
  --list-all) cat ${folder}/public ;;
  "--zone=internal --list-all") cat ${folder}/internal ;;
  "--zone=trusted --list-sources") ;;
  *) echo "$*" >>${told} ;;
esac`,
    );
    for (const name of ["ufw", "nft", "iptables", "ip6tables"]) {
      await program(name, "exit 1");
    }
    Deno.env.set("PATH", `${folder}:${before}`);
    const zone = (name: string, rules = "") =>
      Deno.writeTextFile(`${folder}/${name}`, `${name}\n  ${rules}\n`);
    // What the default zone lets through comes in by the other interface.
    await zone("public", `${usual}\n  ${second}`);
    await zone("internal");
    const verdict = firewallVerdict(await readFirewall(needs), needs);
    assert.deepEqual(verdict.blocked.map(({ from }) => from), ["10.1.0.2"]);
    assert.deepEqual(firewallCommands(verdict), [
      `firewall-cmd --zone=internal '--add-rich-rule=${second}'`,
      `firewall-cmd --permanent --zone=internal '--add-rich-rule=${second}'`,
    ]);
    await openFirewall(verdict);
    await zone("public", usual);
    await zone("internal", second);
    assert.deepEqual(
      firewallVerdict(await readFirewall(needs), needs).blocked,
      [],
    );
    await closeFirewall(needs.slice(1), { saved: [] });
    const lines = (await Deno.readTextFile(told)).split("\n");
    for (const what of ["add", "remove"]) {
      assert(lines.includes(`--zone=internal --${what}-rich-rule=${second}`));
    }
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("firewallVerdict() reads the rules of an old iptables, and trusts none that it does not understand", () => {
  const blocked = (rules: string) =>
    firewallVerdict(
      { ...NONE, iptables: `-P INPUT DROP\n${rules}` },
      [HEARTBEAT],
    ).blocked.length;
  assert.equal(blocked(""), 1);
  assert.equal(
    blocked(
      "-A INPUT -s 10.0.0.2/32 -p udp -m udp --dport 4800 -m comment --comment hakit -j ACCEPT",
    ),
    0,
  );
  assert.equal(blocked("-A INPUT -m state --state ESTABLISHED -j ACCEPT"), 1);
  assert.equal(blocked("-A INPUT -i lo -j ACCEPT"), 1);
});

/** A ruleset as the kernel gives it, made by nft in a network namespace of its own; null: cannot here. */
async function ruleset(lines: string): Promise<string | null> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, lines);
    const output = await new Deno.Command("unshare", {
      args: ["-n", "sh", "-c", `nft -f ${file} && nft -j list ruleset`],
      stdout: "piped",
      stderr: "piped",
    }).output().catch(() => null);
    if (!output?.success) return null;
    return new TextDecoder().decode(output.stdout);
  } finally {
    await Deno.remove(file);
  }
}

/** What closeFirewall, in a network of its own, leaves of what iptables-persistent loads at boot; null: cannot here. */
async function closed(saved: string): Promise<string | null> {
  const file = await Deno.makeTempFile();
  const module = new URL("firewall_apply.ts", import.meta.url);
  const script = `import { closeFirewall } from "${module}";
    await closeFirewall([], { saved: ["${file}", "${file}.v6"] });`;
  try {
    await Deno.writeTextFile(file, saved);
    const output = await new Deno.Command("unshare", {
      args: ["-n", Deno.execPath(), "eval", script],
      stderr: "inherit",
    }).output().catch(() => null);
    return output?.success ? await Deno.readTextFile(file) : null;
  } finally {
    await Deno.remove(file);
  }
}

const can = Deno.uid() === 0 && await ruleset("") !== null;

const AT = { family: "inet", table: "filter", chain: "input" } as const;
const CHAIN = (rules: string) =>
  `table inet filter {
  set friends { type ipv4_addr; elements = { 10.0.0.2 } }
  chain mine {
    ${rules.includes("jump mine") ? "udp dport 4800 accept" : ""}
  }
  chain input { type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname "lo" accept
    ${rules}
  }
}`;

const PASSES = [
  "ip saddr 10.0.0.2 udp dport 4800 accept",
  "ip saddr 10.0.0.0/24 accept",
  "udp dport { 22, 4800 } counter accept",
  "udp dport 4000-5000 accept",
  "ip saddr @friends accept",
  "meta l4proto udp accept",
  "ip saddr != 10.9.0.0/16 udp dport 4800 accept",
  "jump mine",
];
const DROPS = [
  "",
  "tcp dport 4800 accept",
  "ip saddr 10.9.0.0/16 accept",
  "udp dport { 22, 53 } accept",
  'iifname "eth7" udp dport 4800 accept',
  "ip saddr 10.0.0.2 udp dport 4800 reject",
  "ip daddr 10.0.0.9 udp dport 4800 accept",
];

Deno.test({
  name: "droppingChain() judges real rulesets of nft as the kernel would",
  ignore: !can,
  async fn() {
    for (const rules of PASSES) {
      const text = await ruleset(CHAIN(rules));
      assert(text, rules);
      assert.equal(droppingChain(text, HEARTBEAT), null, rules);
    }
    for (const rules of DROPS) {
      const text = await ruleset(CHAIN(rules));
      assert(text, rules);
      assert.deepEqual(droppingChain(text, HEARTBEAT), AT, rules);
    }
    const open = await ruleset(
      "table inet filter { chain input { type filter hook input priority 0; policy accept; } }",
    );
    assert.equal(droppingChain(open!, HEARTBEAT), null);
    assert.equal(droppingChain("not json", HEARTBEAT), null);
  },
});

const FORWARD = (rules: string, policy = "drop") =>
  `table inet filter { chain forward { type filter hook forward priority 0; policy ${policy};
    ct state established,related accept
    ${rules}
  }
}`;
const THROUGH = { ...AT, chain: "forward" } as const;

Deno.test({
  name:
    "droppingChain() of what pods send and get looks at what is passed on, by address or by pods' interfaces",
  ignore: !can,
  async fn() {
    const [from, to] = PASSED;
    assert.deepEqual(PASSED.map(needText), [
      "everything through this server from pods (10.42.0.0/16)",
      "everything through this server to pods (10.42.0.0/16)",
    ]);
    const judged = async (rules: string, policy?: string) => {
      const text = await ruleset(FORWARD(rules, policy));
      assert(text, rules);
      // What this server gets itself is none of that chain's business.
      assert.equal(droppingChain(text, HEARTBEAT), null);
      return [droppingChain(text, from!), droppingChain(text, to!)];
    };
    assert.deepEqual(await judged(""), [THROUGH, THROUGH]);
    assert.deepEqual(await judged("", "accept"), [null, null]);
    assert.deepEqual(
      await judged("ip saddr 10.42.0.0/16 accept"),
      [null, THROUGH],
    );
    assert.deepEqual(
      await judged("ip daddr { 10.42.0.0/16, 10.43.0.0/16 } accept"),
      [THROUGH, null],
    );
    assert.deepEqual(
      await judged(
        'iifname { "cni0", "flannel.1" } accept\noifname "cni0" accept\noifname "flannel.1" accept',
      ),
      [null, null],
    );
    // Pods of this server only: those of the other one come by flannel's.
    assert.deepEqual(
      await judged('iifname "cni0" accept'),
      [THROUGH, THROUGH],
    );
    assert.deepEqual(await judged("drop", "accept"), [THROUGH, THROUGH]);
  },
});

Deno.test({
  name:
    "firewallVerdict() leaves the policy of iptables' FORWARD to flannel, and opens it before a rule that drops",
  ignore: !can,
  async fn() {
    const iptables = (rules: string) =>
      ruleset(
        `table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop;\n${rules}\n}\n}`,
      );
    const passes = firewallVerdict(
      { ...NONE, nft: await iptables("") },
      NEEDS,
    );
    assert.deepEqual(passes.blocked, []);
    // As some providers' images have it: what flannel appends comes too late.
    const { kind, blocked } = firewallVerdict(
      { ...NONE, nft: await iptables("counter reject") },
      NEEDS,
    );
    assert.equal(kind, "iptables");
    assert.deepEqual(
      blocked.map((need) => iptablesCommand(need, "-I").slice(3, 7).join(" ")),
      ["-I FORWARD -s 10.42.0.0/16", "-I FORWARD -d 10.42.0.0/16"],
    );
    // Beside a chain of another table that drops what comes in: a rule of iptables would not open that one.
    const mixed = firewallVerdict(
      {
        ...NONE,
        nft: await ruleset(
          `${
            CHAIN("")
          }\ntable ip filter { chain FORWARD { type filter hook forward priority 0; policy drop;\ncounter reject\n}\n}`,
        ),
      },
      NEEDS,
    );
    assert.equal(mixed.kind, "nftables");
    assert.deepEqual(mixed.blocked, OWN);
  },
});

Deno.test({
  name: "nftRule() opens the chains that drop, for every need",
  ignore: !can,
  async fn() {
    const before = await ruleset(CHAIN(""));
    const first = firewallVerdict({ ...NONE, nft: before }, NEEDS);
    assert.equal(first.kind, "nftables");
    assert.deepEqual(first.blocked, OWN);
    const rules = first.blocked.map((need: Need, index: number) =>
      nftRule(need, first.chains[index]!)
    );
    const after = await ruleset([CHAIN(""), ...rules].join("\n"));
    assert.deepEqual(
      firewallVerdict({ ...NONE, nft: after }, NEEDS).blocked,
      [],
    );
    const both = [CHAIN(""), FORWARD("")];
    const { blocked, chains } = firewallVerdict(
      { ...NONE, nft: await ruleset(both.join("\n")) },
      NEEDS,
    );
    assert.deepEqual(blocked, NEEDS);
    const all = blocked.map((need, index) => nftRule(need, chains[index]!));
    assert.deepEqual(
      firewallVerdict(
        { ...NONE, nft: await ruleset([...both, ...all].join("\n")) },
        NEEDS,
      ).blocked,
      [],
    );
  },
});

Deno.test({
  name:
    "closeFirewall() takes the rules out of what is loaded at boot, too, and leaves everybody else's",
  ignore: !can,
  async fn() {
    const others = [
      "*filter",
      ":INPUT DROP [0:0]",
      "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
      '-A INPUT -p tcp -m comment --comment "not hakit" -j ACCEPT',
      "COMMIT",
    ];
    const own =
      "-A INPUT -s 10.0.0.2/32 -p udp -m udp --dport 4800 -m comment --comment hakit -j ACCEPT";
    const passed =
      "-A FORWARD -d 10.42.0.0/16 -m comment --comment hakit -j ACCEPT";
    const saved = others.toSpliced(2, 0, own, passed).join("\n") + "\n";
    assert.equal(await closed(saved), others.join("\n") + "\n");
  },
});

Deno.test("desksHint() names what people need as well, and ufw's command", () => {
  assert.match(desksHint("ufw"), /ufw allow .* 9010,6443"\.$/);
  assert.match(desksHint("nftables"), /9010.*6443.*open them yourself\.$/);
});
