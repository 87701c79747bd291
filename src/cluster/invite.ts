/** What `first` and `invite` hand out: the token for the server that joins, and a way into the console. */
import { fingerprint } from "../api/tls.ts";
import { createLoginLink } from "../api/users.ts";
import { loadCluster } from "../module/load.ts";
import type { Paths } from "../system/paths.ts";
import { ADMIN } from "./create.ts";
import { invite } from "./invitation.ts";
import { encodeToken } from "./join_token.ts";
import { places } from "./places.ts";

/** A new token; the one before is void. */
export async function newToken(paths: Paths): Promise<string> {
  const at = places(paths);
  const { cluster, me } = await own(paths);
  return encodeToken({
    v: 1,
    cluster: cluster.cluster,
    id: cluster.id,
    addresses: me.addresses,
    port: cluster.console.port,
    fingerprint: fingerprint(await Deno.readTextFile(at.certificate)),
    secret: await invite(at.invitation),
  });
}

/** An address for the browser that logs in once, within 24 hours. */
export async function newLoginLink(paths: Paths): Promise<string> {
  const at = places(paths);
  const { cluster, me } = await own(paths);
  const address = me.addresses[0]!;
  const host = address.includes(":") ? `[${address}]` : address;
  const once = await createLoginLink(at.users, { user: ADMIN });
  return `https://${host}:${cluster.console.port}/login?once=${once}`;
}

async function own(paths: Paths) {
  const at = places(paths);
  const cluster = await loadCluster(at.cluster);
  const name = (await Deno.readTextFile(at.node)).trim();
  return { cluster, me: cluster.nodes.find((node) => node.name === name)! };
}
