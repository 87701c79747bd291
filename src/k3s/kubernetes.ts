/** The few questions asked to K3s: is this node there and well? */
import { command } from "../system/command.ts";
import { K3S } from "./files.ts";

interface Nodes {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly status?: {
      readonly conditions?: readonly {
        readonly type?: string;
        readonly status?: string;
      }[];
    };
  }[];
}

/** Names of nodes whose condition Ready is True; [] when K3s does not answer (yet). */
export async function readyNodes(): Promise<string[]> {
  const { code, stdout } = await command(
    [K3S.executable, "kubectl", "get", "nodes", "-o", "json"],
    { anyCode: true, timeoutMs: 20_000 },
  ).catch(() => ({ code: 1, stdout: "" }));
  return code === 0 ? readyIn(stdout) : [];
}

export function readyIn(json: string): string[] {
  let nodes: Nodes;
  try {
    nodes = JSON.parse(json);
  } catch {
    return [];
  }
  return (nodes.items ?? []).filter((node) =>
    node.status?.conditions?.some(({ type, status }) =>
      type === "Ready" && status === "True"
    )
  ).flatMap((node) => node.metadata?.name ?? []);
}

/** K3s' kubeconfig speaks to this node; this one to whichever is primary. */
export function throughAddress(kubeconfig: string, vip: string): string {
  const host = vip.includes(":") ? `[${vip}]` : vip;
  return kubeconfig.replace(
    /https:\/\/(127\.0\.0\.1|\[::1\]):/g,
    `https://${host}:`,
  );
}
