/** What K3s leaves in a server's network when it is gone: interfaces, rules of iptables, state of its CNI. Its own k3s-killall.sh takes the same away. */
import { join } from "node:path";
import type { Step } from "../cluster/step.ts";
import { command } from "../system/command.ts";
import { exists } from "../system/files.ts";
import { removeEmpty } from "./removal.ts";
import { removeIfPresent } from "./services.ts";
import { mountedOn, type Own } from "./uninstall_data.ts";

const INTERFACES = [
  ...["cni0", "flannel.1", "flannel-v6.1"],
  ...["flannel-wg", "flannel-wg-v6", "kube-ipvs0"],
];
/** Of /var/lib/cni only what is K3s': other container engines keep theirs there, too. */
const FOLDERS = [
  ...["/run/k3s", "/run/flannel"],
  ...["/var/lib/cni/networks/cbr0", "/var/lib/cni/flannel"],
];
/** As k3s-killall.sh tells them. In small letters they are others': the interface cni-podman0, an administrator's comment. */
const OWN_RULES = /KUBE-|CNI-|[Ff]lannel|FLANNEL/;
/** Single files of K3s' in folders where other container engines have theirs. */
const FILES = [
  { folder: "/var/lib/cni/results", own: /^cbr0-/ },
  { folder: "/run/netns", own: /^cni-/ },
];
const TOOLS = ["iptables", "ip6tables"] as const;
const PATIENT = { timeoutMs: 30_000 } as const;

export function networkStep(own: Pick<Own, "k3s">): Step {
  return {
    name: "K3s' network removed",
    async done() {
      if (!own.k3s) return "not installed by hakit";
      const left = [
        ...await present(INTERFACES.map((name) => `/sys/class/net/${name}`)),
        ...await present(FOLDERS),
        ...await leftFiles(),
        ...await cleaned(),
      ];
      return left.length === 0 ? "none here" : null;
    },
    async do() {
      const mounts = await Deno.readTextFile("/proc/self/mounts");
      const mounted = mountedOn(mounts, { folders: [], others: FOLDERS });
      if (mounted) {
        throw new Error(`${mounted} is mounted: unmount it and run this again`);
      }
      for (const name of INTERFACES) {
        if (!await exists(`/sys/class/net/${name}`)) continue;
        await command(["ip", "link", "delete", name], PATIENT);
      }
      for (const { tool, rules } of await cleaned()) {
        const file = await Deno.makeTempFile({ prefix: "hakit-rules-" });
        try {
          await Deno.writeTextFile(file, rules);
          await command([`${tool}-restore`, file], PATIENT);
        } finally {
          await Deno.remove(file);
        }
      }
      for (const folder of FOLDERS) await removeIfPresent(folder);
      for (const file of await leftFiles()) await Deno.remove(file);
      await removeEmpty([
        ...["/var/lib/cni/results", "/var/lib/cni/networks", "/var/lib/cni"],
      ]);
    },
  };
}

/** Exported for its test. */
export async function leftFiles(
  places: typeof FILES = FILES,
): Promise<string[]> {
  const mounts = (await Deno.readTextFile("/proc/self/mounts")).split(/\s/);
  const found: string[] = [];
  for (const { folder, own } of places) {
    if (!await exists(folder)) continue;
    for await (const { name } of Deno.readDir(folder)) {
      const path = join(folder, name);
      // A namespace that lives is mounted, and somebody else's: K3s' pods have ended.
      if (own.test(name) && !mounts.includes(path)) found.push(path);
    }
  }
  return found;
}

async function present(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) if (await exists(path)) found.push(path);
  return found;
}

/** By tool, where there are any of K3s': all rules without them. */
async function cleaned() {
  const found: { readonly tool: string; readonly rules: string }[] = [];
  for (const tool of TOOLS) {
    const { stdout } = await command([`${tool}-save`], PATIENT)
      .catch(() => ({ stdout: "" }));
    const rules = withoutK3s(stdout);
    if (rules !== null) found.push({ tool, rules });
  }
  return found;
}

/** What iptables-save printed, without K3s' chains and rules; null: there are none. Rules of another CNI alone are not K3s'. Pure. */
export function withoutK3s(saved: string): string | null {
  if (!/KUBE-|[Ff]lannel|FLANNEL/.test(saved)) return null;
  return saved.split("\n").filter((line) => !OWN_RULES.test(line)).join("\n");
}
