/** The machine's half of the facts. Whatever cannot be read is left at its harmless value; nothing is changed. */
import type { Facts } from "../cluster/facts.ts";
import { type Holds, holds } from "../k3s/hold.ts";
import { enabledState } from "../k3s/services.ts";
import { exists, readIfPresent } from "../system/files.ts";
import type { DoctorFacts } from "./facts.ts";
import type { Tools } from "./tools.ts";

const MODULES = [
  "fuse",
  "loop",
  "xfs",
  "nfsd",
  "br_netfilter",
  "overlay",
  "vxlan",
];
const UNITS = ["hakit", "mariadb", "nfs-server", "k3s", "k3s-agent"];
const VERSIONS = [
  "mariadb-server",
  "nfs-kernel-server",
  "nfs-common",
  "openssl",
];
const WAITERS = [
  "systemd-networkd-wait-online",
  "NetworkManager-wait-online",
  "ifupdown-wait-online",
  // Debian's plain /etc/network/interfaces: network-online.target comes after it.
  "networking",
];
const LIBRARIES = ["/usr/lib", "/lib", "/usr/lib64"];

const NONE: Holds = { held: [], free: [] };

export async function gatherSystem(
  basic: Facts,
  tools: Tools,
): Promise<DoctorFacts["system"]> {
  const memory = await readIfPresent("/proc/meminfo") ?? "";
  const kib = (key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(memory)?.[1] ?? 0) * 1024;
  const synchronized = await tools.said([
    "timedatectl",
    "show",
    "-p",
    "NTPSynchronized",
    "--value",
  ]);
  const units: DoctorFacts["system"]["units"] = {};
  for (const unit of UNITS) {
    const enabled = await enabledState(unit).catch(() => "");
    const active = await tools.said(["systemctl", "is-active", unit]);
    units[unit] = { active: active || "unknown", enabled };
  }
  for (const unit of WAITERS.filter((name) => name.endsWith("-online"))) {
    const active = await tools.said(["systemctl", "is-active", unit]);
    if (active === "failed") units[unit] = { active, enabled: "enabled" };
  }
  return {
    id: basic.os.id,
    version: basic.os.version,
    architecture: Deno.build.arch,
    kernel: Deno.osRelease(),
    systemd: basic.systemd,
    cpus: navigator.hardwareConcurrency,
    memory: kib("MemTotal"),
    swap: kib("SwapTotal"),
    modules: await moduleStates(tools),
    fuse: basic.fuse,
    missingPackages: [...basic.missing],
    freePackages: [...(await holds().catch(() => NONE)).free],
    versions: {
      ...await packageVersions(tools),
      ...await iptablesVersion(tools),
    },
    openssl: await opensslLibraries(),
    controllers: await controllers(),
    watchdog: await watchdog(tools),
    timeSynchronized: synchronized === "" ? null : synchronized === "yes",
    timeService: await timeService(),
    mysql: basic.mysql,
    units,
    waitOnline: await waitsForNetwork(),
  };
}

async function moduleStates(
  tools: Tools,
): Promise<DoctorFacts["system"]["modules"]> {
  const filesystems = await readIfPresent("/proc/filesystems") ?? "";
  const states: DoctorFacts["system"]["modules"] = {};
  for (const name of MODULES) {
    const loaded = await exists(`/sys/module/${name}`) ||
      new RegExp(`\\t${name}$`, "m").test(filesystems) ||
      name === "loop" && await exists("/dev/loop-control");
    states[name] = loaded
      ? "loaded"
      : await canBeLoaded(name, tools)
      ? "available"
      : "missing";
  }
  return states;
}

async function canBeLoaded(module: string, tools: Tools): Promise<boolean> {
  const answer = await tools.ask(["modprobe", "-n", "-q", module]);
  return answer?.ok ?? true;
}

async function packageVersions(
  tools: Tools,
): Promise<{ [name: string]: string }> {
  const lines = await tools.said([
    "dpkg-query",
    "-W",
    "-f=${Package} ${Version} ${db:Status-Status}\\n",
    ...VERSIONS,
  ]);
  const versions: { [name: string]: string } = {};
  for (const line of lines.split("\n")) {
    const [name, version, status] = line.split(" ");
    if (status === "installed") versions[name!] = version!;
  }
  return versions;
}

/** "v1.8.4 (nf_tables)": of the one that is chosen here (update-alternatives), which the package's version does not tell. Exported for its test. */
export async function iptablesVersion(
  tools: Pick<Tools, "said">,
): Promise<{ [name: string]: string }> {
  const said = await tools.said(["iptables", "-V"]);
  const version = /^iptables (v.*)$/m.exec(said)?.[1];
  return version === undefined ? {} : { iptables: version };
}

async function opensslLibraries(): Promise<string[]> {
  const found = new Set<string>();
  for (const base of LIBRARIES) {
    const folders = [base, `${base}/${Deno.build.arch}-linux-gnu`];
    for (const folder of folders) {
      for (const name of ["libssl.so.3", "libssl.so.1.1"]) {
        if (await exists(`${folder}/${name}`)) found.add(name);
      }
    }
  }
  return [...found].sort();
}

/** Version 2 lists them in one file; version 1 in /proc/cgroups, with a column for "enabled". */
async function controllers(): Promise<string[]> {
  const two = await readIfPresent("/sys/fs/cgroup/cgroup.controllers");
  if (two !== null) return two.trim().split(/\s+/);
  const one = await readIfPresent("/proc/cgroups") ?? "";
  return one.split("\n").map((line) => line.split("\t"))
    .filter(([name, , , enabled]) => !name?.startsWith("#") && enabled === "1")
    .map(([name]) => name!);
}

async function watchdog(
  tools: Tools,
): Promise<DoctorFacts["system"]["watchdog"]> {
  if (await exists("/dev/watchdog")) return "device";
  return await canBeLoaded("softdog", tools) ? "softdog" : "none";
}

async function timeService(): Promise<string | null> {
  for (
    const unit of ["systemd-timesyncd", "chrony", "ntpsec", "ntp", "openntpd"]
  ) {
    if (await enabledState(unit).catch(() => "") !== "") return unit;
  }
  return null;
}

async function waitsForNetwork(): Promise<boolean> {
  for (const unit of WAITERS) {
    const state = await enabledState(unit).catch(() => "");
    if (["enabled", "enabled-runtime", "static"].includes(state)) return true;
  }
  return false;
}
