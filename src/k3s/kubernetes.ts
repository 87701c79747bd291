/** The few questions asked to K3s: is this node there and well? */
import { readIfPresent, writeDurably } from "../system/files.ts";
import { K3S } from "./files.ts";
import { kubectl } from "./kubectl.ts";

interface Nodes {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly status?: {
      readonly conditions?: readonly {
        readonly type?: string;
        readonly status?: string;
      }[];
      readonly nodeInfo?: { readonly kubeletVersion?: string };
    };
  }[];
}

export interface KubeletNode {
  readonly name: string;
  readonly ready: boolean;
  /** "v1.33.5+k3s1"; "": it has not said so yet. */
  readonly version: string;
}

/** Names of nodes whose condition Ready is True; [] when K3s does not answer (yet). */
export async function readyNodes(): Promise<string[]> {
  return (await kubeletNodes()).filter(({ ready }) => ready)
    .map(({ name }) => name);
}

/** All nodes; [] when K3s does not answer (yet). */
export async function kubeletNodes(): Promise<KubeletNode[]> {
  const { code, stdout } = await kubectl(["get", "nodes", "-o", "json"]);
  return code === 0 ? nodesIn(stdout) : [];
}

/**
 * K3s takes a server under a node's name only with the password that this name came with first, and a new server has another one. Whether
 * that is forgotten now; the node with its labels stays.
 * https://docs.k3s.io/architecture#how-agent-node-registration-works
 */
export async function forgetNodePassword(node: string): Promise<boolean> {
  const { code } = await kubectl([
    ...["--namespace=kube-system", "delete", "secret"],
    ...[`${node}.node-password.k3s`, "--ignore-not-found"],
  ]);
  return code === 0;
}

/** What a person says where K3s did not answer. */
export function forgetCommand(node: string): string {
  return `k3s kubectl -n kube-system delete secret ${node}.node-password.k3s`;
}

export function nodesIn(json: string): KubeletNode[] {
  let nodes: Nodes;
  try {
    nodes = JSON.parse(json);
  } catch {
    return [];
  }
  return (nodes.items ?? []).flatMap(({ metadata, status }) =>
    metadata?.name === undefined ? [] : [{
      name: metadata.name,
      ready: status?.conditions?.some(({ type, status }) =>
        type === "Ready" && status === "True"
      ) ?? false,
      version: status?.nodeInfo?.kubeletVersion ?? "",
    }]
  );
}

/**
 * The copy for people's kubectl, written anew from K3s' own: the certificate in it ends after a year, and K3s makes a new one at its
 * start. Nothing where there is no copy. True: it has changed.
 */
export async function renewKubeconfig(
  { from = K3S.kubeconfig, to, vip }: {
    readonly from?: string;
    readonly to: string;
    readonly vip: string;
  },
): Promise<boolean> {
  const [own, old] = [await readIfPresent(from), await readIfPresent(to)];
  if (own === null || old === null) return false;
  const text = throughAddress(own, vip);
  if (text === old) return false;
  await writeDurably(to, text, { mode: 0o600 });
  return true;
}

/** K3s' kubeconfig speaks to this node; this one to whichever is primary. */
export function throughAddress(kubeconfig: string, vip: string): string {
  const host = vip.includes(":") ? `[${vip}]` : vip;
  return kubeconfig.replace(
    /https:\/\/(127\.0\.0\.1|\[::1\]):/g,
    `https://${host}:`,
  );
}
