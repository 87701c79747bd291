/** Disks, and what is on this server already: adopted when asked, otherwise refused, never overwritten. Pure. */
import { GIB, MIB, parseSize } from "../system/units.ts";
import { outgrown, room } from "./common_rules.ts";
import {
  type DoctorFacts,
  type Existing,
  type Found,
  problem,
  type Rule,
  warning,
} from "./facts.ts";

/** All but these two is the volume's, whatever it is called. */
export const DATABASE = "/var/lib/mysql";
/** K3s' own files, where they are on another disk: nothing there is mirrored. */
const K3S = "/var/lib/rancher";
/** A datastore commits about ten times a second, each with an fsync on both disks. */
const SLOW_SYNC_MS = 20;
const HOPELESS_SYNC_MS = 200;
const SLOW_DISK = 30 * MIB;
/** They take trusted extended attributes and give file handles. */
const TRIED = ["ext4", "xfs", "btrfs"] as const;

/** How large the volume may become, in words, and what of that the disk must still give. */
function volumeOf({ size, volume }: DoctorFacts["wanted"]) {
  if (volume === null) return { size, more: size ? parseSize(size) : 0 };
  return {
    size: `${Math.round(volume.size / GIB)} GiB`,
    more: volume.size - volume.onDisk,
  };
}

export const STORAGE_RULES: readonly Rule<DoctorFacts>[] = [
  {
    title: "room on the disks",
    look({ disks, wanted }) {
      const { size, more } = volumeOf(wanted);
      const found = [];
      for (const { folder, free } of disks) {
        const full = room({ [folder]: free });
        found.push(...full);
        if (full.length > 0 || size === null) continue;
        if (folder === DATABASE || folder === K3S) continue;
        found.push(...outgrown({ size, more, folder, free }));
      }
      return found;
    },
  },
  {
    title: "file systems",
    look: ({ disks }) =>
      disks.flatMap(({ folder, type }) => {
        if (type === "tmpfs") {
          return [
            problem("disk.memory", `${folder} is in memory (tmpfs)`, {
              why: "A reboot loses this copy",
            }),
          ];
        }
        const mirrored = type.startsWith("fuse");
        return folder === K3S || mirrored ||
            TRIED.includes(type as typeof TRIED[number])
          ? []
          : [
            warning("disk.type", `${folder} is on ${type}`, {
              why: `Mirrored directories are tried on ${
                TRIED.join(", ")
              }; they need trusted extended attributes`,
            }),
          ];
      }),
  },
  {
    title: "speed of the disks",
    look({ disks }) {
      const found = [];
      for (const { folder, syncMs, bytesPerSecond } of disks) {
        if (syncMs !== null && syncMs > SLOW_SYNC_MS) {
          const hopeless = syncMs > HOPELESS_SYNC_MS;
          found.push(
            (hopeless ? problem : warning)(
              "disk.sync",
              `${folder}: an fsync takes ${syncMs.toFixed(0)} ms`,
              {
                why:
                  "Every commit of the datastore waits for both disks; K3s gives up after 10 s",
                fix:
                  "an SSD; in a virtual machine: a disk with a write cache that honours flushes",
              },
            ),
          );
        }
        if (bytesPerSecond !== null && bytesPerSecond < SLOW_DISK) {
          found.push(
            warning(
              "disk.slow",
              `${folder} writes ${(bytesPerSecond / MIB).toFixed(0)} MiB/s`,
              { why: "A first copy of 100 GB takes an hour and more" },
            ),
          );
        }
      }
      return found;
    },
  },
  {
    title: "what is here already",
    look: ({ existing }) => [
      ...existingFindings(existing),
      ...changedFindings(existing),
    ],
  },
];

/** Also for prereq, first and second, before they touch anything. */
export function existingFindings(
  existing: Existing,
  { adopt = false }: { readonly adopt?: boolean } = {},
): Found[] {
  if (existing.ours) return [];
  const found: Found[] = [];
  const taken = adopt ? warning : problem;
  if (existing.k3s !== null) {
    found.push(
      problem("existing.k3s", `K3s is here already: ${existing.k3s}`, {
        why:
          "It has a cluster and a datastore of its own, which hakit neither overwrites nor takes over",
        fix: `move its workloads away, then /usr/local/bin/${
          existing.k3s.includes("agent")
            ? "k3s-agent-uninstall.sh"
            : "k3s-uninstall.sh"
        }`,
      }),
    );
  }
  if (existing.mysqlPackages.length > 0) {
    found.push(
      problem(
        "existing.mysql",
        `MySQL is installed: ${existing.mysqlPackages.join(", ")}`,
        {
          why: "MariaDB's packages would replace it and cannot read its data",
          fix: `save its databases, then apt-get purge ${
            existing.mysqlPackages.join(" ")
          }`,
        },
      ),
    );
  }
  if (existing.datadir !== undefined) {
    found.push(
      problem(
        "existing.datadir",
        `MariaDB has its data in ${existing.datadir}`,
        {
          why:
            `${DATABASE} is what is mirrored: these databases would be out of service`,
          fix:
            `move them to another server; or stop MariaDB, move them to ${DATABASE} (another disk: mounted there) and take "datadir" out of the files below /etc/mysql`,
        },
      ),
    );
  }
  if (existing.datastore) {
    found.push(
      problem(
        "existing.datastore",
        "MariaDB holds a datastore of K3s already",
        {
          why:
            "A new K3s with another token cannot read it and would not start",
          fix: 'save it (mariadb-dump k3s), then drop the database "k3s"',
        },
      ),
    );
  }
  if (existing.databases.length > 0) {
    const list = existing.databases.join(", ");
    found.push(
      taken("existing.databases", `MariaDB has databases of its own: ${list}`, {
        why: adopt
          ? "They become part of the mirror and are reached through the virtual address only"
          : "They would become part of the mirror, reached through the virtual address only, and on the second node the first copy replaces them",
        fix: adopt
          ? null
          : "hakit prereq --adopt and hakit first --adopt take them along; or move them away",
      }),
    );
  }
  if (existing.exports.length > 0) {
    found.push(
      taken(
        "existing.exports",
        `NFS exports folders of its own: ${existing.exports.join("; ")}`,
        {
          why:
            "The NFS server comes and goes with the role of the module k3s, without version 3, and takes users' groups as clients send them",
          fix: adopt
            ? null
            : "move them to another server, or accept that: --adopt",
        },
      ),
    );
  }
  if (existing.storage.length > 0) {
    found.push(
      taken(
        "existing.storage",
        `The storage folder is not empty: ${existing.storage.join(", ")}`,
        {
          why:
            "What is there is mirrored from the first node, and replaced on the second",
          fix: adopt
            ? null
            : "move it away, give another --storage, or --adopt on the first node",
        },
      ),
    );
  }
  for (const name of existing.rivals) {
    found.push(
      warning("existing.rival", `${name} runs here`, {
        why: "Two programs that move addresses and services fight each other",
        fix: `systemctl disable --now ${name}`,
      }),
    );
  }
  return found;
}

/** Of units, drop-ins and configuration. */
function changedFindings({ changed = [] }: Existing) {
  return changed.length === 0 ? [] : [
    warning(
      "files.changed",
      `Not as hakit writes them: ${changed.join(", ")}`,
      {
        why:
          "Changed by hand, or written before hakit kept a record: upgrades leave them as they are",
        fix:
          "the same hakit first or second again writes them anew, if that is wanted",
      },
    ),
  ];
}
