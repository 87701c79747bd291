/** What must hold before anything is touched, as lines for a person. Pure: facts in, problems out. */
import type { Facts, Kin } from "./facts.ts";
import { contains, isK3sInterface, ROUTE_TO_NOWHERE } from "./network.ts";
import { canonical } from "../system/address.ts";
import { takenPorts } from "./ports.ts";
import type { Settings } from "./settings.ts";

export interface Findings {
  /** Each is a reason not to begin. */
  readonly problems: readonly string[];
  /** Worth knowing; nothing is refused for it. */
  readonly warnings: readonly string[];
}

/** Oldest version that is tried, by ID of /etc/os-release. */
const OLDEST = { ubuntu: 20.04, debian: 11 } as const;

const GIB = 1024 ** 3;
/** What MariaDB, the volume's own structures and the first pods need; the volume itself is sparse. */
const LEAST_FREE = 2 * GIB;
/** Packages as they come and as they are unpacked: MariaDB's and NFS' are about half of it. */
export const PACKAGE_ROOM: Readonly<{ [folder: string]: number }> = {
  "/usr": GIB,
  "/var/cache/apt/archives": GIB / 2,
};
/** Both nodes' clocks: certificates and Kubernetes' leases suffer from more. */
export const MOST_SKEW_MS = 30_000;

export const PORTS = {
  heartbeat: 4800,
  replication: 5600,
  console: 9010,
} as const;

/** Every command: a machine that can be a node at all. */
export function checkMachine(facts: Facts): Findings {
  const problems: string[] = [];
  const { id, version } = facts.os;
  if (!facts.root) {
    problems.push("This needs root: run it with sudo");
  }
  const oldest = OLDEST[id as keyof typeof OLDEST];
  if (oldest === undefined) {
    problems.push(
      `The distribution is "${id}", expected Debian 11 or Ubuntu 20.04 and later`,
    );
  } else if (!(Number(version) >= oldest)) {
    problems.push(`${id} ${version} is too old, expected ${oldest} and later`);
  }
  if (!facts.systemd) {
    problems.push("systemd does not run here, expected it as process 1");
  }
  return { problems, warnings: [] };
}

/** The first and the second node, before the cluster is made. `own`: this node's addresses by the settings. */
export function checkNode(
  facts: Facts,
  { own, vip, networks, made }: {
    readonly own: readonly string[];
    readonly vip: string;
    /** Those of pods and services. */
    readonly networks: readonly string[];
    /** The cluster exists here already: its own programs use the ports. */
    readonly made: boolean;
  },
): Findings {
  const problems = [...checkMachine(facts).problems];
  const warnings: string[] = [];
  if (facts.missing.length > 0) {
    problems.push(
      `Not installed: ${facts.missing.join(", ")}; run "hakit prereq" first`,
    );
  }
  if (!facts.fuse) {
    problems.push(
      '/dev/fuse cannot be opened: run "hakit prereq" (it loads the kernel module), or allow it in this container',
    );
  }
  const has = (address: string) =>
    facts.addresses.some((own) =>
      canonical(own.address) === canonical(address)
    );
  const ownSet = new Set(own.map(canonical));
  const foreign = own.filter((address) => !has(address));
  if (foreign.length > 0) {
    const there = facts.addresses.filter((a) => a.interface !== "lo")
      .map((a) => a.address);
    problems.push(
      `${foreign.join(", ")} is no address of this server, expected one of ${
        there.join(", ")
      }`,
    );
  }
  if (
    !facts.addresses.some((a) =>
      ownSet.has(canonical(a.address)) && near(a, vip)
    )
  ) {
    problems.push(
      `The virtual address ${vip} is in no subnet of this server's addresses ${
        own.join(", ")
      }`,
    );
  }
  if (!made) {
    for (
      const { protocol, port, what, user } of takenPorts(facts.listening)
    ) {
      problems.push(
        `Port ${port}/${protocol} is used by ${user}, expected it free for ${what}`,
      );
    }
  }
  for (const { address, interface: device } of facts.addresses) {
    const network = networks.find((one) => contains(one, address));
    // In a cluster that is there it is the doctor's to say: a second run must go on.
    if (made || !network || isK3sInterface(device)) continue;
    problems.push(
      `${address} on ${device} lies in ${network}, which K3s takes for pods or services: give other networks by --pods and --services to "hakit first"`,
    );
  }
  // What is made takes no more of it, and may need this run to work again.
  (made ? warnings : problems).push(...checkRoom(facts.free));
  if (own.length < 2) {
    warnings.push(
      "Only one link between the nodes: when it breaks both go on alone; give two addresses a node (10.0.0.1,10.1.0.1)",
    );
  }
  if (!facts.defaultRoute) {
    warnings.push(
      `There is no default route: K3s does not start without one, even where no network is behind. Remedy: ${ROUTE_TO_NOWHERE} (and the same in the network's configuration, for the next boot)`,
    );
  }
  return { problems, warnings };
}

/** A line for each folder with less room than what comes there takes. */
export function checkRoom(
  free: Facts["free"],
  least: Readonly<{ [folder: string]: number }> = {},
): readonly string[] {
  return Object.entries(free).flatMap(([folder, bytes]) => {
    const needed = least[folder] ?? LEAST_FREE;
    return bytes >= needed ? [] : [
      `${folder}: ${(bytes / GIB).toFixed(1)} GiB free, expected at least ${
        needed / GIB
      } GiB`,
    ];
  });
}

/** A warning when the sparse volume could outgrow the disk. */
export function checkSize(
  settings: Pick<Settings, "size" | "storage">,
  facts: Pick<Facts, "free">,
): readonly string[] {
  const free = facts.free[settings.storage];
  if (free === undefined || bytesOf(settings.size) <= free) return [];
  return [
    `The volume may grow to ${settings.size} and ${settings.storage} has ${
      (free / GIB).toFixed(0)
    } GiB free: watch the disk, or give --size`,
  ];
}

/** Gives the user mysql these numbers where MariaDB has no data yet: prereq alone would take 860, or what the package takes. */
export function mysqlRemedy({ uid, gid }: NonNullable<Facts["mysql"]>): string {
  return "apt-get purge 'mariadb-server*'; deluser mysql; groupdel mysql; " +
    `groupadd --system --gid ${gid} mysql && useradd --system --uid ${uid} --gid ${gid} ` +
    "--home-dir /nonexistent --no-create-home --shell /bin/false mysql && hakit prereq";
}

interface OneOfTwo {
  readonly mysql: Facts["mysql"];
  readonly kin: Kin;
  readonly time: number;
}

/** What must be equal or near on both nodes. */
export function checkPair(
  mine: OneOfTwo,
  theirs: OneOfTwo,
): readonly string[] {
  const problems: string[] = [];
  const [own, other] = [mine.kin, theirs.kin];
  if (own.architecture !== other.architecture) {
    problems.push(
      `This server's processor is ${own.architecture} and the other node's ${other.architecture}, expected the same: K3s and its images come from there`,
    );
  }
  if (own.mariadb && other.mariadb && own.mariadb !== other.mariadb) {
    problems.push(
      `MariaDB is ${own.mariadb} here and ${other.mariadb} on the other node, expected the same: one could not open what the other left behind when it lost its power. ` +
        "Install the other node's release of the distribution here",
    );
  }
  const ids = (user: Facts["mysql"]) =>
    user ? `${user.uid}:${user.gid}` : "missing";
  if (ids(mine.mysql) !== ids(theirs.mysql)) {
    problems.push(
      `User mysql is ${ids(mine.mysql)} here and ${
        ids(theirs.mysql)
      } on the other node, expected the same numbers: the database's files keep them. ` +
        (theirs.mysql
          ? `Before MariaDB has data here: ${mysqlRemedy(theirs.mysql)}`
          : `First run "hakit prereq" on the other node`),
    );
  }
  const skew = Math.abs(mine.time - theirs.time);
  if (skew > MOST_SKEW_MS) {
    problems.push(
      `The clocks differ by ${Math.round(skew / 1000)} s, expected less than ${
        MOST_SKEW_MS / 1000
      } s: set the time on both (timedatectl set-ntp true)`,
    );
  }
  return problems;
}

/** "100G" → bytes. */
export function bytesOf(size: string): number {
  const unit = { M: 1024 ** 2, G: GIB, T: 1024 ** 4 };
  return Number(size.slice(0, -1)) * unit[size.at(-1) as keyof typeof unit];
}

/** "Node-1.example.org" → "node-1": a name that a node may have. */
export function nodeName(hostname: string): string | null {
  const name = hostname.split(".")[0]!.toLowerCase().replace(/[^a-z0-9-]/g, "-")
    .slice(0, 31);
  return /^[a-z][a-z0-9-]*$/.test(name) ? name : null;
}

function near(
  own: { readonly address: string; readonly prefix: number },
  vip: string,
): boolean {
  return contains(`${own.address}/${own.prefix}`, vip);
}
