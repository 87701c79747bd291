/** The machine itself: distribution, kernel, packages, memory, clock, boot. Pure. */
import { isBefore } from "../system/kernel.ts";
import { GIB } from "../system/units.ts";
import { distribution, systemd } from "./common_rules.ts";
import { type DoctorFacts, problem, type Rule, warning } from "./facts.ts";

/** FUSE needs it: passthrough of O_DIRECT, large pages. */
const OLDEST_KERNEL = [5, 4] as const;
/** Before it (commit 9eb54e92718a) a kernel shows its own host name as NFS' server scope, whatever it is told. */
const SCOPED_NFS = [5, 7] as const;
const NEWER_KERNEL = "apt-get install linux-image-generic-hwe-20.04 && reboot";
/**
 * Less and something is killed for want of memory: K3s as a server takes 1.6 GB by its makers' own measure (docs.k3s.io, resource
 * profiling), beside datastore, mirror, system and whatever pods are to run. 4 GiB, of which firmware and kernel keep some.
 */
const LEAST_MEMORY = 3.6 * GIB;
/** K3s' documentation, "Known Issues"; of the distributions that hakit is for, Ubuntu 20.04 has 1.8.4, and has it use the older way by itself. */
const MULTIPLYING_IPTABLES = /^v1\.8\.[0-4] \(nf_tables\)/;
/** Without these no node. */
const NEEDED = ["fuse", "loop", "xfs", "nfsd"] as const;
/** Without these no pod network. */
const FOR_K3S = ["br_netfilter", "overlay", "vxlan"] as const;
/** The module starts them where the mirror is; at boot they would be second writers. */
const NOT_AT_BOOT = ["mariadb", "nfs-server", "k3s"] as const;

/** Of control groups: version 2 has no controller of that name (MemorySwapMax= of our unit counts there only). */
function isVersion1(controllers: readonly string[]): boolean {
  return controllers.includes("freezer");
}

export const SYSTEM_RULES: readonly Rule<DoctorFacts>[] = [
  {
    title: "run by root",
    look: ({ node }) =>
      node.root ? [] : [
        warning("root", "The doctor does not run as root", {
          why: "Firewall, programs behind ports and disks cannot be looked at",
          fix: "sudo hakit doctor",
        }),
      ],
  },
  {
    title: "answers of the system's tools",
    look: ({ node: { late } }) =>
      late.length === 0 ? [] : [
        warning("late", `${late.join(", ")} did not answer in time`, {
          why:
            "The server is too busy, or a disk or a name server hangs; what depends on it was not looked at",
          fix: "hakit doctor, once more when it is quieter",
        }),
      ],
  },
  {
    title: "distribution",
    look: ({ system }) => distribution(system),
  },
  {
    title: "processor, kernel and systemd",
    look({ system, node }) {
      const found = [];
      if (!["x86_64", "aarch64"].includes(system.architecture)) {
        found.push(
          problem("architecture", `The processor is ${system.architecture}`, {
            why: "The executable is made for x86_64 and aarch64",
          }),
        );
      }
      if (isBefore(system.kernel, OLDEST_KERNEL)) {
        found.push(problem("kernel", `The kernel is ${system.kernel}`, {
          why: `Mirrored directories need ${OLDEST_KERNEL.join(".")} or later`,
          fix: NEWER_KERNEL,
        }));
      } else if (isBefore(system.kernel, SCOPED_NFS)) {
        found.push(warning("kernel.nfs", `The kernel is ${system.kernel}`, {
          why: `Before ${
            SCOPED_NFS.join(".")
          } an NFS client cannot take its locks from one node to the other: applications that hold some on a volume may get errors (EIO) at a failover`,
          fix: NEWER_KERNEL,
        }));
      }
      found.push(...systemd(system.systemd));
      if (node.container) {
        found.push(warning("container", "This is a container", {
          why:
            "Kernel modules, FUSE mounts and the NFS server are the host's to allow",
        }));
      }
      return found;
    },
  },
  {
    title: "kernel modules",
    look({ system: { modules, id, kernel, fuse } }) {
      const extra = id === "ubuntu"
        ? `apt-get install linux-modules-extra-${kernel}`
        : null;
      const found = [];
      for (const name of NEEDED) {
        if (modules[name] === "available") {
          found.push(
            warning("modules.unloaded", `Kernel module ${name} is not loaded`, {
              why: "The mirror, the volume or the NFS server needs it",
              fix: "hakit prereq",
            }),
          );
        } else if (modules[name] === "missing") {
          found.push(
            problem("modules.missing", `The kernel has no module ${name}`, {
              why: "The mirror, the volume or the NFS server needs it",
              fix: extra,
            }),
          );
        }
      }
      for (const name of FOR_K3S) {
        if (modules[name] !== "missing") continue;
        found.push(
          warning("modules.k3s", `The kernel has no module ${name}`, {
            why: "K3s' pods have no network or no file systems without it",
            fix: extra,
          }),
        );
      }
      if (!fuse && modules["fuse"] === "loaded") {
        found.push(problem("fuse", "/dev/fuse cannot be opened", {
          why: "Directories are mirrored through it",
          fix: "mknod -m 600 /dev/fuse c 10 229",
        }));
      }
      return found;
    },
  },
  {
    title: "packages and OpenSSL",
    look({ system: { missingPackages, freePackages, openssl }, existing }) {
      const found = [];
      if (existing.ours && freePackages.length > 0) {
        found.push(
          warning(
            "packages.free",
            `apt may update ${freePackages.join(", ")}`,
            {
              why:
                "The package stops its service and does not start it again: a failover, or worse, that nobody asked for",
              fix:
                "hakit prereq (it holds them; README says how they are updated)",
            },
          ),
        );
      }
      if (missingPackages.length > 0) {
        found.push(
          warning("packages", `Not installed: ${missingPackages.join(", ")}`, {
            why: "The datastore, the volumes and the mirror are made of them",
            fix: "hakit prereq",
          }),
        );
      }
      if (openssl.length === 0) {
        found.push(
          problem("openssl", "Neither libssl 3 nor libssl 1.1 is here", {
            why:
              "Replication is encrypted by it: without it there is no second copy",
            fix: "apt-get install openssl",
          }),
        );
      }
      return found;
    },
  },
  {
    title: "version of iptables",
    look({ system: { versions: { iptables = "" } } }) {
      return !MULTIPLYING_IPTABLES.test(iptables) ? [] : [
        warning("iptables", `iptables is ${iptables}`, {
          why:
            "K3s works with the server's own, and with 1.8.0 to 1.8.4 by nf_tables its rules may multiply until the network is slow or fails",
          fix:
            "update-alternatives --set iptables /usr/sbin/iptables-legacy && update-alternatives --set ip6tables /usr/sbin/ip6tables-legacy && reboot",
        }),
      ];
    },
  },
  {
    title: "processors, memory, swap",
    look({ system: { memory, swap, cpus, controllers } }) {
      const found = [];
      if (memory < LEAST_MEMORY) {
        found.push(
          warning("memory", `${(memory / GIB).toFixed(1)} GiB of memory`, {
            why: "K3s, its datastore and pods want 4 GiB at least",
          }),
        );
      }
      if (cpus < 2) {
        found.push(warning("cpus", "A single processor", {
          why:
            "Heartbeats share it with the services: one that is too busy is taken for dead",
          fix:
            "hakit first takes 5s where its own server is so, else --detection 5s; in a cluster that is there: heartbeat: { timeout: 5s } in cluster.yaml of both nodes",
        }));
      }
      if (swap > 0) {
        found.push(
          warning(
            "swap",
            `${(swap / GIB).toFixed(1)} GiB of swap is switched on`,
            {
              why:
                "A swapped database answers late, and K3s' limits of memory do not hold" +
                (isVersion1(controllers)
                  ? "; nor is hakit's agent kept out of it, as control groups of version 1 cannot: a node whose heartbeats wait for a page is taken for dead"
                  : ""),
              fix: "swapoff -a && sed -i '/\\sswap\\s/s/^/#/' /etc/fstab",
            },
          ),
        );
      }
      return found;
    },
  },
  {
    title: "control groups",
    look({ system: { controllers } }) {
      const lacking = ["cpu", "memory", "pids"]
        .filter((name) => !controllers.includes(name));
      return lacking.length === 0 ? [] : [
        problem(
          "cgroups",
          `Control group controllers are missing: ${lacking.join(", ")}`,
          {
            why: "K3s does not start without them",
            fix:
              "add cgroup_enable=memory cgroup_memory=1 to the kernel's command line and reboot",
          },
        ),
      ];
    },
  },
  {
    title: "clock",
    look({ system: { timeSynchronized, timeService } }) {
      if (timeSynchronized !== false) return [];
      return [
        warning("clock.unsynchronized", "The clock is not synchronized", {
          why:
            "Logs of both nodes cannot be compared, certificates and Kubernetes' leases suffer",
          fix: timeService === null
            ? "apt-get install systemd-timesyncd && timedatectl set-ntp true"
            : "timedatectl set-ntp true",
        }),
      ];
    },
  },
  {
    title: "watchdog",
    look: ({ system: { watchdog, id } }) =>
      watchdog !== "none" ? [] : [
        warning("watchdog", "No watchdog device and no module softdog", {
          why:
            "If all of hakit's processes stand still while the kernel lives, nothing takes this node's address away",
          // It is found where softdog cannot be loaded. Ubuntu's small kernels have it in a package of its own.
          fix: id === "ubuntu"
            ? "apt-get install linux-modules-extra-$(uname -r) && modprobe softdog, then watchdog: { device: /dev/watchdog } in cluster.yaml of both nodes"
            : null,
        }),
      ],
  },
  {
    title: "order at boot",
    look({ system: { units, waitOnline }, existing: { ours } }) {
      const found = [];
      if (ours && units["hakit"]?.enabled !== "enabled") {
        found.push(problem("boot.hakit", "hakit.service is not enabled", {
          why: "After a power cut nothing starts here",
          fix: "systemctl enable --now hakit",
        }));
      } else if (
        ours && !["active", "unknown"].includes(units["hakit"]?.active ?? "")
      ) {
        found.push(
          problem(
            "boot.agent",
            `hakit.service is ${units["hakit"]?.active ?? "missing"}`,
            {
              why: "This node takes no part: the other one cannot fail over",
              fix: "systemctl start hakit; journalctl -u hakit",
            },
          ),
        );
      }
      for (const name of ours ? NOT_AT_BOOT : []) {
        if (units[name]?.enabled !== "enabled") continue;
        found.push(
          problem("boot.service", `${name} is started at boot by systemd`, {
            why: "The module starts it where the mirror is; both would write",
            fix: `systemctl disable ${name}`,
          }),
        );
      }
      const late = Object.keys(units).find((name) =>
        name.endsWith("-wait-online") && units[name]!.active === "failed"
      );
      if (late !== undefined) {
        found.push(
          warning("boot.waits", `${late} has waited in vain at this boot`, {
            why:
              "An interface without carrier or address is waited for, up to two minutes, before hakit starts",
            fix:
              'netplan: "optional: true" for that interface; or have it wait for one interface only: systemctl edit systemd-networkd-wait-online, ExecStart= with --any',
          }),
        );
      }
      if (!waitOnline) {
        found.push(
          warning("boot.network", "No service waits for the network at boot", {
            why:
              "K3s and the agent may start before the addresses are there, and try again until they are",
            fix: "systemctl enable systemd-networkd-wait-online",
          }),
        );
      }
      return found;
    },
  },
];
