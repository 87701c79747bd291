/** Which of a cluster's needs a firewall drops, from what its own tools print. Pure. */
import { contains } from "../system/address.ts";
import { firewalldRule, type Need } from "./firewall_needs.ts";
import { type Chain, droppingChain, isIptables } from "./nft_verdict.ts";

/** What the tools print; null: the tool is not here, or its firewall does not run. */
export interface FirewallTexts {
  /** `ufw status verbose`. */
  readonly ufwStatus: string | null;
  /** `ufw show added`. */
  readonly ufwAdded: string | null;
  /** `firewall-cmd --list-all` and `--zone=trusted --list-sources`. */
  readonly firewalld: string | null;
  readonly trusted: string | null;
  /** By `Need.from`: the zone that its packets come into, where that is not the default one. */
  readonly zones?: Readonly<{ [from: string]: Zone }>;
  /** `nft -j list ruleset`. */
  readonly nft: string | null;
  /** `iptables -S INPUT`, where iptables does not use nftables. */
  readonly iptables: string | null;
}

/** Of firewalld: its name, and `firewall-cmd --zone=NAME --list-all`. */
export interface Zone {
  readonly name: string;
  readonly text: string;
}

export type FirewallKind =
  | "none"
  | "ufw"
  | "firewalld"
  | "nftables"
  | "iptables";

export interface FirewallVerdict {
  readonly kind: FirewallKind;
  readonly blocked: readonly Need[];
  /** nftables: the chain that drops, by need. */
  readonly chains: readonly Chain[];
  /** firewalld: as in FirewallTexts. */
  readonly zones?: Readonly<{ [from: string]: Zone }>;
}

export function firewallVerdict(
  texts: FirewallTexts,
  needs: readonly Need[],
): FirewallVerdict {
  const plain = (kind: FirewallKind, passes: (need: Need) => boolean) => ({
    kind,
    // What is passed on these leave to K3s' own rules, which flannel and Kubernetes put beside theirs.
    blocked: needs.filter((need) =>
      need.through === undefined && !passes(need)
    ),
    chains: [],
  });
  if (/^Status: active/m.test(texts.ufwStatus ?? "")) {
    if (/^Default: allow \(incoming\)/m.test(texts.ufwStatus!)) {
      return plain("ufw", () => true);
    }
    const rules = (texts.ufwAdded ?? "").split("\n").flatMap(ufwRule);
    return plain("ufw", (need) => rules.some((rule) => allows(rule, need)));
  }
  if (texts.firewalld !== null) {
    const { firewalld, zones } = texts;
    const trusted = (texts.trusted ?? "").split(/\s+/);
    const verdict = plain("firewalld", (need) => {
      const text = zones?.[need.from]?.text ?? firewalld;
      return /^\s*target: ACCEPT/m.test(text) ||
        trusted.some((source) => source !== "" && within(need.from, source)) ||
        need.protocol !== "all" &&
          (text.includes(firewalldRule(need)) || openPorts(text, need));
    });
    return zones ? { ...verdict, zones } : verdict;
  }
  const chains = needs.map((need) =>
    texts.nft === null ? null : droppingChain(texts.nft, need)
  );
  // Tables of this shape are iptables' own: rules put there by nft would be lost at its next save.
  const kinds = chains.map((chain) =>
    chain && (isIptables(chain) ? "iptables" : "nftables")
  );
  const kind = kinds.find((each) => each !== null);
  if (kind) {
    // What the other kind drops as well is seen when these are open.
    const ofIt = (_: unknown, index: number) => kinds[index] === kind;
    return {
      kind,
      blocked: needs.filter(ofIt),
      chains: chains.filter(ofIt).filter((chain) => chain !== null),
    };
  }
  if (/^-P INPUT (DROP|REJECT)/m.test(texts.iptables ?? "")) {
    const rules = texts.iptables!.split("\n").flatMap(iptablesRule);
    return plain(
      "iptables",
      (need) => rules.some((rule) => allows(rule, need)),
    );
  }
  return plain("none", () => true);
}

/** What a rule lets in; a missing part stands for all. */
interface Allowed {
  readonly protocol: string | null;
  readonly ports: readonly (readonly [number, number])[] | null;
  readonly from: string | null;
}

function allows(rule: Allowed, need: Need): boolean {
  if (need.protocol === "all") {
    return rule.protocol === null && rule.ports === null &&
      rule.from !== null && within(need.from, rule.from);
  }
  return (rule.protocol === null || rule.protocol === need.protocol) &&
    (rule.ports === null ||
      rule.ports.some(([low, high]) =>
        low <= need.port && need.last <= high
      )) &&
    (rule.from === null || within(need.from, rule.from));
}

function within(from: string, network: string): boolean {
  return from === network || contains(network, from.split("/")[0]!);
}

/** "ufw allow from 10.0.0.2 to any port 5600:5631 proto tcp comment 'hakit'", "ufw allow 4800/udp". */
function ufwRule(line: string): Allowed[] {
  const text = line.replace(/ comment '.*'$/, "");
  if (!/^ufw allow /.test(text) || / (out|on) /.test(text)) return [];
  const from = / from (\S+)/.exec(text)?.[1];
  const long = / port (\S+)/.exec(text)?.[1];
  const short = /^ufw allow (?:in )?([\d:,]+)(?:\/(tcp|udp))?$/.exec(text);
  if (from === undefined && !short && long === undefined) return [];
  const ports = long ?? short?.[1];
  return [{
    protocol: / proto (\S+)/.exec(text)?.[1] ?? short?.[2] ?? null,
    ports: ports === undefined ? null : ports.split(",").map(span),
    from: from === undefined || from === "any" ? null : from,
  }];
}

/** "-A INPUT -s 10.0.0.2/32 -p tcp -m tcp --dport 5600:5631 -j ACCEPT"; with a match that is not understood: nothing. */
function iptablesRule(line: string): Allowed[] {
  if (!/^-A INPUT /.test(line) || !/ -j ACCEPT$/.test(line)) return [];
  const rest = line.replace(/^-A INPUT| -j ACCEPT$/g, "")
    .replace(/ -m (tcp|udp|comment)\b/g, "")
    .replace(/ --comment ("[^"]*"|\S+)/, "")
    .replace(/ -s \S+| -p (tcp|udp)\b| --dport [\d:]+/g, "");
  if (rest.trim() !== "") return [];
  const ports = / --dport ([\d:]+)/.exec(line)?.[1];
  return [{
    protocol: / -p (tcp|udp)\b/.exec(line)?.[1] ?? null,
    ports: ports === undefined ? null : [span(ports)],
    from: / -s (\S+)/.exec(line)?.[1] ?? null,
  }];
}

/** firewalld's "ports: 4800/udp 5600-5631/tcp". */
function openPorts(text: string, need: Need): boolean {
  const list = /^\s*ports: (.*)$/m.exec(text)?.[1] ?? "";
  return list.split(/\s+/).some((entry) => {
    const [ports, protocol] = entry.split("/");
    const [low, high] = span((ports ?? "").replace("-", ":"));
    return protocol === need.protocol && low <= need.port && need.last <= high;
  });
}

function span(text: string): readonly [number, number] {
  const [low, high] = text.split(":").map(Number);
  return [low ?? 0, high ?? low ?? 0];
}

/** The cluster's own ports are open then, the ones that people use are not: from where they come only they know. */
export function desksHint(kind: FirewallKind): string {
  const how = kind === "ufw"
    ? ': "ufw allow proto tcp from YOUR-NETWORK to any port 9010,6443"'
    : "";
  return `The console (9010/tcp) and K3s' API (6443/tcp) are open to the cluster only; for people's machines open them yourself${how}.`;
}
