/** IP addresses and networks as text. Pure. */
import { BlockList, isIP } from "node:net";

/** One way to write each: "FD00:0::7" is fd00::7. One with an interface ("fe80::7%eth0") stays as it is. */
export function canonical(address: string): string {
  return isIP(address) === 6 && !address.includes("%")
    ? new URL(`http://[${address}]`).hostname.slice(1, -1)
    : address;
}

export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 4 | 6;
}

/** "10.0.0.9/24"; without prefix the address alone (32 or 128). Null: no address. */
export function parseNetwork(text: string): Network | null {
  const match = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text);
  const family = match ? isIP(match[1]!) : 0;
  if (!match || family === 0) return null;
  const longest = family === 4 ? 32 : 128;
  const prefix = match[2] === undefined ? longest : Number(match[2]);
  if (prefix > longest) return null;
  return { address: match[1]!, prefix, family: family as 4 | 6 };
}

/** Whether `address` is in the network around `network` ("10.0.0.9/24" is that of 10.0.0.0/24). */
export function contains(network: string, address: string): boolean {
  const parsed = parseNetwork(network);
  if (!parsed || isIP(address) !== parsed.family) return false;
  const type = parsed.family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(parsed.address, parsed.prefix, type);
  return list.check(address, type);
}
