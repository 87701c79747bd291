/** Whether the application's images can be had, asked before anything is made: without internet its pods would never start, which a drill would tell ten minutes later. */
import { command } from "../../system/command.ts";
import { messageOf } from "../../system/message.ts";
import { K3S } from "../files.ts";
import { kubectl } from "../kubectl.ts";

export interface WantedImage {
  readonly image: string;
  /** The flag that names another one. */
  readonly flag: string;
}

/** A kubelet tells of no more, the largest first (its nodeStatusMaxImages): beyond that nothing is known. */
const MOST_TOLD = 50;
/** As long as the application may take to start. */
const PULL_MS = 10 * 60_000;
const LONGEST_REASON = 300;

interface Node {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect?: string }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type?: string;
      readonly status?: string;
    }[];
    readonly images?: readonly { readonly names?: readonly string[] }[];
  };
}

/** As containerd calls it: "mariadb" is docker.io/library/mariadb:latest; of tag and digest the digest counts. Pure. */
export function fullName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const host = hasHost
    ? first.replace(/^index\.(?=docker\.io$)/, "")
    : "docker.io";
  const path = hasHost ? rest.join("/") : image;
  const library = host === "docker.io" && !path.includes("/") ? "library/" : "";
  const name = `${host}/${library}${path}`.replace(/:[^/:@]*(?=@)/, "");
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}

/** Nodes that get pods and surely do not have it. Pure. */
export function lackingNodes(image: string, nodes: readonly Node[]): string[] {
  const wanted = fullName(image);
  return nodes.flatMap(({ metadata, spec, status }) => {
    const closed = spec?.unschedulable === true ||
      spec?.taints?.some(({ effect }) => effect !== "PreferNoSchedule");
    const ready = status?.conditions?.some(({ type, status }) =>
      type === "Ready" && status === "True"
    );
    const images = status?.images ?? [];
    const has = images.length >= MOST_TOLD ||
      images.some(({ names }) => names?.includes(wanted));
    return has || closed || !ready || !metadata?.name ? [] : [metadata.name];
  });
}

/** Which image some node has not, and cannot get, and what to do about it; null: the application can start. What can be fetched is. */
export async function missingImage(
  wanted: readonly WantedImage[],
  { tell, ask = kubectl, pull = pulled }: {
    readonly tell: (text: string) => void;
    readonly ask?: typeof kubectl;
    /** Why this node cannot fetch it; null: it has. */
    readonly pull?: (image: string) => Promise<string | null>;
  },
): Promise<string | null> {
  const { code, stdout } = await ask(["get", "nodes", "-o", "json"]);
  // Whoever does not answer starts no application either, and that is told then.
  if (code !== 0) return null;
  const nodes: readonly Node[] = JSON.parse(stdout).items ?? [];
  for (const { image, flag } of wanted) {
    const lacking = lackingNodes(image, nodes);
    if (lacking.length === 0) continue;
    const where = lacking.join(" and ");
    tell(`Fetching image ${image}, which is not on ${where}`);
    const why = await pull(fullName(image));
    if (why === null) continue;
    return `image ${image} is not on ${where} and cannot be fetched (${why}): ` +
      `bring an archive of it ("docker save -o image.tar ${image}" on a machine with internet, ` +
      `"k3s ctr images import image.tar" on ${where}), or name another image with ${flag}`;
  }
  return null;
}

/** By K3s' own containerd, so with its mirrors and proxy. The other nodes are taken to reach what this one does. */
async function pulled(image: string): Promise<string | null> {
  try {
    const { code, stderr } = await command(
      [K3S.executable, "crictl", "pull", image],
      { anyCode: true, timeoutMs: PULL_MS },
    );
    if (code === 0) return null;
    const line = stderr.trim().split("\n").at(-1) ?? "";
    return line.replace(/^FATA\[\d+\] (pulling image: )?/, "")
      .slice(0, LONGEST_REASON) || `exit code ${code}`;
  } catch (error) {
    return messageOf(error);
  }
}
