/** What the doctor knows of one server. The other node's arrives through its agent: therefore a schema, every list bounded. Pure. */
import { z } from "zod";
import { K3S_NETWORKS } from "../cluster/network.ts";

export const USUAL_FRAME = 1500;

const text = z.string().max(1000);
const names = z.array(text).max(200);
const ids = z.strictObject({ uid: z.int(), gid: z.int() }).nullable();

const existingSchema = z.strictObject({
  /** hakit made a cluster here: what it finds is its own. */
  ours: z.boolean(),
  /** A K3s that hakit did not install, in a few words; null: none. */
  k3s: text.nullable(),
  /** Databases in /var/lib/mysql that are neither MariaDB's nor hakit's. */
  databases: names,
  /** Where MariaDB is told to have its data, if that is not /var/lib/mysql; absent: there. */
  datadir: text.optional(),
  /** A datastore of K3s with tables in it, made before hakit. */
  datastore: z.boolean(),
  /** Packages of another MySQL, which exclude MariaDB's. */
  mysqlPackages: names,
  /** Lines of /etc/exports and /etc/exports.d. */
  exports: names,
  /** Names in the storage folder that are not hakit's. */
  storage: names,
  /** Running services of other cluster software. */
  rivals: names,
  /** Files that hakit wrote here and that are not as this version writes them; absent: none. */
  changed: names.optional(),
});
export type Existing = z.infer<typeof existingSchema>;

export const doctorFactsSchema = z.strictObject({
  /** Milliseconds since 1970, when this was answered. */
  time: z.number(),
  node: z.strictObject({
    /** In the cluster, else the host name. */
    name: text,
    hostname: text,
    machine: text,
    hakit: text,
    root: z.boolean(),
    /** SHA-256 of cluster.yaml; null: no cluster. */
    cluster: text.nullable(),
    container: z.boolean(),
    /** Tools that did not answer in time: what they would have told is left out. A node of an earlier version does not say. */
    late: names.default([]),
  }),
  system: z.strictObject({
    id: text,
    version: text,
    architecture: text,
    kernel: text,
    systemd: z.boolean(),
    cpus: z.int(),
    memory: z.number(),
    swap: z.number(),
    /** Modules: loaded, available, missing. */
    modules: z.record(text, z.enum(["loaded", "available", "missing"])),
    fuse: z.boolean(),
    missingPackages: names,
    /** MariaDB's and NFS' that apt may update by itself. A node of an earlier version does not say. */
    freePackages: names.default([]),
    /** Versions by package, of those that matter for both; of iptables with its way into the kernel. */
    versions: z.record(text, text),
    openssl: names,
    /** Controllers of the control groups; empty: not mounted. */
    controllers: names,
    watchdog: z.enum(["device", "softdog", "none"]),
    timeSynchronized: z.boolean().nullable(),
    timeService: text.nullable(),
    mysql: ids,
    /** active ("unknown": systemd does not say) and enabled, by unit. */
    units: z.record(text, z.strictObject({ active: text, enabled: text })),
    waitOnline: z.boolean(),
  }),
  network: z.strictObject({
    addresses: z.array(z.strictObject({
      address: text,
      prefix: z.int(),
      interface: text,
      /** By DHCP: may change at any time. */
      dynamic: z.boolean(),
    })).max(500),
    interfaces: z.array(z.strictObject({
      name: text,
      up: z.boolean(),
      mtu: z.int(),
      /** Mbit/s; null: not known (virtual). */
      speed: z.int().nullable(),
    })).max(500),
    defaultRoute: z.boolean(),
    /** Milliseconds to look up the own host name; null: it has no address. */
    resolvesMs: z.number().nullable(),
    listening: z.array(z.strictObject({
      protocol: z.enum(["tcp", "udp"]),
      port: z.int(),
      program: text,
    })).max(2000),
    /** To the other node, by address. */
    trips: z.array(z.strictObject({
      address: text,
      lostPercent: z.number(),
      averageMs: z.number().nullable(),
      /** Bytes of a full packet. A node of an earlier version does not say. */
      frame: z.int().default(USUAL_FRAME),
      /** It arrives whole. */
      fullSize: z.boolean(),
    })).max(16),
    firewall: z.strictObject({
      kind: z.enum(["none", "ufw", "firewalld", "nftables", "iptables"]),
      /** "4800/udp from 10.0.0.2": what the cluster needs and the rules drop. */
      blocked: names,
    }),
  }),
  disks: z.array(z.strictObject({
    folder: text,
    device: text,
    type: text,
    free: z.number(),
    /** Writing 4 KiB and fsync, median; null: not tried (mirrored, not root). */
    syncMs: z.number().nullable(),
    /** 64 MiB and fsync. */
    bytesPerSecond: z.number().nullable(),
  })).max(16),
  existing: existingSchema,
  /** What cluster.yaml and k3s.yaml say, where there are any. */
  wanted: z.strictObject({
    own: names,
    peer: names,
    vip: text.nullable(),
    size: text.nullable(),
    /** The volume's file here, once it is made: "volume grow" may have changed its size. */
    volume: z.strictObject({
      /** Bytes that it may hold, and that it takes on the disk already. */
      size: z.number(),
      onDisk: z.number(),
    }).nullable().default(null),
    /** Of pods and services. A node of an earlier version does not say. */
    networks: names.default([...K3S_NETWORKS]),
  }),
});
export type DoctorFacts = z.infer<typeof doctorFactsSchema>;

export interface Finding {
  /** Stable, for programs: "clock.differs". */
  readonly code: string;
  /** problem: do not go on; warning: worth knowing. */
  readonly level: "problem" | "warning";
  /** null: both nodes together. */
  readonly node: string | null;
  readonly what: string;
  readonly why: string;
  /** The command that mends it; null: none does. */
  readonly fix: string | null;
}

/** By a rule, which does not know the node's name. */
export type Found = Omit<Finding, "node">;

/** A rule finds nothing, or what is wrong. */
export interface Rule<Facts> {
  /** What is looked at, for the list of what is well. */
  readonly title: string;
  look(facts: Facts): readonly Found[];
}

export const findingSchema = z.strictObject({
  code: z.string(),
  level: z.enum(["problem", "warning"]),
  node: z.string().nullable(),
  what: z.string(),
  why: z.string(),
  fix: z.string().nullable(),
});

export function problem(
  code: string,
  what: string,
  rest: { readonly why: string; readonly fix?: string | null },
): Found {
  return { code, level: "problem", what, why: rest.why, fix: rest.fix ?? null };
}

export function warning(
  code: string,
  what: string,
  rest: { readonly why: string; readonly fix?: string | null },
): Found {
  return { ...problem(code, what, rest), level: "warning" };
}
