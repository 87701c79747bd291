/** Addresses, links, names, the way to the other node, the firewall. */
import type { Facts } from "../cluster/facts.ts";
import { readIfPresent } from "../system/files.ts";
import type { DoctorFacts } from "./facts.ts";
import { firewallVerdict } from "./firewall.ts";
import { readFirewall } from "./firewall_apply.ts";
import { clusterNeeds, needText } from "./firewall_needs.ts";
import { USUAL_FRAME } from "./facts.ts";
import type { Tools } from "./tools.ts";

/** IPv4 and ICMP, IPv6 and ICMP, of a packet. */
const HEADERS = { 4: 28, 6: 48 } as const;
const PINGS = 10;
const LOOKUP_MS = 10_000;
/** Ten packets take 2 s, and as long again for who has little of the processor. */
const PING_MS = 30_000;

interface IpLink {
  readonly ifname: string;
  readonly mtu: number;
  readonly operstate: string;
  readonly flags: readonly string[];
  readonly addr_info?: readonly {
    readonly local?: string;
    readonly dynamic?: boolean;
  }[];
}

export async function gatherNetwork(
  basic: Facts,
  { peers, agents, networks }: {
    readonly peers: readonly string[];
    readonly agents: readonly string[];
    readonly networks: readonly string[];
  },
  tools: Tools,
): Promise<DoctorFacts["network"]> {
  const links = JSON.parse(
    await tools.said(["ip", "-j", "addr", "show"]) || "[]",
  ) as readonly IpLink[];
  const dynamic = new Set(
    links.flatMap(({ addr_info = [] }) =>
      addr_info.filter((entry) => entry.dynamic).map(({ local }) => local)
    ),
  );
  const interfaces: DoctorFacts["network"]["interfaces"] = [];
  for (const { ifname, mtu, operstate, flags } of links) {
    const speed = Number(
      await readIfPresent(`/sys/class/net/${ifname}/speed`).catch(() => null),
    );
    interfaces.push({
      name: ifname,
      // Virtual ones say "UNKNOWN" and work.
      up: flags.includes("UP") && operstate !== "DOWN",
      mtu,
      speed: Number.isInteger(speed) && speed > 0 ? speed : null,
    });
  }
  const needs = clusterNeeds({ peers, agents, networks });
  const verdict = firewallVerdict(await readFirewall(needs), needs);
  return {
    addresses: basic.addresses.map((entry) => ({
      ...entry,
      dynamic: dynamic.has(entry.address),
    })),
    interfaces,
    defaultRoute: basic.defaultRoute,
    resolvesMs: await lookup(basic.hostname, tools),
    listening: [...basic.listening],
    trips: (await Promise.all(
      peers.map((address) => trip(address, { interfaces, tools })),
    )).filter((trip) => trip !== null),
    firewall: { kind: verdict.kind, blocked: verdict.blocked.map(needText) },
  };
}

/** Null: it has no address. */
async function lookup(name: string, tools: Tools): Promise<number | null> {
  const began = performance.now();
  const found = await tools.ask(["getent", "ahosts", name], LOOKUP_MS);
  return found?.text === "" ? null : performance.now() - began;
}

/** The largest packet that must reach it: what its interface sends, of which more than 1500 is the switch's own affair. Pure. */
export function fullFrame(
  route: string,
  interfaces: readonly { readonly name: string; readonly mtu: number }[],
): number {
  const device = /\bdev (\S+)/.exec(route)?.[1];
  const mtu = interfaces.find(({ name }) => name === device)?.mtu;
  return Math.min(USUAL_FRAME, mtu ?? USUAL_FRAME);
}

/** Null: ping itself got no time. */
async function trip(
  address: string,
  { interfaces, tools }: {
    readonly interfaces: DoctorFacts["network"]["interfaces"];
    readonly tools: Tools;
  },
): Promise<DoctorFacts["network"]["trips"][number] | null> {
  const six = address.includes(":");
  const ping = ["ping", six ? "-6" : "-4", "-n", "-q"];
  const answers = await tools.ask(
    [...ping, "-c", String(PINGS), "-i", "0.2", "-W", "1", address],
    PING_MS,
  );
  if (answers === null) return null;
  const { text } = answers;
  const average = /= [\d.]+\/([\d.]+)\//.exec(text)?.[1];
  const route = await tools.said(["ip", "route", "get", address]);
  const frame = fullFrame(route, interfaces);
  const full = await tools.ask(
    [
      ...ping,
      "-c",
      "2",
      "-W",
      "1",
      "-M",
      "do",
      "-s",
      String(frame - HEADERS[six ? 6 : 4]),
      address,
    ],
    PING_MS,
  );
  return {
    address,
    lostPercent: Number(/([\d.]+)% packet loss/.exec(text)?.[1] ?? 100),
    averageMs: average === undefined ? null : Number(average),
    frame,
    fullSize: full === null || /[12] received/.test(full.text),
  };
}
