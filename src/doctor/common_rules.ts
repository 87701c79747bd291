/** What the doctor finds, and prereq, first and second refuse or warn of, by one rule and in the same words. Pure. */
import { isK3sInterface, ROUTE_TO_NOWHERE } from "../cluster/network.ts";
import { takenPorts } from "../cluster/ports.ts";
import { contains } from "../system/address.ts";
import { GIB } from "../system/units.ts";
import { type DoctorFacts, type Found, problem, warning } from "./facts.ts";

/** Oldest that is tried, by ID of /etc/os-release. */
const OLDEST: { readonly [id: string]: number } = { ubuntu: 20.04, debian: 11 };
/** What MariaDB, the volume's own structures and the first pods need; the volume itself is sparse. */
const LEAST_FREE = 2 * GIB;
/** More, and certificates and leases are refused. */
const MOST_SKEW_MS = 30_000;
/** More than NTP would ever leave. */
const NOTABLE_SKEW_MS = 1000;

type Network = DoctorFacts["network"];
type Ids = NonNullable<DoctorFacts["system"]["mysql"]>;

export function distribution(
  { id, version }: { readonly id: string; readonly version: string },
): Found[] {
  const oldest = OLDEST[id];
  if (oldest !== undefined && Number(version) >= oldest) return [];
  return [
    problem("distribution", `The distribution is ${id} ${version}`.trimEnd(), {
      why:
        "hakit is made for Debian 11 and Ubuntu 20.04 and later; prereq installs packages of these",
    }),
  ];
}

export function systemd(runs: boolean): Found[] {
  return runs ? [] : [
    problem("systemd", "systemd is not process 1", {
      why: "The agent, MariaDB, NFS and K3s are its units",
    }),
  ];
}

/** `made`: in a cluster that is there, where "hakit first" refuses. */
export function links(
  own: readonly string[],
  { made }: { readonly made: boolean },
): Found[] {
  return own.length !== 1 ? [] : [
    warning("link.single", "Only one link between the nodes", {
      why:
        "When it breaks and no witness is there, both nodes go on alone and one side's writes are set aside",
      fix: made
        ? "a third machine, if there is none yet: hakit witness add ADDRESS"
        : "a second network (hakit first with two addresses a node: 10.0.0.1,10.1.0.1), or a third machine: hakit witness add ADDRESS",
    }),
  ];
}

/** `networks`: those of pods and services, which stay as they are once a cluster is `made`. */
export function overlaps(
  addresses: readonly Pick<
    Network["addresses"][number],
    "address" | "interface"
  >[],
  networks: readonly string[],
  { made }: { readonly made: boolean },
): Found[] {
  return addresses.flatMap(({ address, interface: device }) => {
    const network = networks.find((one) => contains(one, address));
    return !network || isK3sInterface(device) ? [] : [
      problem("address.overlap", `${address} on ${device} lies in ${network}`, {
        why:
          "K3s gives these addresses to pods and services: that network becomes unreachable",
        fix: made
          ? `another network for ${device}`
          : "hakit first --pods 172.28.0.0/16 --services 172.29.0.0/16, or another network for the nodes",
      }),
    ];
  });
}

export function route(isThere: boolean): Found[] {
  return isThere ? [] : [
    warning("route", "There is no default route", {
      why: "K3s does not start without one, even where no network is behind",
      fix:
        `${ROUTE_TO_NOWHERE} (and the same in the network's configuration, for the next boot)`,
    }),
  ];
}

export function ports(
  listening: Parameters<typeof takenPorts>[0],
): Found[] {
  const taken = takenPorts(listening).map(({ protocol, port, what, user }) =>
    problem("port.used", `Port ${port}/${protocol} is used by ${user}`, {
      why: `It is needed for ${what}`,
      fix: `ss -lnp 'sport = :${port}'`,
    })
  );
  const web = listening.find(({ protocol, port }) =>
    protocol === "tcp" && (port === 80 || port === 443)
  );
  if (!web) return taken;
  const user = web.program || "another program";
  return [
    ...taken,
    warning("port.web", `Port ${web.port}/tcp is used by ${user}`, {
      why:
        `K3s' Traefik takes what comes to 80 and 443 from outside, also for ${user}`,
      fix:
        "move it to another port, or keep Traefik away, on both servers: mkdir -p /var/lib/rancher/k3s/server/manifests && touch /var/lib/rancher/k3s/server/manifests/traefik.yaml.skip",
    }),
  ];
}

/** `packages`: by folder, what their packages need. */
export function room(
  free: { readonly [folder: string]: number },
  packages: { readonly [folder: string]: number } = {},
): Found[] {
  return Object.entries(free).flatMap(([folder, bytes]) => {
    const needed = packages[folder] ?? LEAST_FREE;
    return bytes >= needed ? [] : [
      problem(
        "disk.full",
        `${folder}: ${(bytes / GIB).toFixed(1)} GiB free, expected at least ${
          needed / GIB
        } GiB`,
        {
          why: folder in packages
            ? "Packages come there"
            : "The database and the first pods need it",
          fix: "du -xsh /* 2>/dev/null; apt-get clean",
        },
      ),
    ];
  });
}

/** `more`: bytes that the volume in that folder does not take yet, and may. */
export function outgrown(
  { size, more, folder, free }: {
    readonly size: string;
    readonly more: number;
    readonly folder: string;
    readonly free: number;
  },
): Found[] {
  return more <= free ? [] : [
    warning(
      "disk.small",
      `The volume may grow to ${size} and ${folder} has ${
        Math.floor(free / GIB)
      } GiB free`,
      {
        why:
          "A full disk on the secondary ends redundancy, on the primary it ends writing; before that, with 5 % free, K3s evicts pods, on both servers at once",
        fix:
          "a larger disk, a smaller --size of hakit first, or watch it: hakit state",
      },
    ),
  ];
}

/** One of two nodes, for what both must have in common. */
export interface Half {
  readonly name: string;
  readonly architecture: string;
  /** "10.11"; null: no MariaDB is installed. */
  readonly mariadb: string | null;
}

/** `clustered`: both serve already. Then prereq holds MariaDB's packages, and what is updated when counts. */
export function kinship(
  mine: Half,
  theirs: Half,
  { clustered = false }: { readonly clustered?: boolean } = {},
): Found[] {
  const found: Found[] = [];
  const both = (a: string, b: string) =>
    `${a} on ${mine.name}, ${b} on ${theirs.name}`;
  if (mine.architecture !== theirs.architecture) {
    found.push(
      problem(
        "pair.architecture",
        `Different processors: ${both(mine.architecture, theirs.architecture)}`,
        { why: "K3s' executable and images of one do not run on the other" },
      ),
    );
  }
  if (mine.mariadb && theirs.mariadb && mine.mariadb !== theirs.mariadb) {
    found.push(
      problem(
        "pair.mariadb",
        `Different MariaDB: ${both(mine.mariadb, theirs.mariadb)}`,
        {
          why:
            "The older one cannot open files that the newer one has written: a failover to it fails",
          fix: clustered
            ? 'on the node with the older one, while it is SECOND: README, "Update MariaDB and NFS"; no swap to it before'
            : "the same release of the distribution on both: apt-get dist-upgrade",
        },
      ),
    );
  }
  return found;
}

/** `empty`: which of the two has no data yet, and may get other numbers. */
export function mysqlNumbers(
  mine: { readonly name: string; readonly mysql: Ids },
  theirs: { readonly name: string; readonly mysql: Ids },
  empty: "mine" | "theirs",
): Found[] {
  const [a, b] = [mine.mysql, theirs.mysql];
  if (a.uid === b.uid && a.gid === b.gid) return [];
  const [changes, ids] = empty === "mine" ? [mine, b] : [theirs, a];
  return [
    problem(
      "mysql.ids",
      `User mysql is ${a.uid}:${a.gid} on ${mine.name} and ${b.uid}:${b.gid} on ${theirs.name}`,
      {
        why:
          "The mirrored files keep the numbers: after a failover the database could not open them",
        fix: `on ${changes.name}, if it has no data: ${mysqlRemedy(ids)}`,
      },
    ),
  ];
}

/** Gives the user mysql these numbers where MariaDB has no data yet: prereq alone would take 860, or what the package takes. */
export function mysqlRemedy({ uid, gid }: Ids): string {
  return "apt-get purge 'mariadb-server*'; deluser mysql; groupdel mysql; " +
    `groupadd --system --gid ${gid} mysql && useradd --system --uid ${uid} --gid ${gid} ` +
    "--home-dir /nonexistent --no-create-home --shell /bin/false mysql && hakit prereq";
}

export function clocks(differenceMs: number): Found[] {
  const apart = Math.abs(differenceMs);
  return apart <= NOTABLE_SKEW_MS ? [] : [
    (apart > MOST_SKEW_MS ? problem : warning)(
      "clock.differs",
      `The clocks differ by ${(apart / 1000).toFixed(1)} s`,
      {
        why:
          "Certificates and Kubernetes' leases of one look wrong to the other",
        fix: "timedatectl set-ntp true",
      },
    ),
  ];
}

/** `level`: how bad that is where it is found. */
export function sameName(
  mine: string,
  theirs: string | undefined,
  level: typeof problem,
): Found[] {
  return mine !== theirs ? [] : [
    level("pair.hostname", `Both are called ${mine}`, {
      why:
        "K3s' controllers know each other by this name: both would take themselves for the one that leads",
      fix: "hostnamectl set-hostname NAME",
    }),
  ];
}
