/** cluster.yaml and module.yaml: one schema gives type, validation and the console's form. Unknown keys are errors. */
import { z } from "zod";
import { checksOf, rulesOf, unknownVariables } from "../checker/checks.ts";
import { Exclusions } from "../replication/exclusions.ts";
import { MAX_TIMEOUT_MS, RESTARTS } from "../machine/turn.ts";
import { RuleError } from "../rules/tokens.ts";
import { address, checkersSchema, processesSchema } from "./checkers.ts";
import { duration } from "./duration.ts";
import { notificationsSchema } from "./notifications.ts";
import { parseNetwork } from "../system/address.ts";

const rate = z.string().regex(
  /^\d+[KMG]?$/,
  'expected bytes per second such as "50M"',
);
const name = z.string().regex(
  /^[a-z][a-z0-9-]{0,30}$/,
  "expected up to 31 of a-z, 0-9 and -, beginning with a letter",
);

/** Both nodes look ten times a second, and half of it is how long a node may stand still without asking who it is. */
const LEAST_TIMEOUT_MS = 500;

export const heartbeatTimeout = duration.refine(
  (ms) => ms >= LEAST_TIMEOUT_MS && ms <= MAX_TIMEOUT_MS,
  `expected ${LEAST_TIMEOUT_MS}ms to ${
    MAX_TIMEOUT_MS / 1000
  }s: a shorter one takes a machine that hesitates for dead`,
);

/** More often is load without use. */
const LEAST_PERIOD_MS = 50;
const PERIOD_MS = 300;

const heartbeatSchema = z.strictObject({
  /** Default: 300 ms, or a third of a shorter time-out. */
  period: duration.optional(),
  /** Silence after which the peer is lost. */
  timeout: heartbeatTimeout.default(2100),
  port: z.int().min(1).max(65535).default(4800),
}).transform(({ period, ...heartbeat }, context) => {
  // Two datagrams may be lost: a node is not dead for that.
  const most = Math.floor(heartbeat.timeout / 3);
  const chosen = period ?? Math.min(PERIOD_MS, most);
  if (chosen < LEAST_PERIOD_MS || chosen > most) {
    context.addIssue({
      code: "custom",
      path: ["period"],
      message:
        `${chosen}ms does not fit timeout (${heartbeat.timeout}ms), expected ${LEAST_PERIOD_MS}ms to a third of it, ${most}ms: make it so in cluster.yaml of both nodes`,
    });
  }
  return { ...heartbeat, period: chosen };
});

/** A larger network is nobody's own: its strangers would write their addresses themselves. */
const SHORTEST_PREFIX = { 4: 8, 6: 32 } as const;

const proxy = z.string().refine(
  (text) => {
    const network = parseNetwork(text);
    return network !== null &&
      network.prefix >= SHORTEST_PREFIX[network.family];
  },
  'expected an address or a network of your own, such as "127.0.0.1", "::1" or "10.42.0.0/16"',
);

export const clusterSchema = z.strictObject({
  cluster: name,
  /** 16 random bytes in hexadecimal: two clusters of the same name never mix. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** First node first; each with one address a link, in the same order. */
  nodes: z.array(z.strictObject({
    name,
    addresses: z.array(address).min(1).max(8),
  })).length(2),
  /** Link by link, in the order of the addresses; those that are left out are not trusted. */
  links: z.array(z.strictObject({
    /** A cable of its own between the nodes: replication is not encrypted on it, only authenticated when it connects. */
    trusted: z.boolean().default(false),
  })).max(8).default([]),
  heartbeat: heartbeatSchema.prefault({}),
  split_brain: z.strictObject({
    /**
     * Name of the node whose data stays when both wrote apart; default: the side that the witness let go on, else the former primary.
     * It holds while both nodes say the same.
     */
    keep: name.optional(),
  }).prefault({}),
  /** Reboots this machine when what it serves could not be taken away in time; default: none. */
  watchdog: z.strictObject({
    device: z.string().regex(
      /^(\/[^/\0]+)+$/,
      'expected a path such as "/dev/watchdog"',
    ).default("/dev/watchdog"),
    /** Not petted for so long, the machine reboots. */
    timeout: duration.refine(
      (ms) => ms >= 2_000 && ms <= 300_000,
      "expected 2s to 5m",
    ).default(10_000),
    /** A module whose lease has ended is stopped within this, or the machine reboots. */
    stop: duration.refine(
      (ms) => ms >= 5_000 && ms <= 3_600_000,
      "expected 5s to 1h",
    ).default(60_000),
  }).optional(),
  console: z.strictObject({
    port: z.int().min(1).max(65535).default(9010),
    /** The same without encryption, only when it is asked for; default: for this machine alone. */
    http: z.strictObject({
      port: z.int().min(1).max(65535),
      address: address.default("127.0.0.1"),
    }).optional(),
    /** Reverse proxies by address or network: X-Forwarded-For and X-Forwarded-Host count from there, and from nowhere else. */
    trusted_proxies: z.array(proxy).max(16).default([]),
  }).prefault({}),
  /** Who is told of what, by which way: src/module/notifications.ts. */
  notifications: notificationsSchema.prefault({}),
}).superRefine(({ nodes, links, split_brain: { keep } }, context) => {
  const [one, two] = nodes.map((node) => node.name);
  if (one === two) {
    context.addIssue({
      code: "custom",
      path: ["nodes", 1, "name"],
      message: `"${two}" is the first node's name, too, expected another`,
    });
  }
  if (keep !== undefined && keep !== one && keep !== two) {
    context.addIssue({
      code: "custom",
      path: ["split_brain", "keep"],
      message: `"${keep}" is no node, expected ${one} or ${two}`,
    });
  }
  const count = nodes[0]?.addresses.length ?? 0;
  if (links.length <= count) return;
  context.addIssue({
    code: "custom",
    path: ["links"],
    message:
      `${links.length} links, but the nodes have ${count} addresses each: expected at most one entry an address`,
  });
});
export type Cluster = z.infer<typeof clusterSchema>;

/** "10.0.0.9/24", "fd00::9": an address that the kernel takes, with a prefix that fits its family. */
const virtualAddress = z.string().refine((text) => {
  const [address, prefix, ...rest] = text.split("/");
  if (rest.length > 0) return false;
  const v4 = z.ipv4().safeParse(address).success;
  if (!v4 && !z.ipv6().safeParse(address).success) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 &&
    Number(prefix) <= (v4 ? 32 : 128);
}, 'expected an address such as "10.0.0.9", "10.0.0.9/24" or "fd00::9/64"');

/** Mounted over: a path that is not its own plain form, or holds the system, is a mistake. */
const mirroredPath = z.string().max(1024).refine(
  (path) =>
    /^(\/[^/\0]+)+$/.test(path) &&
    !path.split("/").some((part) => part === "." || part === ".."),
  'expected an absolute path without "." , ".." and trailing "/", such as "/srv/data"',
).refine(
  (path) =>
    !["/etc", "/usr", "/bin", "/lib", "/sbin", "/boot", "/dev", "/proc"]
      .concat(["/sys", "/run", "/var", "/var/lib", "/tmp", "/root", "/home"])
      .includes(path),
  "is a folder of the system, expected one of its own such as /srv/data",
);

/** Below a mirrored directory: "mysql/ibdata1". */
const pathBelow = z.string().max(1024).refine(
  (path) =>
    /^[^/\0]+(\/[^/\0]+)*$/.test(path) &&
    !path.split("/").some((part) => part === "." || part === ".."),
  'expected a path below the directory, without "/" at its begin or end, "." and "..", such as "mysql/ibdata1"',
);

/** All patterns of a module together: both nodes tell each other all of them in one small frame. */
const MAX_EXCLUDED = 4000;

const exclusion = z.string().max(255).refine(
  (pattern) =>
    /^[^/\p{Cc}]+(\/[^/\p{Cc}]+)*$/u.test(pattern) &&
    !pattern.split("/").some((part) => part === "." || part === ".."),
  'expected a name such as "*.tmp", or a path below the directory without "/" at its begin or end, "." and "..", such as "mysql/tmp"',
).refine(
  (pattern) => !pattern.includes("**"),
  '"**" is not known: a pattern without "/" fits names in all directories, "*" stands for anything within one name',
).refine(
  (pattern) => !/^\*+$/.test(pattern),
  "would exclude everything: nothing would be mirrored",
);

/** Whether a path below the directory, or a directory on the way to it, is excluded. */
function excludesPath(pattern: string, path: string): boolean {
  const exclusions = new Exclusions([pattern]);
  const words = path.split("/"), bytes = new TextEncoder();
  return words.some((word, i) =>
    exclusions.excludes(
      bytes.encode(word),
      () => bytes.encode(words.slice(0, i).join("/")),
    )
  );
}

/** The mirrored directory that a path (default: the first one) lies in, and is not excluded from; null: none. */
function mirroredAt(
  directories: readonly {
    readonly path: string;
    readonly exclude?: readonly string[] | undefined;
  }[],
  path = directories[0]?.path,
): string | null {
  const found = directories.find((directory) => {
    if (path === directory.path) return true;
    if (!path?.startsWith(`${directory.path}/`)) return false;
    const below = path.slice(directory.path.length + 1);
    return !directory.exclude?.some((one) => excludesPath(one, below));
  });
  return found?.path ?? null;
}

export const moduleSchema = z.strictObject({
  name,
  title: z.string().max(120).optional(),
  mode: z.enum(["mirror"]),
  /** on: started at boot; off: not; auto: started at boot when it was running. */
  boot: z.enum(["on", "off", "auto"]).default("on"),
  /** Waited for first: networks and disks of a machine come up one after the other. */
  boot_delay: duration.default(0),
  /** off: the service stays on its node, whatever happens, until a person moves it. */
  failover: z.enum(["on", "off"]).default("on"),
  /** Where the primary belongs once both nodes are level again: "alone" nowhere (no swap back), "last" where it was, or a node. */
  default_primary: name.default("alone"),
  /** Failures and restarts by rules, a period, before the module is stopped; period "0s": never. */
  max_restarts: z.int().min(0).max(1000).default(RESTARTS.maximum),
  restart_period: duration.default(RESTARTS.periodMs),
  /** TCP port of the replicators. A module that is installed without one while this is taken gets the next free one written in. */
  port: z.int().min(1).max(65535).default(5600),
  virtual_addresses: z.array(z.strictObject({
    /** With prefix: 10.0.0.9/24. Without: /32 or /128. */
    address: virtualAddress,
    /** Default: the interface in whose network it is; where none has it, the one that carries the first link. */
    interface: z.string().regex(
      /^[^\s/:]{1,15}$/,
      "expected the name of a network interface",
    ).optional(),
  })).max(16).default([]),
  directories: z.array(
    z.strictObject({
      path: mirroredPath,
      /** Path below it that must exist before the module starts: it waits where the file system of `path` is not mounted. */
      tocheck: pathBelow.optional(),
      /**
       * What is not mirrored: names in any directory ("*.tmp"), or paths below this one ("mysql/tmp"), and whatever stands in them. Each
       * node has its own there, which no copy ever touches.
       */
      exclude: z.array(exclusion).min(1).max(64).optional(),
      /**
       * strict (default): a write returns when it is on both nodes. fsync: when it is sent; fsync returns when it is on both disks. After a
       * failover the survivor then shows what a power cut of one machine would leave: everything up to a moment, and all that was synced.
       */
      guarantee: z.enum(["strict", "fsync"]).optional(),
    }).superRefine(({ tocheck, exclude = [] }, context) => {
      const issue = (path: (string | number)[], message: string) =>
        context.addIssue({ code: "custom", path, message });
      const hides = tocheck === undefined
        ? -1
        : exclude.findIndex((pattern) => excludesPath(pattern, tocheck));
      if (hides >= 0) {
        issue(
          ["exclude", hides],
          `"${
            exclude[hides]
          }" excludes "${tocheck}" of tocheck, which must be on both nodes`,
        );
      }
    }),
  ).max(16).superRefine((directories, context) => {
    let excluded = 0;
    directories.forEach(({ exclude = [] }, index) => {
      excluded += new TextEncoder().encode(exclude.join("")).length;
      if (excluded <= MAX_EXCLUDED) return;
      context.addIssue({
        code: "custom",
        path: [index, "exclude"],
        message:
          `brings all exclusions to ${excluded} bytes, expected at most ${MAX_EXCLUDED}`,
      });
    });
    directories.forEach(({ path }, index) => {
      const other = directories.find((entry, at) =>
        at !== index &&
        (path.startsWith(`${entry.path}/`) ||
          (path === entry.path && at < index))
      );
      if (!other) return;
      context.addIssue({
        code: "custom",
        path: [index, "path"],
        message: `"${path}" is inside "${other.path}" or the same, expected ` +
          `folders apart from each other`,
      });
    });
  }).default([]),
  resync: z.strictObject({
    /** Bytes of data per second that are sent, "50M"; what is read and compared by hash is not counted. 0: no cap. */
    limit: rate.default("0"),
  }).prefault({}),
  verify: z.strictObject({
    /**
     * Bytes per second that are compared on both nodes all the time, "10M"; 0: only by "hakit verify". Off unless it is wanted: reading
     * everything again and again takes room in both nodes' caches from the services.
     */
    rate: rate.default("0"),
  }).prefault({}),
  /** Given to scripts as environment variables. */
  variables: z.record(
    z.string().regex(
      /^[A-Z][A-Z0-9_]*$/,
      "expected a name of capitals, digits and _, beginning with a capital",
    ),
    z.string(),
  )
    .default({}),
  scripts: z.strictObject({
    start_timeout: duration.default(300_000),
    stop_timeout: duration.default(300_000),
  }).prefault({}),
  /** systemd's units that scripts start: frozen with all that scripts started themselves, when this node must not serve any more. */
  services: z.array(
    z.string().regex(
      /^[A-Za-z0-9@_.\\:-]{1,200}\.(service|scope)$/,
      'expected the name of a unit, such as "mariadb.service"',
    ),
  ).max(16).default([]),
  checkers: checkersSchema.prefault({}),
  processes: processesSchema,
  /** Failover rules: src/rules/parse.ts says how they are written. */
  rules: z.string().default(""),
  /** A condition must hold so long without a break before its rule fires. */
  hold: duration.default(15_000),
}).superRefine((module, context) => {
  const checks = checksOf(module);
  for (const [index, check] of checks.entries()) {
    const { resource, kind, when, action } = check;
    const at = checks.slice(0, index).filter((check) => check.kind === kind);
    const path = kind === "proc"
      ? ["processes", at.length]
      : ["checkers", kind, at.length];
    const issue = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [...path, key], message });
    if (at.some((check) => check.resource === resource)) {
      issue("name", `there is a checker "${resource}" already`);
    }
    const [missing] = unknownVariables(check, module.variables);
    if (missing) issue("name", `there is no variable ${missing}`);
    if (check.kind === "module" && check.module === module.name) {
      issue("module", "is this module itself, expected another");
    }
    if (
      check.kind === "mount" && module.directories.length === 0 &&
      check.path === undefined
    ) {
      issue("path", "is missing, as the module has no mirrored directory");
    }
    // Elsewhere it would write below the mount, into the copy that nobody but the replicator may touch.
    const bare = check.kind === "mount" && when !== "prim" &&
      mirroredAt(module.directories, check.path);
    if (bare) {
      issue(
        "when",
        `is ${when}, but "${bare}" is mirrored: expected prim, as it is written to only where the module is primary`,
      );
    }
    if (action === "wait" && when !== "pre") {
      issue(
        "action",
        'wait needs "when: pre": another checker does not look while the module waits',
      );
    }
  }
  try {
    rulesOf(module);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    context.addIssue({
      code: "custom",
      path: ["rules"],
      message: error.message,
      params: { line: error.line, column: error.column },
    });
  }
});
export type Module = z.infer<typeof moduleSchema>;
