/** Steps that both nodes take: services out of boot, the module's folder, units and configuration, the agent. */
import { join } from "node:path";
import type { AgentApi } from "../cli/agent_api.ts";
import type { ClusterState, ModuleState, NodeState } from "../api/state.ts";
import type { Kept } from "../cluster/kept.ts";
import { fillModule } from "../cluster/module_config.ts";
import type { Places } from "../cluster/places.ts";
import type { Step } from "../cluster/step.ts";
import { readFolder } from "../module/archive.ts";
import { builtInFolder, moduleFolder } from "../module/catalog.ts";
import { installFiles } from "../module/install.ts";
import { recordOf } from "../module/template.ts";
import { sleep } from "../system/clock.ts";
import { command } from "../system/command.ts";
import { exists, readIfPresent } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { UNIT_FILE, unitText } from "../system/unit.ts";
import { K3S, MODULE } from "./files.ts";
import { lackingFolders, makeFolders } from "./made_folders.ts";
import {
  enabledState,
  isActive,
  isStale,
  outdated,
  removeIfPresent,
  systemctl,
  type TextFile,
  writeFiles,
} from "./services.ts";
import {
  DATABASE_FOLDER,
  fillManifest,
  mariadbDropIn,
  MYSQL_DROP_IN,
} from "./texts.ts";
import { areNoted, type Member, noteWritten, serviceFiles } from "./written.ts";

/** The module starts these: at boot, or beside it, they would be a second writer. */
const SERVICES = ["mariadb", "nfs-server"] as const;
/** MariaDB 10.11 and later: whoever connects would start it. */
const SOCKETS = ["mariadb.socket", "mariadb-extra.socket"] as const;
/** A start of hakit.service comes after network-online.target, which waits two minutes for an interface without carrier. */
const ONLINE = { timeoutMs: 300_000 } as const;
const AGENT_MS = 60_000;
const POLL_MS = 1000;

/** True while the module serves here: then its services run rightly. */
export async function isMirrored(): Promise<boolean> {
  const mounts = await Deno.readTextFile("/proc/self/mounts");
  return mounts.split("\n").some((line) => {
    const [, point, type] = line.split(" ");
    return point === DATABASE_FOLDER && type === "fuse.hakit";
  });
}

/** MariaDB 10.3's init script: systemd makes a unit of it when mariadb.service is out of boot, and the next boot would start MariaDB by it. */
const INIT_SCRIPT = { unit: "mysql", file: "/etc/init.d/mysql" } as const;

export function servicesStep(
  at: Places,
  { initScript = INIT_SCRIPT.file, dropIn = MYSQL_DROP_IN }: {
    readonly initScript?: string;
    readonly dropIn?: string;
  } = {},
): Step {
  const disabled: string[] = [];
  const kept = { path: dropIn, text: mariadbDropIn() };
  const starts = async () =>
    await exists(initScript) && (await outdated([kept])).length > 0;
  let written = false;
  return {
    name: "Services out of boot",
    async done() {
      const mirrored = await isMirrored();
      for (const unit of SERVICES) {
        if (await enabledState(unit) === "enabled") return null;
        if (!mirrored && await isActive(unit)) return null;
      }
      if (!mirrored && await isActive(INIT_SCRIPT.unit)) return null;
      if (await starts() || (await openSockets()).length > 0) return null;
      return SERVICES.join(", ");
    },
    async do() {
      const stop = !await isMirrored();
      for (const unit of SERVICES) {
        if (await enabledState(unit) === "enabled") disabled.push(unit);
      }
      // Before they are: a run that is cut off here must not forget them.
      const known = [...await bootUnits(at), ...disabled];
      await writeFiles([{
        path: at.bootUnits,
        text: [...new Set(known)].map((unit) => `${unit}\n`).join(""),
      }]);
      for (const unit of SERVICES) {
        await systemctl("disable", ...(stop ? ["--now"] : []), unit);
      }
      if (await starts()) {
        written = !await exists(dropIn);
        await writeFiles([kept]);
        await systemctl("daemon-reload");
      }
      if (stop) await stopInitScript();
      for (const unit of await openSockets()) {
        await systemctl("mask", "--now", unit);
      }
    },
    async undo() {
      // A server that cannot become a node goes on as it did.
      if (written) {
        await removeIfPresent(dropIn);
        await systemctl("daemon-reload");
      }
      for (const unit of disabled) await systemctl("enable", unit);
    },
  };
}

/** Where it is the name of mariadb.service, that one has stopped already. */
export async function stopInitScript(): Promise<void> {
  if (await isActive(INIT_SCRIPT.unit)) {
    await systemctl("stop", INIT_SCRIPT.unit);
  }
}

/** What `uninstall` puts back into boot. */
export async function bootUnits(at: Places): Promise<string[]> {
  const text = await readIfPresent(at.bootUnits) ?? "";
  return text.split("\n").filter((unit) => unit !== "");
}

/** Sockets of this MariaDB that are not masked. */
async function openSockets(): Promise<string[]> {
  const open: string[] = [];
  for (const unit of SOCKETS) {
    const state = await enabledState(unit);
    if (!["", "not-found", "masked"].includes(state)) open.push(unit);
  }
  return open;
}

/** For `uninstall`: MariaDB's sockets are the distribution's again. */
export async function unmaskSockets(): Promise<void> {
  for (const unit of SOCKETS) {
    if (await enabledState(unit) === "masked") await systemctl("unmask", unit);
  }
}

/** The built-in module with this cluster's values; one that is there is the user's, who may have changed it. */
export function moduleStep(paths: Paths, kept: Kept): Step {
  const folder = moduleFolder(paths, MODULE);
  return {
    name: "Module k3s",
    async done() {
      return await exists(join(folder, "module.yaml")) ? folder : null;
    },
    async do() {
      const template = builtInFolder(MODULE);
      if (!template) throw new Error("it is not in this executable");
      const files = await readFolder(template);
      const filled = (text: Uint8Array) =>
        new TextEncoder().encode(
          fillModule(new TextDecoder().decode(text), kept),
        );
      const own = files.map((file) =>
        file.path === "module.yaml"
          ? { ...file, content: filled(file.content) }
          : file
      );
      await installFiles(paths, MODULE, [...own, recordOf(MODULE, files)]);
    },
  };
}

/** Everything outside /etc/hakit that is text. */
async function memberFiles(
  at: Places,
  kept: Kept,
  member: Member,
): Promise<TextFile[]> {
  const manifest = join(at.module, "manifests", "nfs-client.yaml");
  return [
    ...await serviceFiles(at, kept, member),
    {
      path: join(K3S.manifests, "hakit-nfs-client.yaml"),
      text: fillManifest(await Deno.readTextFile(manifest), kept),
      mode: 0o600,
    },
  ];
}

export function configurationStep(
  at: Places,
  kept: Kept,
  member: Member,
): Step {
  return {
    name: "Configuration of MariaDB, NFS and K3s",
    async done() {
      if (!await exists(at.module)) return null;
      if ((await lackingFolders(at, kept)).length > 0) return null;
      for (const unit of [...SERVICES, "k3s"]) {
        if (await isStale(unit)) return null;
      }
      // A run that was cut off after them.
      const known = await serviceFiles(at, kept, member);
      if (!await areNoted(at, known)) return null;
      const files = await memberFiles(at, kept, member);
      return (await outdated(files)).length === 0
        ? `${files.length} files`
        : null;
    },
    async do() {
      const files = await memberFiles(at, kept, member);
      await writeFiles(await outdated(files));
      // Where `prereq` was told of others, or of none: what is mirrored must be there when the module starts.
      await makeFolders(at, await lackingFolders(at, kept));
      await systemctl("daemon-reload");
      await noteWritten(at, await serviceFiles(at, kept, member));
    },
  };
}

export function agentStep(api: AgentApi): Step {
  const unit = { path: UNIT_FILE, text: unitText() };
  /** One that ran before, or that a boot starts, is not ours to end. */
  let fresh = false;
  return {
    name: "hakit.service",
    async done() {
      if ((await outdated([unit])).length > 0) return null;
      if (await isStale("hakit")) return null;
      if (await enabledState("hakit") !== "enabled") return null;
      return await isActive("hakit") && await answers(api) ? "runs" : null;
    },
    async do() {
      fresh = await enabledState("hakit") !== "enabled" &&
        !await isActive("hakit");
      await writeFiles([unit]);
      await systemctl("daemon-reload");
      await command(["systemctl", "enable", "--now", "hakit"], ONLINE);
      const until = performance.now() + AGENT_MS;
      while (!await answers(api)) {
        if (performance.now() > until) {
          throw new Error(
            `the agent does not answer after ${
              AGENT_MS / 1000
            } s: journalctl -u hakit`,
          );
        }
        await sleep(POLL_MS / 4);
      }
    },
    async undo() {
      // An agent that does not come up must not try again at every boot.
      if (fresh) await systemctl("disable", "--now", "hakit");
    },
  };
}

async function answers(api: AgentApi): Promise<boolean> {
  try {
    await api.state();
    return true;
  } catch {
    return false;
  }
}

/** This node and its k3s module in a state; null where it does not know the module (yet). */
export function localModule(
  state: ClusterState,
): { readonly node: NodeState; readonly module: ModuleState } | null {
  const node = state.nodes.find(({ local }) => local);
  const module = node?.modules.find(({ name }) => name === MODULE);
  return node && module ? { node, module } : null;
}
