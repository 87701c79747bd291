/** Looks at this server for the checks of `prereq`, `first` and `second`; decides and changes nothing. */
import { dirname, join, relative } from "node:path";
import { probe, resolveAddress } from "../actions/virtual_ip.ts";
import { command } from "../system/command.ts";
import { exists, readIfPresent } from "../system/files.ts";
import { seriesOf } from "./series.ts";

export interface OwnAddress {
  readonly address: string;
  readonly prefix: number;
  readonly interface: string;
}

export interface Facts {
  readonly root: boolean;
  /** ID and VERSION_ID of /etc/os-release. */
  readonly os: { readonly id: string; readonly version: string };
  readonly systemd: boolean;
  readonly hostname: string;
  readonly addresses: readonly OwnAddress[];
  /** Ports that somebody listens on here, with the program where it is known. */
  readonly listening: readonly {
    readonly protocol: "tcp" | "udp";
    readonly port: number;
    readonly program: string;
  }[];
  /** Free bytes by folder (of its nearest folder that exists). */
  readonly free: Readonly<{ [folder: string]: number }>;
  /** Real paths of the module's folders that are reached through a symbolic link, by folder. */
  readonly linked: Readonly<{ [folder: string]: string }>;
  /** Ids of the user mysql, once there is one. */
  readonly mysql: { readonly uid: number; readonly gid: number } | null;
  /** /dev/fuse can be opened. */
  readonly fuse: boolean;
  /** K3s does not start without one. */
  readonly defaultRoute: boolean;
  /** Programs that prereq installs and that are not there. */
  readonly missing: readonly string[];
}

/** Each stands for its package. */
const PROGRAMS = {
  mariadbd: "mariadb-server",
  "mkfs.xfs": "xfsprogs",
  exportfs: "nfs-kernel-server",
  "mount.nfs": "nfs-common",
  losetup: "mount",
  fuser: "psmisc",
} as const;

/** On a small server at work looking through every process takes its time, and so does a disk that is being written to. */
const PATIENTLY = { timeoutMs: 30_000 };

/** `folders`: whose room is looked at; `own`: those of the module. */
export async function gatherFacts(
  folders: readonly string[],
  own: readonly string[] = [],
): Promise<Facts> {
  const free: { [folder: string]: number } = {};
  for (const folder of folders) free[folder] = await freeBytes(folder);
  const missing: string[] = [];
  for (const [program, name] of Object.entries(PROGRAMS)) {
    if (!await hasProgram(program)) missing.push(name);
  }
  return {
    root: Deno.uid() === 0,
    os: osRelease(await readIfPresent("/etc/os-release") ?? ""),
    systemd: await exists("/run/systemd/system"),
    hostname: Deno.hostname(),
    addresses: await ownAddresses(),
    listening: await listening(),
    free,
    linked: await linkedFolders(own),
    mysql: await userIds("mysql"),
    fuse: await opens("/dev/fuse"),
    defaultRoute: await hasDefaultRoute(),
    missing,
  };
}

/** What two nodes must have in common to open each other's data and run each other's programs. */
export interface Kin {
  readonly architecture: string;
  /** "10.11"; null: no MariaDB is installed. */
  readonly mariadb: string | null;
}

export async function gatherKin(): Promise<Kin> {
  const { stdout } = await command(
    ["dpkg-query", "-W", "-f=${Version}", "mariadb-server"],
    { anyCode: true, timeoutMs: 60_000 },
  );
  return { architecture: Deno.build.arch, mariadb: seriesOf(stdout) };
}

/** MAC of the machine that has the virtual address now, or null. */
export async function ownerOf(
  vip: string,
  { interface: device, near }: {
    readonly interface?: string | undefined;
    readonly near: string;
  },
): Promise<string | null> {
  return await probe(
    await resolveAddress({ address: vip, interface: device }, near),
  );
}

export function osRelease(text: string): Facts["os"] {
  const value = (key: string) =>
    new RegExp(`^${key}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  return { id: value("ID"), version: value("VERSION_ID") };
}

async function ownAddresses(): Promise<OwnAddress[]> {
  const { stdout } = await command(["ip", "-j", "addr", "show"], PATIENTLY);
  const links = JSON.parse(stdout) as {
    readonly ifname: string;
    readonly addr_info?: readonly {
      readonly local?: string;
      readonly prefixlen?: number;
    }[];
  }[];
  return links.flatMap((link) =>
    (link.addr_info ?? []).flatMap((info) =>
      info.local === undefined ? [] : [{
        address: info.local,
        prefix: info.prefixlen ?? 32,
        interface: link.ifname,
      }]
    )
  );
}

async function listening(): Promise<Facts["listening"]> {
  const found: Facts["listening"][number][] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    const { stdout } = await command(
      ["ss", "-Hlnp", `--${protocol}`],
      PATIENTLY,
    );
    for (const line of stdout.split("\n")) {
      const local = line.trim().split(/\s+/)[3] ?? "";
      const port = Number(/:(\d+)$/.exec(local)?.[1]);
      // A tcp and a udp line have the same columns; one bound to loopback only is in nobody's way.
      if (!port || /^(127\.|\[::1\])/.test(local)) continue;
      const program = /users:\(\("([^"]+)"/.exec(line)?.[1] ?? "";
      found.push({ protocol, port, program });
    }
  }
  return found;
}

async function freeBytes(folder: string): Promise<number> {
  let at = folder;
  while (!await exists(at)) at = dirname(at);
  const { stdout } = await command(
    ["df", "--output=avail", "-B1", at],
    PATIENTLY,
  );
  return Number(stdout.trim().split("\n").at(-1));
}

/** Exported for its test. */
export async function linkedFolders(
  folders: readonly string[],
): Promise<Facts["linked"]> {
  const linked: { [folder: string]: string } = {};
  for (const folder of folders) {
    let at = folder;
    while (!await exists(at)) at = dirname(at);
    // One that leads nowhere (a disk that is not mounted) has no real path.
    const place = await Deno.realPath(at).catch(() => Deno.readLink(at));
    const real = join(place, relative(at, folder));
    if (real !== folder) linked[folder] = real;
  }
  return linked;
}

export async function userIds(name: string): Promise<Facts["mysql"]> {
  const { stdout, code } = await command(["getent", "passwd", name], {
    ...PATIENTLY,
    anyCode: true,
  });
  const [, , uid, gid] = stdout.split(":");
  return code === 0 ? { uid: Number(uid), gid: Number(gid) } : null;
}

async function hasProgram(name: string): Promise<boolean> {
  const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  for (const folder of folders) {
    if (await exists(`${folder}/${name}`)) return true;
  }
  // MariaDB 10.3 has the old name only.
  return name === "mariadbd" && await exists("/usr/sbin/mysqld");
}

async function hasDefaultRoute(): Promise<boolean> {
  for (const family of ["-4", "-6"]) {
    const { stdout } = await command(
      ["ip", family, "route", "show", "default"],
      PATIENTLY,
    );
    if (stdout.trim() !== "") return true;
  }
  return false;
}

async function opens(path: string): Promise<boolean> {
  try {
    (await Deno.open(path, { read: true, write: true })).close();
    return true;
  } catch {
    return false;
  }
}
