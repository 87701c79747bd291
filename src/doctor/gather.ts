/** Looks at this server for the doctor: the only door of this folder to the machine. Changes nothing. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { existingCluster } from "../cluster/create.ts";
import { gatherFacts } from "../cluster/facts.ts";
import { readKept } from "../cluster/kept.ts";
import { K3S_NETWORKS } from "../cluster/network.ts";
import { places } from "../cluster/places.ts";
import { readAgents } from "../k3s/agents.ts";
import { K3S } from "../k3s/files.ts";
import { DATABASE_FOLDER } from "../k3s/texts.ts";
import { VOLUME } from "../k3s/volume.ts";
import { readIfPresent } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import type { DoctorFacts } from "./facts.ts";
import { gatherNetwork } from "./gather_network.ts";
import { gatherDisks, gatherExisting } from "./gather_storage.ts";
import { gatherSystem } from "./gather_system.ts";
import { Tools } from "./tools.ts";

/** Null: none is made here yet. */
async function volumeIn(
  storage: string,
): Promise<DoctorFacts["wanted"]["volume"]> {
  try {
    const { size, blocks } = await Deno.stat(join(storage, VOLUME));
    return { size, onDisk: (blocks ?? 0) * 512 };
  } catch {
    return null;
  }
}

const DEFAULT_STORAGE = "/var/lib/hakit-k3s/storage";

export async function gather(
  paths: Paths,
  { version, peers = [], storage = DEFAULT_STORAGE }: {
    readonly version: string;
    /** Addresses of the other server, before there is a cluster. */
    readonly peers?: readonly string[];
    readonly storage?: string;
  },
): Promise<DoctorFacts> {
  const at = places(paths);
  const cluster = await existingCluster(paths).catch(() => null);
  const name = (await readIfPresent(at.node))?.trim() ?? null;
  const me = cluster?.nodes.find((node) => node.name === name);
  const other = cluster?.nodes.find((node) => node.name !== name);
  const settings = await readIfPresent(at.settings).catch(() => null);
  const kept = settings === null ? null : readKept(settings, at.settings);
  const folder = kept?.storage ?? storage;
  const basic = await gatherFacts([]);
  const wanted = {
    own: [...me?.addresses ?? []],
    peer: [...other?.addresses ?? peers],
    vip: kept?.vip ?? null,
    size: kept?.size ?? null,
    volume: await volumeIn(folder),
    networks: kept ? [kept.pods, kept.services] : [...K3S_NETWORKS],
  };
  const tools = new Tools();
  const system = await gatherSystem(basic, tools);
  const network = await gatherNetwork(basic, {
    peers: wanted.peer,
    networks: wanted.networks,
    agents: await readAgents(folder).catch(() => []),
  }, tools);
  const measure = cluster === null;
  const disks = await gatherDisks([DATABASE_FOLDER, folder], {
    measure,
    tools,
  });
  // K3s' own files lie on another disk than both at most: how fast that is matters less.
  const [k3s] = await gatherDisks([K3S.data], { measure: false, tools });
  if (k3s && !disks.some(({ device }) => device === k3s.device)) {
    disks.push(k3s);
  }
  const existing = await gatherExisting(at, folder, tools);
  const virtual = await tools.said(["systemd-detect-virt", "-c"]);
  const clusterText = await readIfPresent(at.cluster).catch(() => null);
  return {
    time: Date.now(),
    node: {
      name: name ?? basic.hostname,
      hostname: basic.hostname,
      machine: (await readIfPresent("/etc/machine-id"))?.trim() ?? "",
      hakit: version,
      root: basic.root,
      cluster: clusterText === null
        ? null
        : createHash("sha256").update(clusterText).digest("hex"),
      container: virtual !== "" && virtual !== "none",
      late: tools.late,
    },
    system,
    network,
    disks,
    existing,
    wanted,
  };
}
