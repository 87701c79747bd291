/** What K3s, its containerd and its pods reach without the proxy: through one the datastore would be out of reach. Pure. */
import type { Kept } from "../cluster/kept.ts";
import { vipOf } from "../cluster/network.ts";
import { contains, parseNetwork } from "../system/address.ts";

type Addressed = Pick<
  Kept,
  "node1" | "node2" | "vip" | "network" | "pods" | "services"
>;

/** Addresses of both nodes on every link, the virtual one, the nodes' network, the cluster's own networks and names. */
export function withoutProxy(kept: Addressed): string[] {
  const networks = [kept.network ?? kept.vip].flatMap((text) =>
    parseNetwork(text) ? [text] : []
  );
  const single = [vipOf(kept), ...kept.node1, ...kept.node2]
    .filter((address) => !networks.some((own) => contains(own, address)));
  return [
    "localhost",
    "127.0.0.0/8",
    "::1",
    kept.pods,
    kept.services,
    ".svc",
    ".cluster.local",
    ...networks,
    ...single,
  ];
}

/** Variables for a unit's environment file; none where there is no proxy. */
export function proxyVariables(
  kept: Addressed & Pick<Kept, "proxy">,
): readonly (readonly [name: string, value: string])[] {
  if (!kept.proxy) return [];
  const direct = withoutProxy(kept).join(",");
  // K3s itself, and its containerd, which pulls the images (K3s' documentation, "Configuring an HTTP proxy").
  return ["", "CONTAINERD_"].flatMap((prefix) =>
    [
      [`${prefix}HTTP_PROXY`, kept.proxy!],
      [`${prefix}HTTPS_PROXY`, kept.proxy!],
      [`${prefix}NO_PROXY`, direct],
    ] as const
  );
}

/**
 * The variable by which systemd gives a proxy to every service, K3s among them; null: there is none. Then K3s asks it for the nodes'
 * own addresses, too, which nobody has taken out. `text`: of `systemctl show-environment`.
 */
export function inheritedProxy(text: string): string | null {
  return /^(https?_proxy)=./im.exec(text)?.[1] ?? null;
}
