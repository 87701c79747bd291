/** `hakit first`: the first node's steps, from an empty server to a running primary. */
import type { AgentApi } from "../cli/agent_api.ts";
import type { Output } from "../cli/output.ts";
import {
  createCluster,
  existingCluster,
  missingFiles,
} from "../cluster/create.ts";
import { hasHeldData } from "../cluster/held_data.ts";
import { type Kept, keptText, readKept } from "../cluster/kept.ts";
import { vipOf } from "../cluster/network.ts";
import type { Places } from "../cluster/places.ts";
import type { Settings } from "../cluster/settings.ts";
import type { Step } from "../cluster/step.ts";
import { sleep } from "../system/clock.ts";
import { exists } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { hasDatastore, makeDatastore, withServer } from "./database.ts";
import { K3S, MODULE } from "./files.ts";
import { downloadSource } from "./download.ts";
import { K3S_RELEASE } from "./release.ts";
import { folderOf, otherVersion, servingK3s } from "./given.ts";
import { executableStep } from "./own_executable.ts";
import {
  folderSource,
  installedFiles,
  installFiles,
  lackingFiles,
  type Source,
} from "./install.ts";
import { throughAddress } from "./kubernetes.ts";
import {
  agentStep,
  configurationStep,
  isMirrored,
  localModule,
  moduleStep,
  servicesStep,
} from "./member.ts";
import { k3sReadyStep, onDiskStep } from "./ready.ts";
import { makeFolders } from "./made_folders.ts";
import { outdated, writeFiles } from "./services.ts";
import { drainStep } from "./shutdown.ts";
import { DATABASE_FOLDER } from "./texts.ts";
import { makeVolume, VOLUME } from "./volume.ts";
import type { Member } from "./written.ts";

export interface FirstOptions {
  readonly paths: Paths;
  readonly at: Places;
  readonly settings: Settings & { readonly name1: string };
  readonly kept: Kept;
  readonly member: Member;
  readonly api: AgentApi;
  readonly out: Output;
  /** K3s out of a bundle; null: from a folder or the network, as the settings say. */
  readonly k3s: Source | null;
  /** Told the console's password when its user is made. */
  readonly onPassword: (password: string) => void;
}

/** A module that comes up: recovery of the database and of the volume included. */
const READY_MS = 10 * 60_000;

export function firstSteps(options: FirstOptions): Step[] {
  const { paths, at, kept, member, api } = options;
  return [
    executableStep(),
    clusterStep(options),
    servicesStep(at),
    databaseStep(at, kept),
    volumeStep(at, kept),
    moduleStep(paths, kept),
    configurationStep(at, kept, member),
    k3sFilesStep(options),
    agentStep(api),
    drainStep(at),
    primaryStep(api, at),
    k3sReadyStep(member),
    onDiskStep(at),
    kubeconfigStep(at, kept),
  ];
}

function clusterStep(
  { paths, at, settings, kept, onPassword }: FirstOptions,
): Step {
  return {
    name: "Cluster",
    async done() {
      const cluster = await existingCluster(paths);
      if (!cluster || (await missingFiles(paths)).length > 0) return null;
      const text = await Deno.readTextFile(at.settings);
      // A proxy that is given later: a server that joins must be told of it, too.
      if (keptText(readKept(text, at.settings)) !== keptText(kept)) return null;
      return `${cluster.cluster}: ${
        cluster.nodes.map(({ name }) => name).join(" and ")
      }`;
    },
    async do(say) {
      await createCluster(paths, settings, onPassword);
      say(`${settings.cluster}: ${settings.name1} and ${settings.name2}`);
    },
  };
}

/** Before the directory is mirrored; afterwards the data is the cluster's and may be newer on the other node. */
function databaseStep(at: Places, kept: Kept): Step {
  const mirrored = async () =>
    await exists(at.identity) || await isMirrored() ? "mirrored" : null;
  return {
    name: "Database k3s",
    glance: mirrored,
    async done() {
      const known = await mirrored();
      if (known !== null) return known;
      const made = await withServer(
        DATABASE_FOLDER,
        (server) => hasDatastore(server, kept),
      );
      return made ? "database and user are there" : null;
    },
    async do() {
      const password = (await Deno.readTextFile(at.password)).trim();
      await withServer(
        DATABASE_FOLDER,
        (server) => makeDatastore(server, kept, password),
      );
    },
  };
}

function volumeStep(at: Places, kept: Kept): Step {
  const file = `${kept.storage}/${VOLUME}`;
  return {
    name: "Volume",
    async done() {
      // The identity alone is not enough: on a node that is not primary the file is there, too.
      if (await exists(file)) return `${file}, ${kept.size}`;
      if (await exists(at.identity)) {
        throw new Error(
          `${file} is gone although ${kept.storage} was mirrored: see "hakit state", and take it from the other node ("hakit second ${MODULE} --full")`,
        );
      }
      return null;
    },
    async do(say) {
      await makeFolders(at, [kept.storage]);
      await makeVolume(kept.storage, kept.size);
      say(`${file}, ${kept.size}, sparse`);
    },
  };
}

function k3sFilesStep({ at, settings, out, k3s }: FirstOptions): Step {
  const wanted = settings.k3s;
  const folder = folderOf(wanted);
  let source: Source | null = folder === null ? k3s : null;
  const open = async () => {
    source ??= folder !== null
      ? await folderSource(folder)
      : await downloadSource(wanted ?? K3S_RELEASE.version, {
        proxy: settings.proxy,
        releases: settings.releases,
      });
    return source;
  };
  return {
    name: "K3s",
    async done() {
      const installed = await installedFiles(at.k3sFiles);
      if (installed.length === 0) return null;
      if ((await lackingFiles(installed)).length > 0) return null;
      if (await lacksTools()) return null;
      if (folder !== null || k3s !== null) {
        const { files } = await open();
        const same = files.length === installed.length &&
          files.every((file) =>
            installed.some((old) =>
              old.name === file.name && old.sha256 === file.sha256
            )
          );
        // A command of the first day must not bring an older K3s to a datastore that a newer one has written.
        if (!same && await exists(at.identity)) {
          return 'another one, which this node has worked with: "hakit k3s upgrade" replaces it';
        }
        if (!same) return null;
      } else if (wanted !== undefined && !await hasHeldData(at.identity)) {
        // Of a run that was cut off; where it has served the command has refused.
        if (otherVersion(wanted, await servingK3s(at.k3sFiles))) return null;
      }
      return `${installed.length} files`;
    },
    async do(say) {
      const { files } = await open();
      const progress = out.progress("K3s");
      const bytes = await installFiles(await open(), {
        list: at.k3sFiles,
        progress,
      });
      progress.end();
      await linkTools();
      say(`${files.length} files, ${Math.round(bytes / 2 ** 20)} MiB copied`);
    },
  };
}

/** kubectl, crictl and ctr are K3s by another name; somebody else's stay. */
export async function linkTools(): Promise<void> {
  for (const link of await missingTools()) await Deno.symlink("k3s", link);
}

/** A run that was cut off after its last file. */
export async function lacksTools(): Promise<boolean> {
  return (await missingTools()).length > 0;
}

async function missingTools(): Promise<string[]> {
  const missing: string[] = [];
  for (const name of ["kubectl", "crictl", "ctr"]) {
    const link = `/usr/local/bin/${name}`;
    if (await exists(link) || await exists(`/usr/bin/${name}`)) continue;
    missing.push(link);
  }
  return missing;
}

/** This node's data is declared the good one exactly once: when no node of the cluster has held any. Exported for its test. */
export function primaryStep(
  api: Pick<AgentApi, "state" | "role">,
  { identity }: Pick<Places, "identity">,
  { wait = sleep }: { readonly wait?: (ms: number) => Promise<void> } = {},
): Step {
  const look = async () => {
    const state = await api.state();
    const peer = state.nodes.find(({ local }) => !local)?.modules
      .find(({ name }) => name === MODULE);
    return { found: localModule(state), peer };
  };
  return {
    name: "Module k3s runs",
    async done() {
      // Before the agent runs there is nothing to ask (a dry run comes here).
      const { found } = await look().catch(() => ({ found: null }));
      return found?.module.status === "Ready" &&
          ["PRIM", "ALONE", "SECOND"].includes(found.module.role)
        ? `${found.module.role} on ${found.node.name}`
        : null;
    },
    async do(say) {
      const until = performance.now() + READY_MS;
      let asked = false;
      for (;;) {
        const { found, peer } = await look();
        const module = found?.module;
        if (
          module?.status === "Ready" && module.role !== "WAIT" &&
          module.role !== "STOP"
        ) {
          say(`${module.role} on ${found!.node.name}`);
          return;
        }
        // An agent that has just begun shows no generation either, of a copy that may be behind the other node's: the disk knows.
        const unused = module?.identity.current === null &&
          (peer?.identity.current ?? null) === null &&
          !await hasHeldData(identity);
        if (module && !asked && unused) {
          asked = true;
          await api.role({ module: MODULE, command: "prim", wait: true });
        } else if (module && !asked && module.role === "STOP") {
          asked = true;
          await api.role({ module: MODULE, command: "start", wait: true });
        } else if (asked && module?.role === "STOP") {
          throw new Error(
            `it stopped again: "hakit log ${MODULE}" and "hakit log ${MODULE} --script start_prim" say why`,
          );
        }
        if (performance.now() > until) {
          throw new Error(
            `it is ${module?.role ?? "unknown to the agent"} after ${
              READY_MS / 60_000
            } min${module?.reason ? `: ${module.reason}` : ""}`,
          );
        }
        await wait(1000);
      }
    },
  };
}

export function kubeconfigStep(at: Places, kept: Kept): Step {
  const file = async () => ({
    path: at.kubeconfig,
    text: throughAddress(
      await Deno.readTextFile(K3S.kubeconfig),
      vipOf(kept),
    ),
    mode: 0o600,
  });
  return {
    name: "kubeconfig",
    async done() {
      if (!await exists(K3S.kubeconfig)) return null;
      return (await outdated([await file()])).length === 0
        ? at.kubeconfig
        : null;
    },
    async do(say) {
      await writeFiles([await file()]);
      say(at.kubeconfig);
    },
  };
}
