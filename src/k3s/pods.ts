/**
 * What is done with a node's pods when the node is lost, comes back or leaves. Pure: facts in, kubectl's work out.
 *
 * Kubernetes alone waits 40 s for a silent node, 10 more for its pods, and for a pod with an identity of its own for ever. hakit
 * knows more: a node that was shut out has lost virtual address and volumes, so its pods can write nothing any more that others
 * read, and may be given up at once. It does so on knowledge only: not on suspicion, not to a node that answers, not to a third one.
 */

import { canonical } from "../system/address.ts";

/** As `kubectl get nodes -o json` tells it, as far as it is used. */
export interface KubeNode {
  readonly metadata?: {
    readonly name?: string;
    readonly annotations?: Readonly<{ [key: string]: string }>;
  };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly {
      readonly key?: string;
      readonly value?: string;
      readonly effect?: string;
    }[];
  };
  readonly status?: {
    readonly addresses?: readonly {
      readonly type?: string;
      readonly address?: string;
    }[];
    readonly conditions?: readonly {
      readonly type?: string;
      readonly status?: string;
    }[];
  };
}

export interface KubePod {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly annotations?: Readonly<{ [key: string]: string }>;
    readonly ownerReferences?: readonly { readonly kind?: string }[];
  };
  readonly spec?: { readonly nodeName?: string };
}

export interface KubeLease {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly renewTime?: string;
  };
}

/** One call of kubectl each. */
export type Work =
  | {
    readonly do: "taint" | "untaint" | "cordon" | "uncordon";
    readonly node: string;
  }
  | { readonly do: "mark" | "unmark"; readonly node: string }
  | { readonly do: "drain"; readonly node: string; readonly seconds: number }
  | { readonly do: "spread-dns" }
  | { readonly do: "release-lease"; readonly name: string }
  | {
    readonly do: "delete-pod";
    readonly namespace: string;
    readonly name: string;
  };

export type Verdict =
  | { readonly kind: "act"; readonly work: readonly Work[] }
  /** Look again. */
  | { readonly kind: "wait"; readonly reason: string }
  /** Nothing is to be done, and will not be. */
  | { readonly kind: "leave"; readonly reason: string };

/** Kubernetes' own sign for a node that is surely down; the value says who set it, and nobody else's is taken away. */
const TAINT = "node.kubernetes.io/out-of-service";
const TAINT_VALUE = "hakit";
/** A node that hakit closed for new pods, and that it may open again. */
const MARK = "hakit/cordoned";
/** The kubelet renews its lease every 10 s: one that stood still for longer does not run, or is cut off. */
const LEASE_STILL_MS = 12_000;

/**
 * Leases of what runs on K3s' servers only, so on these two nodes. Their holder is the host's name (K3s' own), or that and a random
 * part ("db7_4f1c…", Kubernetes'): not the name of the node.
 */
const CONTROLLERS = new Set([
  "kube-controller-manager",
  "kube-scheduler",
  "cloud-controller-manager",
  "k3s",
  "k3s-cloud-controller-manager",
]);

/** Who excludes that the lost node goes on as well. `person`: nobody but somebody's word. */
export type Fence = "witness" | "ping" | "none" | "person";
/** fenced: what was shut out by a witness; always: also what only does not answer; never: as Kubernetes does. */
export type Policy = "fenced" | "always" | "never";

export interface LostFacts {
  readonly policy: Policy;
  readonly fence: Fence;
  readonly self: string;
  readonly peer: {
    readonly name: string;
    readonly addresses: readonly string[];
  };
  /** This node's role of the module now. */
  readonly role: string;
  /** The peer's agent is heard. */
  readonly heard: boolean;
  /** Its addresses from which anything at all answered. */
  readonly answers: readonly string[];
  /** Null: the API server does not answer yet. */
  readonly nodes: readonly KubeNode[] | null;
  readonly pods: readonly KubePod[];
  readonly leases: readonly KubeLease[];
  /** This machine's host name: controllers hold their leases by it, whatever the node is called. */
  readonly host: string;
  /** The peer's own lease (kube-node-lease): whether it was renewed after this node took over, by the peer's clock; and how long it has stood still since, by ours. */
  readonly lease: { readonly renewedSince: boolean; readonly stillMs: number };
}

export function judgeLost(facts: LostFacts): Verdict {
  const { policy, fence, self, peer, role, heard, answers, nodes } = facts;
  const leave = (reason: string): Verdict => ({ kind: "leave", reason });
  if (policy === "never") return leave("PODS_OF_LOST_NODE is never");
  if (policy === "fenced" && fence !== "witness") {
    return leave(
      `${peer.name} may live: without a witness it is only not heard; Kubernetes moves its pods by itself (PODS_OF_LOST_NODE: always does it at once)`,
    );
  }
  if (role !== "ALONE") return leave(`this node is ${role}, not ALONE`);
  // One that shuts down in order has given its right away and is heard to its last moment: it may be gone in the next.
  if (heard) return wait(`${peer.name} is heard`);
  if (answers.length > 0) {
    return wait(`${peer.name} answers at ${answers.join(", ")}`);
  }
  if (nodes === null) return wait("the API server does not answer yet");
  const node = nodes.find(({ metadata }) => metadata?.name === peer.name);
  if (!node) return leave(`Kubernetes knows no node ${peer.name}`);
  if (peer.name === self || !isAt(node, peer.addresses)) {
    return leave(
      `Kubernetes' node ${peer.name} is another machine: it has none of ${
        peer.addresses.join(", ")
      }`,
    );
  }
  if (facts.lease.renewedSince && facts.lease.stillMs < LEASE_STILL_MS) {
    return wait(`${peer.name} may have spoken to Kubernetes just now`);
  }
  return { kind: "act", work: lostWork(facts, node) };
}

function wait(reason: string): Verdict {
  return { kind: "wait", reason };
}

/** The taint first: it also keeps new pods away, while Kubernetes still takes the node for ready. */
function lostWork(
  { peer, pods, leases, host }: LostFacts,
  node: KubeNode,
): Work[] {
  const work: Work[] = [];
  if (!isTainted(node)) work.push({ do: "taint", node: peer.name });
  for (const { metadata, spec } of leases) {
    const name = metadata?.name ?? "";
    const holder = spec?.holderIdentity ?? "";
    if (!CONTROLLERS.has(name) || holder === "") continue;
    // Two servers run them: whoever is not this one is the lost one.
    if (holder.split("_")[0] === host) continue;
    work.push({ do: "release-lease", name });
  }
  for (const pod of pods) {
    const { namespace, name } = pod.metadata ?? {};
    if (pod.spec?.nodeName !== peer.name || !namespace || !name) continue;
    if (staysWithNode(pod)) continue;
    work.push({ do: "delete-pod", namespace, name });
  }
  return work;
}

/** One for each node, or the kubelet's own file: it would be made again at the same place. */
function staysWithNode({ metadata }: KubePod): boolean {
  return metadata?.ownerReferences?.some(({ kind }) =>
        kind === "DaemonSet" || kind === "Node"
      ) === true ||
    metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined;
}

/**
 * A node that has come back, seen by itself. `dns`: how many of the cluster's name server are wanted, null where that is not known.
 * K3s wants one, and names would not be found while it moves; its own rule keeps two on two nodes.
 */
export function judgeBack(
  nodes: readonly KubeNode[] | null,
  { self, dns }: { readonly self: string; readonly dns: number | null },
): Verdict {
  if (nodes === null) return wait("the API server does not answer yet");
  const node = nodes.find(({ metadata }) => metadata?.name === self);
  // The kubelet registers it, and says that it is ready when it has seen which pods are gone.
  if (!node || !isReady(node)) return wait(`node ${self} is not Ready yet`);
  const work: Work[] = [];
  if (isTainted(node)) work.push({ do: "untaint", node: self });
  if (isMarked(node)) {
    work.push({ do: "uncordon", node: self }, { do: "unmark", node: self });
  }
  if (dns === 1 && nodes.filter(isReady).length > 1) {
    work.push({ do: "spread-dns" });
  }
  return { kind: "act", work };
}

/**
 * A node that leaves in order: its pods go where they may, within the time and as fast as their disruption budgets let them. `peer`: the
 * other node, where its module is at work, so that its K3s comes back if it is not there yet.
 */
export function judgeLeave(
  nodes: readonly KubeNode[] | null,
  { self, seconds, peer }: {
    readonly self: string;
    readonly seconds: number;
    readonly peer: string | null;
  },
): Verdict {
  const leave = (reason: string): Verdict => ({ kind: "leave", reason });
  if (seconds <= 0) return leave("DRAIN_SECONDS is 0");
  if (nodes === null) return leave("the API server does not answer");
  const node = nodes.find(({ metadata }) => metadata?.name === self);
  if (!node) return leave(`Kubernetes knows no node ${self}`);
  const others = nodes.filter((other) =>
    other !== node && isReady(other) && !other.spec?.unschedulable &&
    !other.spec?.taints?.some(({ effect }) => effect !== "PreferNoSchedule")
  );
  if (others.length === 0) {
    // Both servers are rebooted, or upgraded, one after the other: the pods of this one must not end because that one is not open yet.
    const opens = nodes.some((other) =>
      other !== node && other.metadata?.name === peer &&
      (!isReady(other) || isMarked(other) || isTainted(other))
    );
    return opens
      ? wait(`${peer} takes no pods yet`)
      : leave("no other node could take its pods");
  }
  // One that a person closed stays closed afterwards: it gets no mark.
  const close: Work[] = node.spec?.unschedulable
    ? []
    : [{ do: "mark", node: self }, { do: "cordon", node: self }];
  return {
    kind: "act",
    work: [...close, { do: "drain", node: self, seconds }],
  };
}

function isReady(node: KubeNode): boolean {
  return node.status?.conditions?.some(({ type, status }) =>
    type === "Ready" && status === "True"
  ) === true;
}

/** By address, not by text: Kubernetes writes fd00::2 where the cluster's file may say FD00:0::2. */
function isAt(node: KubeNode, addresses: readonly string[]): boolean {
  const own = addresses.map(canonical);
  return node.status?.addresses?.some(({ type, address }) =>
    type === "InternalIP" && address !== undefined &&
    own.includes(canonical(address))
  ) === true;
}

function isTainted(node: KubeNode): boolean {
  return node.spec?.taints?.some(({ key, value }) =>
    key === TAINT && value === TAINT_VALUE
  ) === true;
}

function isMarked(node: KubeNode): boolean {
  return node.metadata?.annotations?.[MARK] !== undefined;
}

/** kubectl's arguments; each may be given again. */
export function kubectlArguments(work: Work): string[] {
  switch (work.do) {
    case "taint":
      return [
        ...["taint", "node", work.node],
        ...[`${TAINT}=${TAINT_VALUE}:NoExecute`, "--overwrite"],
      ];
    case "untaint":
      return ["taint", "node", work.node, `${TAINT}:NoExecute-`];
    case "cordon":
    case "uncordon":
      return [work.do, work.node];
    case "mark":
      return ["annotate", "node", work.node, `${MARK}=true`, "--overwrite"];
    case "unmark":
      return ["annotate", "node", work.node, `${MARK}-`];
    case "drain":
      // Evictions, which ask disruption budgets; --force takes along pods that no controller would make again.
      return [
        ...["drain", work.node, "--ignore-daemonsets", "--force"],
        ...["--delete-emptydir-data", `--timeout=${work.seconds}s`],
      ];
    case "spread-dns":
      return [
        ...["scale", "deployment", "coredns"],
        ...["--namespace=kube-system", "--replicas=2"],
      ];
    case "release-lease":
      return [
        ...["delete", "lease", work.name, "--namespace=kube-system"],
        "--ignore-not-found",
      ];
    case "delete-pod":
      return [
        ...["delete", "pod", work.name, `--namespace=${work.namespace}`],
        ...["--force", "--grace-period=0", "--wait=false"],
        "--ignore-not-found",
      ];
    default:
      return work satisfies never;
  }
}
