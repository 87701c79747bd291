/** Addresses, links, names, the way to the other node, the firewall. */
import type { Facts } from "../cluster/facts.ts";
import { sleep } from "../system/clock.ts";
import { readIfPresent } from "../system/files.ts";
import type { DoctorFacts } from "./facts.ts";
import { firewallVerdict } from "./firewall.ts";
import { readFirewall } from "./firewall_apply.ts";
import { clusterNeeds, needText } from "./firewall_needs.ts";
import { USUAL_FRAME } from "./facts.ts";
import { said } from "./gather_system.ts";

/** IPv4 and ICMP, IPv6 and ICMP, of a packet. */
const HEADERS = { 4: 28, 6: 48 } as const;
const PINGS = 10;
const LOOKUP_MS = 10_000;

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
): Promise<DoctorFacts["network"]> {
  const links = JSON.parse(
    await said(["ip", "-j", "addr", "show"]) || "[]",
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
  const verdict = firewallVerdict(await readFirewall(), needs);
  return {
    addresses: basic.addresses.map((entry) => ({
      ...entry,
      dynamic: dynamic.has(entry.address),
    })),
    interfaces,
    defaultRoute: basic.defaultRoute,
    resolvesMs: await lookup(basic.hostname),
    listening: [...basic.listening],
    trips: await Promise.all(peers.map((address) => trip(address, interfaces))),
    firewall: { kind: verdict.kind, blocked: verdict.blocked.map(needText) },
  };
}

async function lookup(name: string): Promise<number | null> {
  const began = performance.now();
  const found = await Promise.race([
    said(["getent", "ahosts", name], LOOKUP_MS),
    sleep(LOOKUP_MS).then(() => ""),
  ]);
  return found === "" ? null : performance.now() - began;
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

async function trip(
  address: string,
  interfaces: DoctorFacts["network"]["interfaces"],
): Promise<DoctorFacts["network"]["trips"][number]> {
  const six = address.includes(":");
  const ping = ["ping", six ? "-6" : "-4", "-n", "-q"];
  const text = await said(
    [...ping, "-c", String(PINGS), "-i", "0.2", "-W", "1", address],
    15_000,
  );
  const average = /= [\d.]+\/([\d.]+)\//.exec(text)?.[1];
  const route = await said(["ip", "route", "get", address]);
  const frame = fullFrame(route, interfaces);
  const full = await said(
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
    10_000,
  );
  return {
    address,
    lostPercent: Number(/([\d.]+)% packet loss/.exec(text)?.[1] ?? 100),
    averageMs: average === undefined ? null : Number(average),
    frame,
    fullSize: /[12] received/.test(full),
  };
}
