/**
 * Packets that tell a network where a virtual address lives now, and that ask whether somebody has it. Pure: bytes in, bytes out.
 * ARP is RFC 826 and RFC 5227 (probe, announcement), neighbour discovery RFC 4861 (§4.3, §4.4) and RFC 4862 (§5.4.2).
 */
import { knownBytes } from "../system/address_bytes.ts";
import { equalBytes } from "../system/bytes.ts";

export const ETH_P_ARP = 0x0806;
export const ETH_P_IPV6 = 0x86dd;
const BROADCAST = Uint8Array.of(255, 255, 255, 255, 255, 255);

/** "52:54:00:12:34:56" → 6 bytes. */
export function parseMac(text: string): Uint8Array {
  const bytes = text.split(":").map((part) => Number.parseInt(part, 16));
  if (bytes.length !== 6 || bytes.some((byte) => !(byte >= 0 && byte < 256))) {
    throw new TypeError(`Cannot read "${text}": expected a MAC address`);
  }
  return Uint8Array.from(bytes);
}

function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join(":");
}

export function isIPv6(address: string): boolean {
  return address.includes(":");
}

/** RFC 5227 §2.1.1: "has anybody this address?", without claiming it (sender address 0.0.0.0). */
export function arpProbe(mac: Uint8Array, address: string): Uint8Array {
  return arp(1, BROADCAST, mac, new Uint8Array(4), knownBytes(address));
}

/** Gratuitous ARP, both forms: some switches and hosts only listen to requests, others only to replies. */
export function arpAnnouncements(
  mac: Uint8Array,
  address: string,
): Uint8Array[] {
  const ip = knownBytes(address);
  return [arp(1, BROADCAST, mac, ip, ip), arp(2, BROADCAST, mac, ip, ip)];
}

function arp(
  operation: 1 | 2,
  to: Uint8Array,
  mac: Uint8Array,
  senderIp: Uint8Array,
  targetIp: Uint8Array,
): Uint8Array {
  const packet = new Uint8Array(42);
  const view = new DataView(packet.buffer);
  packet.set(to, 0);
  packet.set(mac, 6);
  view.setUint16(12, ETH_P_ARP);
  view.setUint16(14, 1); // Ethernet
  view.setUint16(16, 0x0800); // IPv4
  packet[18] = 6;
  packet[19] = 4;
  view.setUint16(20, operation);
  packet.set(mac, 22);
  packet.set(senderIp, 28);
  // In a request the target's hardware address is unknown: zero. In a reply it is everybody.
  if (operation === 2) packet.set(BROADCAST, 32);
  packet.set(targetIp, 38);
  return packet;
}

/** The MAC that says in this frame that it has `address` (ARP request or reply with it as sender), or null. */
export function arpOwner(frame: Uint8Array, address: string): string | null {
  if (frame.length < 42) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(12) !== ETH_P_ARP || view.getUint16(16) !== 0x0800) {
    return null;
  }
  if (!equalBytes(frame.subarray(28, 32), knownBytes(address))) return null;
  return formatMac(frame.subarray(22, 28));
}

/** RFC 4862 §5.4.2: neighbour solicitation from the unspecified address. */
export function neighbourProbe(mac: Uint8Array, address: string): Uint8Array {
  const ip = knownBytes(address);
  const group = knownBytes("ff02::1:ff00:0");
  group.set(ip.subarray(13), 13);
  const body = new Uint8Array(24);
  body[0] = 135;
  body.set(ip, 8);
  return icmp6(mac, new Uint8Array(16), group, body);
}

/** RFC 4861 §7.2.6: unsolicited advertisement to all nodes, override flag set. */
export function neighbourAnnouncement(
  mac: Uint8Array,
  address: string,
): Uint8Array {
  const ip = knownBytes(address);
  const body = new Uint8Array(32);
  body[0] = 136;
  body[4] = 0x20;
  body.set(ip, 8);
  body.set([2, 1], 24); // option: target link-layer address, 8 bytes
  body.set(mac, 26);
  return icmp6(mac, ip, knownBytes("ff02::1"), body);
}

function icmp6(
  mac: Uint8Array,
  source: Uint8Array,
  group: Uint8Array,
  body: Uint8Array,
): Uint8Array {
  const packet = new Uint8Array(54 + body.length);
  const view = new DataView(packet.buffer);
  packet.set([0x33, 0x33, ...group.subarray(12)], 0); // RFC 2464 §7
  packet.set(mac, 6);
  view.setUint16(12, ETH_P_IPV6);
  packet[14] = 0x60;
  view.setUint16(18, body.length);
  packet[20] = 58; // ICMPv6
  packet[21] = 255; // hop limit: proves that no router forwarded it
  packet.set(source, 22);
  packet.set(group, 38);
  packet.set(body, 54);
  view.setUint16(56, checksum6(source, group, body));
  return packet;
}

/** RFC 4443 §2.3 with the pseudo-header of RFC 8200 §8.1. */
function checksum6(
  source: Uint8Array,
  target: Uint8Array,
  body: Uint8Array,
): number {
  const all = new Uint8Array(40 + body.length);
  const view = new DataView(all.buffer);
  all.set(source, 0);
  all.set(target, 16);
  view.setUint32(32, body.length);
  all[39] = 58;
  all.set(body, 40);
  let sum = 0;
  for (let at = 0; at < all.length; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** The MAC that advertises (type 136) `address` in this frame, or null. */
export function neighbourOwner(
  frame: Uint8Array,
  address: string,
): string | null {
  if (frame.length < 78) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(12) !== ETH_P_IPV6 || frame[20] !== 58) return null;
  if (frame[54] !== 136 || frame[21] !== 255) return null;
  if (!equalBytes(frame.subarray(62, 78), knownBytes(address))) return null;
  return formatMac(frame.subarray(6, 12));
}
