/** `hakit uninstall`: the reverse of prereq, first and second on this node. Data goes only when asked. */
import { join } from "node:path";
import type { AgentApi } from "../cli/agent_api.ts";
import type { Kept } from "../cluster/kept.ts";
import type { Places } from "../cluster/places.ts";
import type { Step } from "../cluster/step.ts";
import { exists } from "../cluster/facts.ts";
import { installedModules } from "../module/catalog.ts";
import type { Module } from "../module/schema.ts";
import { sleep } from "../system/clock.ts";
import { command } from "../system/command.ts";
import { readIfPresent } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { UNIT_FILE } from "../system/unit.ts";
import { K3S } from "./files.ts";
import { releaseStep } from "./hold.ts";
import { runModuleScript } from "./module_script.ts";
import { bootUnits, isMirrored, MODULE, unmaskSockets } from "./member.ts";
import {
  enabledState,
  isActive,
  removeIfPresent,
  systemctl,
} from "./services.ts";
import {
  DATABASE_FOLDER,
  K3S_DESCRIPTION,
  MARIADB_CONFIG,
  MARIADB_DROP_IN,
  MYSQL_DROP_IN,
  NEEDRESTART,
  NFS_CLIENT_CONFIG,
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
}

/** What of this server is hakit's: K3s or MariaDB may have been here before, and "first" refused because of them. */
export interface Own {
  /** K3s' executable, unit and processes. */
  readonly k3s: boolean;
  /** A cluster was made here, or joined: MariaDB's and K3s' data are its copy. */
  readonly data: boolean;
}

export async function ownOn(
  at: Places,
  kept: Kept | null,
  unit: string = K3S.unit,
): Promise<Own> {
  return {
    k3s: await exists(at.k3sFiles) ||
      (await readIfPresent(unit) ?? "").includes(K3S_DESCRIPTION),
    // After an uninstall without --data the identity and the token are still here.
    data: kept !== null || await exists(at.identity) ||
      await exists(at.k3sToken),
  };
}

/** Scripts of a module have up to five minutes each. */
const SCRIPT_MS = 300_000;

export function uninstallSteps(options: UninstallOptions): Step[] {
  const { paths, at, own } = options;
  return [
    modulesStep(options),
    agentStep(),
    leftoversStep(options),
    removeStep("Units and configuration", [
      UNIT_FILE,
      MARIADB_DROP_IN,
      MYSQL_DROP_IN,
      NEEDRESTART,
      NFS_DROP_IN,
      NFS_CLIENT_CONFIG,
      MARIADB_CONFIG,
      ...(own.k3s ? [K3S.unit, K3S.environment] : []),
      "/etc/modules-load.d/hakit.conf",
    ], async () => {
      await unmaskSockets();
      await systemctl("daemon-reload");
    }),
    k3sStep(own),
    releaseStep(at),
    firewallStep(options),
    ...(options.data ? [] : [bootStep(at)]),
    // What the data cannot be used without stays as long as the data does.
    removeStep(
      "Cluster files",
      [
        ...Object.entries(at).filter(([key]) =>
          !["password", "k3sToken", "identity"].includes(key)
        ).map(([, path]) => path),
        join(paths.etc, "links.json"),
        paths.run,
        paths.log,
        join(paths.state, MODULE),
      ],
      // Other modules are a person's own work: the folder stays with them.
      () => Deno.remove(join(paths.etc, "modules")).catch(() => {}),
    ),
    ...(options.data ? [dataStep(options)] : []),
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
function leftoversStep({ paths, own }: UninstallOptions): Step {
  const k3sRuns = async () => own.k3s && await isActive("k3s");
  return {
    name: "Nothing left running",
    async done() {
      const busy = await isMirrored() || await hasReplicators() ||
        await k3sRuns();
      return busy ? null : "no mirror, no replicator, no K3s of hakit";
    },
    async do() {
      for (const { module, folder } of await installedModules(paths)) {
        if (module) await stopByScripts(folder, module);
      }
      if (await k3sRuns()) await systemctl("stop", "k3s");
      if (await hasReplicators()) {
        await systemctl("kill", "--signal=TERM", "hakit").catch(() => {});
        for (let i = 0; i < 100 && await hasReplicators(); i++) {
          await sleep(100);
        }
      }
      if (await isMirrored()) {
        throw new Error(
          `${DATABASE_FOLDER} is still mirrored: a program uses it ("fuser -vm ${DATABASE_FOLDER}"); stop it and run this again`,
        );
      }
    },
  };
}

async function hasReplicators(): Promise<boolean> {
  const { code } = await command(["pgrep", "-f", "hakit replicator /"], {
    anyCode: true,
  });
  return code === 0;
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

function k3sStep(own: Own): Step {
  const tools = ["kubectl", "crictl", "ctr"].map((n) => `/usr/local/bin/${n}`);
  return {
    name: "K3s removed",
    async done() {
      if (!own.k3s) return "not installed by hakit";
      return await exists(K3S.executable) ? null : "not here";
    },
    async do() {
      for (const link of tools) {
        if (await Deno.readLink(link).catch(() => "") === "k3s") {
          await Deno.remove(link);
        }
      }
      await removeIfPresent(K3S.executable);
      await removeIfPresent(join(K3S.manifests, "hakit-nfs-client.yaml"));
      await removeIfPresent(K3S.images);
    },
  };
}

/** As before `prereq`. Not when the data goes: a database without one would fail at every boot. */
function bootStep(at: Places): Step {
  return {
    name: "Services back in boot",
    async done() {
      for (const unit of await bootUnits(at)) {
        if (await enabledState(unit) === "disabled") return null;
      }
      return "none was taken out";
    },
    async do(say) {
      const units = await bootUnits(at);
      await systemctl("enable", ...units);
      say(units.join(", "));
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

function removeStep(
  name: string,
  paths: readonly string[],
  after: () => Promise<void> = () => Promise.resolve(),
): Step {
  return {
    name,
    async done() {
      for (const path of paths) if (await exists(path)) return null;
      return "none here";
    },
    async do() {
      for (const path of paths) await removeIfPresent(path);
      await after();
    },
  };
}

/** What --data removes: of some folders the content, others as a whole. Somebody else's MariaDB and K3s keep theirs. */
export function dataOf(
  { paths, at, kept, own }: Pick<
    UninstallOptions,
    "paths" | "at" | "kept" | "own"
  >,
): { readonly folders: string[]; readonly others: string[] } {
  return {
    folders: own.data ? [DATABASE_FOLDER, ...(kept ? [kept.storage] : [])] : [],
    others: [
      ...(own.data || own.k3s
        ? [K3S.data, K3S.config, "/var/lib/kubelet"]
        : []),
      // Last what says that all this was hakit's, for a run that is repeated.
      paths.state,
      at.password,
      at.k3sToken,
      paths.etc,
    ],
  };
}

/** Folders themselves stay: a package made one, an administrator may have made the other. */
function dataStep(options: UninstallOptions): Step {
  const { folders, others } = dataOf(options);
  return {
    name: "Data removed",
    async done() {
      for (const path of others) if (await exists(path)) return null;
      for (const folder of folders) if (!await isEmpty(folder)) return null;
      return "none here";
    },
    async do() {
      // Never through a mount: that would remove the other node's copy, too.
      const mounts = await Deno.readTextFile("/proc/self/mounts");
      const mounted = mounts.split("\n").map((line) => line.split(" ")[1]!)
        .find((point) =>
          [...folders, ...others].some((path) =>
            point === path || point?.startsWith(path + "/")
          )
        );
      if (mounted) {
        throw new Error(`${mounted} is mounted: unmount it and run this again`);
      }
      for (const folder of folders) {
        if (!await exists(folder)) continue;
        for await (const { name } of Deno.readDir(folder)) {
          await Deno.remove(join(folder, name), { recursive: true });
        }
      }
      for (const path of others) await removeIfPresent(path);
    },
  };
}

async function isEmpty(folder: string): Promise<boolean> {
  if (!await exists(folder)) return true;
  for await (const _ of Deno.readDir(folder)) return false;
  return true;
}
