/** K3s' networks. Pure. */

/** K3s' own networks, of pods and of services, unless the settings name others. */
export const POD_NETWORK = "10.42.0.0/16";
export const SERVICE_NETWORK = "10.43.0.0/16";
/** What K3s takes where its nodes are of IPv6. */
export const POD_NETWORK_6 = "fd00:42::/56";
export const SERVICE_NETWORK_6 = "fd00:43::/112";
/**
 * Prefixes with which K3s works. Pods: each node gets a /24 (a /64) of the network, and Kubernetes counts no more than 2^16 of these in
 * version 6 (cidr_set.go). Services: the API server takes networks of 2^20 addresses at most, and K3s gives the tenth to its name server.
 */
export const PREFIXES = {
  pods: { 4: [1, 23], 6: [48, 63] },
  services: { 4: [12, 28], 6: [108, 124] },
} as const;
export const K3S_NETWORKS: readonly string[] = [POD_NETWORK, SERVICE_NETWORK];

/** Interfaces that K3s makes in its own networks. */
export function isK3sInterface(name: string): boolean {
  return /^(cni|flannel|veth|kube)/.test(name);
}

/** The virtual address of the settings, without its prefix. */
export function vipOf(settings: { readonly vip: string }): string {
  return settings.vip.split("/")[0]!;
}

/** What makes K3s start where there is no network behind: a way to nowhere. */
export const ROUTE_TO_NOWHERE =
  "ip link add dummy0 type dummy && ip addr add 203.0.113.254/31 dev dummy0 && ip link set dummy0 up && ip route add default via 203.0.113.255 dev dummy0 metric 1000";
