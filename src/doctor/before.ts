/** What must hold before prereq, first, second and uninstall touch anything, as lines for a person. Pure: facts in, problems out. */
import type { Facts, Kin } from "../cluster/facts.ts";
import type { Settings } from "../cluster/settings.ts";
import { canonical, contains } from "../system/address.ts";
import { GIB, parseSize } from "../system/units.ts";
import {
  clocks,
  distribution,
  kinship,
  links,
  mysqlNumbers,
  mysqlRemedy,
  outgrown,
  overlaps,
  ports,
  room,
  route,
  sameName,
  systemd,
} from "./common_rules.ts";
import { type Finding, type Found, problem } from "./facts.ts";
import { DATABASE } from "./storage_rules.ts";

export interface Findings {
  /** Each is a reason not to begin. */
  readonly problems: readonly string[];
  /** Worth knowing; nothing is refused for it. */
  readonly warnings: readonly string[];
}

/** Packages as they come and as they are unpacked: MariaDB's and NFS' are about half of it. */
export const PACKAGE_ROOM: Readonly<{ [folder: string]: number }> = {
  "/usr": GIB,
  "/var/cache/apt/archives": GIB / 2,
};

/** The doctor's words as lines of a command that refuses or warns. */
export function asFindings(found: readonly Found[]): Findings {
  const lines = (level: Finding["level"]) =>
    found.filter((finding) => finding.level === level)
      .map(({ what, why, fix }) =>
        `${what}. ${why}.` + (fix === null ? "" : ` Remedy: ${fix}`)
      );
  return { problems: lines("problem"), warnings: lines("warning") };
}

/** Every command: a machine that can be a node at all. */
export function checkMachine(facts: Facts): Findings {
  const { problems, warnings } = asFindings([
    ...distribution(facts.os),
    ...systemd(facts.systemd),
  ]);
  const root = facts.root ? [] : ["This needs root: run it with sudo"];
  return { problems: [...root, ...problems], warnings };
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
      ownSet.has(canonical(a.address)) &&
      contains(`${a.address}/${a.prefix}`, vip)
    )
  ) {
    problems.push(
      `The virtual address ${vip} is in no subnet of this server's addresses ${
        own.join(", ")
      }`,
    );
  }
  // In a cluster that is there these are the doctor's to say: a second run must go on.
  const fresh = made ? [] : [
    ...ports(facts.listening),
    ...overlaps(facts.addresses, networks, { made }),
  ];
  const full = checkRoom(facts.free);
  const found = asFindings([
    ...fresh,
    ...links(own, { made }),
    ...route(facts.defaultRoute),
  ]);
  if (!made) problems.push(...checkLinks(facts));
  // What is made takes no more room, and may need this run to work again.
  return {
    problems: [...problems, ...found.problems, ...(made ? [] : full)],
    warnings: [...(made ? full : []), ...found.warnings],
  };
}

/** A line for each of the module's folders that mounts and services know by another name. */
export function checkLinks({ linked }: Pick<Facts, "linked">): string[] {
  return Object.entries(linked).map(([folder, real]) =>
    `${folder} is ${real}, through a symbolic link: what is mounted there is known by its real path only. Remedy: ` +
    (folder === DATABASE
      ? `a bind mount in the place of the link ("${real} ${folder} none bind 0 0" in /etc/fstab)`
      : "give the real path by --storage or --export, or put a bind mount in the place of the link")
  );
}

/** A line for each folder with less room than what comes there takes. */
export function checkRoom(
  free: Facts["free"],
  packages: Facts["free"] = {},
): readonly string[] {
  return asFindings(room(free, packages)).problems;
}

/** A warning when the sparse volume could outgrow the disk. */
export function checkSize(
  { size, storage }: Pick<Settings, "size" | "storage">,
  facts: Pick<Facts, "free">,
): readonly string[] {
  const free = facts.free[storage];
  if (free === undefined) return [];
  const volume = { size, more: parseSize(size), folder: storage, free };
  return asFindings(outgrown(volume)).warnings;
}

interface OneOfTwo {
  readonly mysql: Facts["mysql"];
  readonly kin: Kin;
  readonly time: number;
  readonly hostname?: string | undefined;
}

/** What must be equal or near on both nodes. `mine` has no data yet. */
export function checkPair(
  mine: OneOfTwo,
  theirs: OneOfTwo,
): readonly string[] {
  const [here, there] = ["this server", "the other node"] as const;
  const found: Found[] = kinship(
    { name: here, ...mine.kin },
    { name: there, ...theirs.kin },
  );
  if (mine.mysql && theirs.mysql) {
    found.push(...mysqlNumbers(
      { name: here, mysql: mine.mysql },
      { name: there, mysql: theirs.mysql },
      "mine",
    ));
  } else if (mine.mysql || theirs.mysql) {
    found.push(
      problem(
        "mysql.missing",
        `User mysql is missing on ${theirs.mysql ? here : there}`,
        {
          why:
            "The database's files keep its numbers: both nodes need the same",
          fix: theirs.mysql
            ? mysqlRemedy(theirs.mysql)
            : 'run "hakit prereq" on the other node',
        },
      ),
    );
  }
  if (mine.hostname !== undefined) {
    found.push(...sameName(mine.hostname, theirs.hostname, problem));
  }
  found.push(...clocks(mine.time - theirs.time));
  return asFindings(found).problems;
}
