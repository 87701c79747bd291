/** `hakit uninstall`: the reverse of prereq, first and second on this node. Data goes only when asked. */
import { basename, dirname, join } from "node:path";
import type { AgentApi } from "../cli/agent_api.ts";
import type { Kept } from "../cluster/kept.ts";
import { CLUSTER_HISTORY, type Places } from "../cluster/places.ts";
import type { Step } from "../cluster/step.ts";
import { installedModules } from "../module/catalog.ts";
import type { Module } from "../module/schema.ts";
import { sleep } from "../system/clock.ts";
import { command } from "../system/command.ts";
import { exists } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { running } from "../system/processes.ts";
import { copiesIn } from "../system/run_given.ts";
import { UNIT_FILE } from "../system/unit.ts";
import { K3S, MODULE } from "./files.ts";
import { releaseStep } from "./hold.ts";
import { networkStep } from "./left_network.ts";
import { hasMoreThan, removeBut, removeEmpty } from "./removal.ts";
import {
  dataOf,
  dataStep,
  keepStorage,
  mountedOn,
  type Own,
  sparedBy,
} from "./uninstall_data.ts";
import { runModuleScript } from "./module_script.ts";
import { removeMade } from "./made_folders.ts";
import { bootUnits, isMirrored, unmaskSockets } from "./member.ts";
import {
  enabledState,
  isActive,
  removeIfPresent,
  systemctl,
} from "./services.ts";
import { DRAIN_UNIT, removeDrainUnit } from "./shutdown.ts";
import {
  DATABASE_FOLDER,
  MARIADB_CONFIG,
  MARIADB_DROP_IN,
  MODULES_FILE,
  MOUNTD_DROP_IN,
  MYSQL_DROP_IN,
  NEEDRESTART,
  NFS_CLIENT_CONFIG,
  NFS_CONFIG,
  NFS_DROP_IN,
} from "./texts.ts";

export interface UninstallOptions {
  readonly paths: Paths;
  readonly at: Places;
  /** Null: no cluster was made here. */
  readonly kept: Kept | null;
  readonly own: Own;
  readonly api: AgentApi;
  /** The rules that "hakit doctor --fix firewall" made. */
  readonly firewall: {
    hasRules(): Promise<boolean>;
    close(): Promise<void>;
  };
  /** The mirrored directories' content, K3s' own state, salvage, secrets of the data. */
  readonly data: boolean;
  /** How long a replicator may take to end; default: 10 s. */
  readonly endMs?: number;
}

const STAYS_WITH_DATA: readonly string[] = [
  ...["password", "k3sToken", "leftStorage", "madeFolders"],
];
/** Below /etc/hakit, beyond `places`: single sign-on with its secret, the console's own certificate, whose bundle was taken. */
const AGENTS_FILES = [
  ...["links.json", "oidc.json", "own.key", "own.pem", "bundle-key"],
];
/** Below the agent's state: of the cluster, not of its data. */
const AGENTS_STATE = [
  ...[CLUSTER_HISTORY, "ended-sessions.json", "drill.json", "k3s-staged"],
  "upgrade.json",
];
/** Made where they were not there: drop-ins' folders, and those of a needrestart that is not installed. */
const MADE_FOR_FILES = [
  ...[MARIADB_DROP_IN, MYSQL_DROP_IN, NFS_DROP_IN, NEEDRESTART].map(dirname),
  ...[NFS_CONFIG, MOUNTD_DROP_IN].map(dirname),
  dirname(dirname(NEEDRESTART)),
];
/** Of one that was told to end, and has to write what it holds. */
const REPLICATOR_END_MS = 10_000;
/** Scripts of a module have up to five minutes each. */
const SCRIPT_MS = 300_000;

export function uninstallSteps(options: UninstallOptions): Step[] {
  const { paths, at, own, kept } = options;
  return [
    modulesStep(options),
    agentStep(),
    leftoversStep(options),
    removeStep("Units and configuration", [
      UNIT_FILE,
      DRAIN_UNIT.path,
      MARIADB_DROP_IN,
      MYSQL_DROP_IN,
      NEEDRESTART,
      NFS_DROP_IN,
      NFS_CONFIG,
      MOUNTD_DROP_IN,
      NFS_CLIENT_CONFIG,
      MARIADB_CONFIG,
      ...(own.k3s ? [K3S.unit, K3S.environment] : []),
      MODULES_FILE,
    ], async () => {
      await removeEmpty(MADE_FOR_FILES);
      await unmaskSockets();
      await systemctl("daemon-reload");
    }, { before: removeDrainUnit }),
    k3sStep(own),
    networkStep(own),
    releaseStep(at),
    firewallStep(options),
    // Without its data a database would fail at every boot.
    bootStep(at, options.data && own.data ? ["mariadb"] : []),
    // What the data cannot be used without stays as long as the data does.
    removeStep(
      "Cluster files",
      [
        ...Object.entries(at).filter(([key]) => !STAYS_WITH_DATA.includes(key))
          .map(([, path]) => path),
        ...AGENTS_FILES.map((name) => join(paths.etc, name)),
        paths.run,
        paths.log,
        // With the copy's identity: the data itself remembers which inode ids were used (epoch.ts).
        ...copiesIn(paths.state),
        ...[MODULE, ...AGENTS_STATE].map((name) => join(paths.state, name)),
      ],
      // Other modules are a person's own work: the folder stays with them.
      () => Deno.remove(join(paths.etc, "modules")).catch(() => {}),
      {
        before: async () => {
          if (kept) await keepStorage(at, kept.storage);
          await removeMade(at);
        },
        spared: sparedBy(own, paths),
      },
    ),
    ...(options.data ? [dataStep(dataOf(options), () => removeMade(at))] : []),
  ];
}

/** Orderly while the agent can: the other node takes over what ran here. */
function modulesStep({ api }: UninstallOptions): Step {
  const running = async () => {
    const state = await api.state().catch(() => null);
    const local = state?.nodes.find((node) => node.local);
    return local?.modules.filter(({ role }) => role !== "STOP") ?? [];
  };
  return {
    name: "Modules stopped",
    async done() {
      return (await running()).length === 0 ? "none runs here" : null;
    },
    async do() {
      for (const { name } of await running()) {
        await api.role({ module: name, command: "stop", wait: true });
      }
    },
  };
}

function agentStep(): Step {
  return {
    name: "Agent stopped",
    async done() {
      if (await enabledState("hakit") === "enabled") return null;
      return await isActive("hakit") ? null : "not running";
    },
    async do() {
      await command(["systemctl", "disable", "--now", "hakit"], {
        timeoutMs: 620_000,
      });
    },
  };
}

/** After an agent that died: replicators live on in the unit's group, and services on their mounts. */
function leftoversStep(
  { paths, own, endMs = REPLICATOR_END_MS }: UninstallOptions,
): Step {
  const k3sRuns = async () => own.k3s && await isActive("k3s");
  /** Pods go on without their K3s. */
  const podsRun = async () =>
    own.k3s && mountedOn(await Deno.readTextFile("/proc/self/mounts"), {
        ...{ folders: [], others: ["/run/k3s", "/var/lib/kubelet"] },
      }) !== null;
  return {
    name: "Nothing left running",
    async done() {
      const busy = await isMirrored() || await k3sRuns() || await podsRun() ||
        replicatorsIn(paths.run).length > 0;
      return busy ? null : "no mirror, no replicator, no K3s of hakit";
    },
    async do() {
      for (const { module, folder } of await installedModules(paths)) {
        if (module) await stopByScripts(folder, module);
      }
      if (await k3sRuns()) await systemctl("stop", "k3s");
      for (const { pid } of replicatorsIn(paths.run)) {
        try {
          Deno.kill(pid, "SIGTERM");
        } catch { /* it has ended */ }
      }
      const until = performance.now() + endMs;
      let left = replicatorsIn(paths.run);
      while (left.length > 0 && performance.now() < until) {
        await sleep(100);
        left = replicatorsIn(paths.run);
      }
      if (await isMirrored()) {
        throw new Error(
          `${DATABASE_FOLDER} is still mirrored: a program uses it ("fuser -vm ${DATABASE_FOLDER}"); stop it and run this again`,
        );
      }
      const [stays] = left;
      if (stays) {
        // Its files would be removed from below it.
        throw new Error(
          `the replicator of ${stays.module} still runs (process ${stays.pid}): a program uses what it mirrors; stop that and run this again`,
        );
      }
    },
  };
}

/** Of this node, by the name of their configuration: those of a lab on the same machine are its own. */
function replicatorsIn(run: string) {
  return running().flatMap(({ pid, argv }) => {
    const [what, file = ""] = argv.slice(-2);
    return what === "replicator" && dirname(file) === run
      ? [{ pid, module: basename(file, ".json") }]
      : [];
  });
}

/** As the agent would on the way to STOP, by force. */
async function stopByScripts(folder: string, module: Module): Promise<void> {
  for (const script of ["stop_prim", "stop_second", "stop_both", "poststop"]) {
    if (!await exists(join(folder, "bin", script))) continue;
    await runModuleScript(
      { folder, module },
      [script, "force", "WAIT", "STOP", "stop"],
      { timeoutMs: SCRIPT_MS, anyCode: true },
    );
  }
}

/** Exported for its test. */
export function k3sStep(
  own: Pick<Own, "k3s">,
  at: Readonly<
    Record<"executable" | "manifests" | "kubelet" | "images", string>
  > = K3S,
): Step {
  const tools = ["kubectl", "crictl", "ctr"]
    .map((name) => join(dirname(at.executable), name));
  return {
    name: "K3s removed",
    async done() {
      if (!own.k3s) return "not installed by hakit";
      return await exists(at.executable) ? null : "not here";
    },
    async do() {
      for (const link of tools) {
        if (await Deno.readLink(link).catch(() => "") === "k3s") {
          await Deno.remove(link);
        }
      }
      await removeIfPresent(join(at.manifests, "hakit-nfs-client.yaml"));
      await removeIfPresent(at.kubelet);
      await removeIfPresent(at.images);
      // Last: by it a run that is repeated knows that this was not done.
      await removeIfPresent(at.executable);
    },
  };
}

/** As before `prereq`. */
function bootStep(at: Places, without: readonly string[]): Step {
  const wanted = async () =>
    (await bootUnits(at)).filter((unit) => !without.includes(unit));
  return {
    name: "Services back in boot",
    async done() {
      for (const unit of await wanted()) {
        if (await enabledState(unit) === "disabled") return null;
      }
      // Put back by an uninstall that left the data.
      for (const unit of without) {
        if (await enabledState(unit) === "enabled") return null;
      }
      return "none was taken out";
    },
    async do(say) {
      const units = await wanted();
      if (units.length > 0) await systemctl("enable", ...units);
      if (without.length > 0) await systemctl("disable", ...without);
      say(units.join(", ") || `without ${without.join(", ")}`);
    },
  };
}

function firewallStep({ firewall }: UninstallOptions): Step {
  return {
    name: "Firewall rules removed",
    async done() {
      return await firewall.hasRules() ? null : "none of hakit's";
    },
    do: () => firewall.close(),
  };
}

/** Exported for its test. */
export function removeStep(
  name: string,
  paths: readonly string[],
  after: () => Promise<void> = () => Promise.resolve(),
  { before = () => Promise.resolve(), spared = [] }: {
    readonly before?: () => Promise<void>;
    readonly spared?: readonly string[];
  } = {},
): Step {
  return {
    name,
    async done() {
      for (const path of paths) {
        if (await hasMoreThan(path, spared)) return null;
      }
      return "none here";
    },
    async do() {
      await before();
      for (const path of paths.slice(0, -1)) await removeBut(path, spared);
      await after();
      // Last: by it a run that is repeated knows that this was not done.
      for (const path of paths.slice(-1)) await removeBut(path, spared);
    },
  };
}
