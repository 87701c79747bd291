/**
 * Takes, releases and checks one virtual address. Idempotent: what is there is not added again, what is gone is not removed.
 * Before it is taken, the network is asked whether another machine answers for it: two machines with one address lose both.
 */
import {
  arpAnnouncements,
  arpOwner,
  arpProbe,
  ETH_P_ARP,
  ETH_P_IPV6,
  isIPv6,
  neighbourAnnouncement,
  neighbourOwner,
  neighbourProbe,
  parseMac,
} from "./arp.ts";
import { PacketSocket } from "./packet_socket.ts";
import { canonical, contains } from "../system/address.ts";
import { command, CommandError } from "../system/command.ts";
import { ErrnoError } from "../system/errno_error.ts";
import { now, sleep } from "../system/clock.ts";

export interface VirtualAddress {
  /** Without prefix. */
  readonly address: string;
  readonly prefix: number;
  readonly device: string;
}

const ENETDOWN = 100;
/** Frames of a probe and how long an answer is awaited: a LAN answers in under a millisecond, a busy virtual machine in tens. */
const PROBE_AT_MS = [0, 30, 60];
const PROBE_MS = 100;
/** When the new place is announced after taking: at once for the fast, later for switches whose port was still blocked. */
const ANNOUNCE_AT_MS = [0, 50, 150, 1000, 2000, 5000, 10_000];

/** What is used of `ip -j addr`. */
interface IpLink {
  readonly ifname: string;
  readonly addr_info?: readonly {
    readonly local?: string;
    readonly prefixlen?: number;
  }[];
}

/** All interfaces, with prefixes as they were given. Starting `ip` may take long on a busy machine: not on the way to taking. */
async function allLinks(): Promise<IpLink[]> {
  const { stdout } = await command(["ip", "-j", "addr", "show"]);
  return JSON.parse(stdout);
}

/** All addresses, at the cost of a system call; an interface without any is not in it. A label ("eth0:1") is no other interface. */
function present(): Present[] {
  return Deno.networkInterfaces().map(({ name, address, cidr, mac }) => ({
    device: name.split(":")[0]!,
    address,
    cidr,
    mac,
  }));
}

interface Present {
  readonly device: string;
  readonly address: string;
  /** The address with its prefix. */
  readonly cidr: string;
  readonly mac: string;
}

/** Virtual addresses, here or not: where they stand says nothing of a network, and they are no node's own. */
const virtual = new Set<string>();

export function noteVirtual(address: string): void {
  virtual.add(canonical(address));
}

export function isVirtual(address: string): boolean {
  return virtual.has(canonical(address));
}

/** The interfaces in whose network virtual addresses were when it was last there. */
const homes = new Map<string, string>();

/**
 * The interface where an address belongs: the one in whose network it is, of several the one that the kernel would send by (the
 * narrowest), then the one that carries `near`. Where none has such a network (or its own address is away: systemd-networkd takes it
 * off an interface without carrier) the one where it is, where it belonged before, or the one that carries `near`. The announcements
 * of an address that is put on another link reach nobody who asks for it.
 */
function place(
  address: string,
  near: string,
  known: readonly Present[],
): string | undefined {
  const first = known.find((entry) => same(entry.address, near))?.device;
  const rank = ({ cidr, device }: Present) =>
    2 * Number(cidr.split("/")[1]) + (device === first ? 1 : 0);
  const around = known.filter((entry) =>
    !same(entry.address, address) && !isVirtual(entry.address) &&
    contains(entry.cidr, address)
  );
  const home = around.sort((a, b) => rank(b) - rank(a))[0]?.device;
  if (home !== undefined) {
    homes.set(canonical(address), home);
    return home;
  }
  const here = known.find((entry) => same(entry.address, address))?.device;
  return here ?? homes.get(canonical(address)) ?? first;
}

/**
 * The interface by which clients of a virtual address come, and this node's own addresses on it, without which they get no answer;
 * null: nobody can say which one.
 */
export function standsAt(
  spec: { readonly address: string; readonly interface?: string | undefined },
  near: string,
): { readonly device: string; readonly own: readonly string[] } | null {
  const address = spec.address.split("/")[0]!;
  const known = present();
  const device = spec.interface ?? place(address, near, known);
  if (device === undefined) return null;
  const own = known.filter((entry) =>
    entry.device === device && isIPv6(entry.address) === isIPv6(address) &&
    !same(entry.address, address) && !isVirtual(entry.address) &&
    !/^(fe80:|169\.254\.)/.test(entry.address)
  ).map((entry) => entry.address);
  return { device, own };
}

/** "10.0.0.9/24" and an interface, by default the one in whose network it is; else the one that carries `near` (this node's first address). */
export async function resolveAddress(
  spec: { readonly address: string; readonly interface?: string | undefined },
  near: string,
): Promise<VirtualAddress> {
  const [address, prefix] = spec.address.split("/");
  const known = present();
  const device = spec.interface ?? place(address!, near, known);
  if (device === undefined || !known.some((entry) => entry.device === device)) {
    // Without any address, or not there at all.
    const names = (await allLinks()).map((link) => link.ifname)
      .filter((name) => name !== "lo");
    if (device === undefined) {
      throw new Error(
        `Cannot take address "${spec.address}": no interface has ` +
          `this node's address ${near}, expected it on one of ${
            names.join(", ")
          }`,
      );
    }
    if (!names.includes(device)) {
      throw new Error(
        `Cannot take address "${spec.address}": interface "${device}" does ` +
          `not exist, expected one of ${names.join(", ")}`,
      );
    }
  }
  const whole = isIPv6(address!) ? 128 : 32;
  return {
    address: address!,
    prefix: prefix ? Number(prefix) : whole,
    device,
  };
}

/** Textual forms of one IPv6 address differ; the kernel prints the short one. */
function same(a: string | undefined, b: string): boolean {
  return a !== undefined && canonical(a) === canonical(b);
}

/** The interfaces of this machine that have the address now. */
export function holders(address: string): string[] {
  return present().filter((entry) => same(entry.address, address))
    .map((entry) => entry.device);
}

/** Takes the address; throws with one line when another machine answers for it, it cannot be added, or `signal` came before it was. */
export async function takeAddress(
  target: VirtualAddress,
  signal?: AbortSignal,
): Promise<void> {
  const { address, device } = target;
  noteVirtual(address);
  const held = holders(address);
  if (held.some((name) => name !== device)) {
    await remove(address, (name) => name !== device);
  }
  if (held.includes(device)) return;
  const owner = await probe(target);
  if (owner !== null) {
    throw new Error(
      `Cannot take address "${address}": the machine with MAC ${owner} on ` +
        `${device} answers for it, expected nobody; take it off there, or ` +
        `choose another virtual address`,
    );
  }
  signal?.throwIfAborted();
  await add(target);
}

async function add({ address, prefix, device }: VirtualAddress): Promise<void> {
  if (!isIPv6(address)) staysWithout(device);
  // Not preferred: a node whose own address is DHCP's would otherwise be known to others by this one, which is set by hand
  // (flannel since 0.28 takes such an address first, and a deprecated one never: K3s v1.33 and v1.34 of 2026).
  const flags = [
    ...isIPv6(address) ? ["nodad"] : [],
    ...["noprefixroute", "preferred_lft", "0"],
  ];
  try {
    await command([
      "ip",
      "addr",
      "add",
      `${address}/${prefix}`,
      "dev",
      device,
      ...flags,
    ]);
  } catch (error) {
    // Between looking and adding somebody else may have added it: that is what was asked.
    const there = (await allLinks()).some((link) =>
      link.ifname === device &&
      link.addr_info?.some((info) => same(info.local, address))
    );
    if (!there) throw error;
  }
}

/**
 * When the interface is set up anew, ours may come first and be the kernel's primary one of its network; without this its removal
 * takes the node's own address along (promote_secondaries: Documentation/networking/ip-sysctl.rst).
 */
function staysWithout(device: string, conf = CONF): boolean {
  const file = `${conf}/${device}/promote_secondaries`;
  try {
    Deno.writeTextFileSync(file, "1", { create: false });
  } catch {
    // A container's /proc is read-only: then it is as its administrator set it.
  }
  try {
    return Deno.readTextFileSync(file).trim() === "1";
  } catch {
    return false;
  }
}

const CONF = "/proc/sys/net/ipv4/conf";

/**
 * Whether it has come to stand before this node's own address: systemd-networkd takes that one off with the carrier and adds it again
 * behind. Who reads the interface may take the first one for the node's own (flannel before 0.28).
 */
export function standsFirst({ address, device }: VirtualAddress): boolean {
  if (isIPv6(address)) return false;
  const there = present().filter((entry) =>
    entry.device === device && !isIPv6(entry.address)
  );
  const own = there.findIndex((entry) =>
    !isVirtual(entry.address) &&
    !entry.address.startsWith("169.254.")
  );
  const ours = there.findIndex((entry) => same(entry.address, address));
  return ours >= 0 && ours < own;
}

/** Off and on again, which puts it last; not where the node's own address would go with it. */
export async function standBehind(
  target: VirtualAddress,
  conf = CONF,
): Promise<void> {
  if (!staysWithout(target.device, conf)) return;
  await remove(target.address, (name) => name === target.device);
  await add(target);
}

/** Takes the address off every interface that has it. */
export async function releaseAddress(address: string): Promise<void> {
  await remove(address, () => true);
}

async function remove(
  address: string,
  from: (device: string) => boolean,
): Promise<void> {
  const found = (links: readonly IpLink[]) =>
    links.filter((link) => from(link.ifname)).flatMap((link) =>
      (link.addr_info ?? []).filter((info) => same(info.local, address))
        .map((info) => ({ ...info, device: link.ifname }))
    );
  for (const info of found(await allLinks())) {
    const spec = `${info.local}/${info.prefixlen}`;
    try {
      await command(["ip", "addr", "del", spec, "dev", info.device]);
    } catch (error) {
      // Somebody else may have been quicker.
      if (found(await allLinks()).length > 0) throw error;
    }
  }
}

/** The MAC of another machine that has the address, or null. An interface without Ethernet (or that is down) has no neighbours to ask. */
export async function probe(target: VirtualAddress): Promise<string | null> {
  const mac = ethernet(target.device);
  if (mac === null) return null;
  const v6 = isIPv6(target.address);
  const own = parseMac(mac);
  using socket = new PacketSocket(
    target.device,
    v6 ? ETH_P_IPV6 : ETH_P_ARP,
  );
  const question = v6
    ? neighbourProbe(own, target.address)
    : arpProbe(own, target.address);
  const ownerOf = v6 ? neighbourOwner : arpOwner;
  const start = now();
  const due = [...PROBE_AT_MS];
  while (now() - start < PROBE_MS) {
    if (due.length > 0 && now() - start >= due[0]!) {
      due.shift();
      try {
        socket.send(question);
      } catch (error) {
        // Down: nobody can answer, and nobody can be disturbed.
        if (error instanceof ErrnoError && error.errno === ENETDOWN) {
          return null;
        }
        throw error;
      }
    }
    let frame = socket.receive();
    while (frame !== null) {
      const owner = ownerOf(frame, target.address);
      if (owner !== null && owner !== mac) return owner;
      frame = socket.receive();
    }
    await sleep(4);
  }
  return null;
}

/** Whether its interface has neighbours who could be asked. */
export function hasNeighbours({ device }: VirtualAddress): boolean {
  return ethernet(device) !== null;
}

/** Its MAC, if it has one. The list of addresses does not know an interface that has none of its own yet. */
function ethernet(device: string): string | null {
  const mac = present().find((entry) => entry.device === device)?.mac ??
    kernelsMac(device);
  return mac === "00:00:00:00:00:00" ? null : mac;
}

function kernelsMac(device: string): string | null {
  try {
    const text = Deno.readTextFileSync(`/sys/class/net/${device}/address`);
    return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.exec(text.trim())?.[0] ?? null;
  } catch {
    return null; // Another network namespace's than this folder's.
  }
}

/** Tells the network, several times, that the address lives here. */
export async function announceAddress(
  target: VirtualAddress,
  options: { readonly once?: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { address, device } = target;
  const mac = ethernet(device);
  if (mac === null) return;
  const v6 = isIPv6(address);
  const frames = v6
    ? [neighbourAnnouncement(parseMac(mac), address)]
    : arpAnnouncements(parseMac(mac), address);
  const start = now();
  for (const at of options.once ? [0] : ANNOUNCE_AT_MS) {
    await sleep(Math.max(0, start + at - now()), options.signal);
    if (options.signal.aborted) return;
    using socket = new PacketSocket(device, v6 ? ETH_P_IPV6 : ETH_P_ARP);
    for (const frame of frames) socket.send(frame);
  }
}

/**
 * Ends this machine's own connections to an address that has just come here: a client that was connected to the peer through it would
 * wait for minutes. Best effort, old kernels cannot.
 */
export async function endOldSockets(address: string): Promise<void> {
  try {
    await command(["ss", "-K", "dst", address], {
      timeoutMs: 1000,
      anyCode: true,
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
}
