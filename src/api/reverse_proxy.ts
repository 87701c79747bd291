/** Whom a request is from when a reverse proxy hands it on. What a proxy says of that counts where cluster.yaml names it. Pure. */
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { contains } from "../system/address.ts";
import type { Connection } from "./caller.ts";
import { plainAddress } from "./throttle.ts";

/** Whatever hands requests on writes one of these, unless somebody has taken care that it does not. */
const TRACES = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]
  .concat(["x-real-ip", "forwarded", "via"]);
/** Proxies behind each other; anybody may send a longer list. */
const MOST_HOPS = 16;

/** `proxies`: addresses and networks of those that are believed. */
export function isProxy(address: string, proxies: readonly string[]): boolean {
  return proxies.some((network) => contains(network, address));
}

/** `address`: of the one that connected. */
export function throughProxy(
  address: string,
  headers: IncomingHttpHeaders,
  proxies: readonly string[],
): Connection {
  const connection = { kind: "network", address } as const;
  if (!isProxy(address, proxies)) {
    // A stranger may write what he likes there: it only takes away what this machine itself may without a login.
    const traced = TRACES.some((name) => headers[name] !== undefined);
    return traced ? { ...connection, handedOn: true } : connection;
  }
  const host = String(headers["x-forwarded-host"] ?? "").split(",")[0]!.trim();
  return {
    ...connection,
    address: clientOf(address, headers, proxies),
    // A proxy that forgets to say for whom it asks must not pass for this machine itself.
    handedOn: true,
    ...host === "" ? {} : { host },
  };
}

/** Each proxy adds at the end whom it heard: what stands before the first that nobody vouches for was written by that one. */
function clientOf(
  address: string,
  headers: IncomingHttpHeaders,
  proxies: readonly string[],
): string {
  const heard = String(headers["x-forwarded-for"] ?? "").split(",")
    .slice(-MOST_HOPS).map(hopOf);
  let client = address;
  while (isProxy(client, proxies)) {
    const hop = heard.pop();
    if (hop === undefined || isIP(hop) === 0) break;
    client = hop;
  }
  return client;
}

/** Some add the port: "192.0.2.7:4711", "[2001:db8::7]:4711". */
function hopOf(text: string): string {
  const [, v6, v4] =
    /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text.trim()) ?? [];
  return plainAddress(v6 ?? v4 ?? text.trim());
}
