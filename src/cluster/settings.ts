/**
 * Settings of `prereq` and `first`: by flag, else environment (HAKIT_VIP), else YAML file (--config), else what an earlier `first`
 * kept. One schema says what each is; a wrong one is refused with where it came from.
 */
import { isIP } from "node:net";
import { parse } from "yaml";
import { z } from "zod";
import type { Call, Flag } from "../cli/command.ts";
import { heartbeatTimeout } from "../module/schema.ts";
import { canonical, contains, parseNetwork } from "../system/address.ts";
import {
  POD_NETWORK,
  POD_NETWORK_6,
  PREFIXES,
  SERVICE_NETWORK,
  SERVICE_NETWORK_6,
} from "./network.ts";
import { sizeRefusal } from "./volume_size.ts";

const name = z.string().regex(
  /^[a-z][a-z0-9-]{0,30}$/,
  "expected up to 31 of a-z, 0-9 and -, beginning with a letter",
);
/** "Node-1.example.org" → "node-1": a name that a node may have. */
export function nodeName(hostname: string): string | null {
  const short = hostname.split(".")[0]!.toLowerCase()
    .replace(/[^a-z0-9-]/g, "-").slice(0, 31).replace(/-+$/, "");
  return name.safeParse(short).success ? short : null;
}

/** In one way from here on: MariaDB compares an account's host as text with what it writes itself, so "FD00:0::2" would be let in never. */
const ip = z.string().refine(
  (text) => isIP(text) !== 0 && !text.includes("%"),
  "expected an IP address, such as 10.0.0.1",
).transform(canonical);
const withPrefix = z.string().refine(
  (text) => parseNetwork(text) !== null && text.includes("/"),
  "expected an address with prefix, such as 10.0.0.100/24",
).transform((text) => {
  const [address, prefix] = text.split("/");
  return `${canonical(address!)}/${prefix}`;
});
const folder = z.string().regex(
  /^(\/(?!\.{1,2}(\/|$))[\w.@+-]+)+$/,
  "expected an absolute path of letters, digits and . _ @ + -",
);
/** One address a link, "10.0.0.1,10.1.0.1" or a list. */
const addresses = z.preprocess(
  (value) => typeof value === "string" ? value.split(/[\s,]+/) : value,
  z.array(ip).min(1).max(8),
);

export const settingsSchema = z.strictObject({
  cluster: name.default("k3s"),
  node1: addresses,
  node2: addresses,
  /** Default: this server's host name, made fit. */
  name1: name.optional(),
  name2: name.default("node2"),
  vip: withPrefix,
  interface: z.string().regex(
    /^[\w.@:-]{1,15}$/,
    "expected an interface, such as eth0",
  )
    .optional(),
  /** Nodes' network, for no_proxy. Default: the virtual address' own. */
  network: withPrefix.optional(),
  /** Silence after which the other node is lost. Default: by this machine's pace (pace.ts), cluster.yaml's own 2.1 s where it is not slow. */
  detection: z.string().refine(
    (text) => heartbeatTimeout.safeParse(text).success,
    "expected 500ms to 60s, such as 5s",
  ).optional(),
  /** Networks that K3s gives to pods and to services (its --cluster-cidr and --service-cidr). */
  pods: withPrefix.default(POD_NETWORK),
  services: withPrefix.default(SERVICE_NETWORK),
  proxy: z.url({ protocol: /^https?$/, error: "expected http://HOST:PORT" })
    .optional(),
  /** Size of the volume; the file is sparse. */
  size: z.string().regex(
    /^\d+[MGT]$/,
    "expected a number and M, G or T, such as 100G",
  )
    .default("100G"),
  storage: folder.default("/var/lib/hakit-k3s/storage"),
  export: folder.default("/srv/hakit-k3s"),
  /** What becomes of a deleted claim's files: gone, or kept under archived-*, which grows for ever. */
  reclaim: z.enum(["delete", "archive"], {
    error: "expected delete or archive",
  }).default("delete"),
  /** Of the database's user k3s; generated when absent. */
  password: z.string().regex(
    /^[\w.~+-]{8,64}$/,
    "expected 8 to 64 letters, digits and . _ ~ + - (it becomes part of an address)",
  ).optional(),
  /** Folder with the executable k3s and image archives, or a version to download, with @SHA256 to pin it. */
  k3s: z.string().regex(
    /^(\/.*|\.{1,2}\/.*|v\d+\.\d+\.\d+\+k3s\d+(@[0-9a-f]{64})?)$/,
    "expected a folder (beginning with / or ./) or a version such as v1.33.5+k3s1",
  ).optional(),
  /** A mirror of K3s' releases: VERSION/k3s and VERSION/sha256sum-amd64.txt below it. */
  releases: z.url({
    protocol: /^https?$/,
    error: "expected https://HOST/PATH",
  }).optional(),
  /** Folder of .deb files instead of the network. */
  packages: z.string().min(1).optional(),
  /** A file of `hakit bundle create` instead of the network. */
  bundle: z.string().min(1).optional(),
  /** Whose bundle it must be: fingerprint, or file of the public key. */
  key: z.string().min(1).optional(),
}).superRefine((value, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (value.node1.length !== value.node2.length) {
    refuse(
      "node2",
      `has ${value.node2.length} addresses and node1 has ${value.node1.length}, expected one a link for each`,
    );
  }
  const all = [...value.node1, ...value.node2];
  const twice = all.find((address, i) => all.indexOf(address) !== i);
  if (twice) refuse("node2", `${twice} is given twice`);
  const [vip] = value.vip.split("/");
  if (all.includes(vip!)) {
    refuse(
      "vip",
      `${vip} is a node's own address, expected one that nobody has`,
    );
  } else if (
    ![value.node1, value.node2].every((node) =>
      node.some((address) => contains(value.vip, address))
    )
  ) {
    refuse(
      "vip",
      `${value.vip} is in no network that both nodes have, expected an address in a node's subnet`,
    );
  }
  for (const key of ["pods", "services"] as const) {
    const own = value[key];
    const inside = [...all, vip!].find((address) => contains(own, address));
    if (inside) {
      refuse(
        key,
        `${inside} lies in ${own}, which K3s gives to ${key}: give another network by --${key}, such as 172.28.0.0/16`,
      );
    }
  }
  if (
    contains(value.pods, value.services.split("/")[0]!) ||
    contains(value.services, value.pods.split("/")[0]!)
  ) {
    refuse("services", `${value.services} overlaps with that of --pods`);
  }
  // K3s gives up at its start where its networks and its nodes are of two families.
  const family = isIP(value.node1[0]!);
  if (isIP(value.node2[0]!) !== family) {
    refuse(
      "node2",
      `begins with ${value.node2[0]} and node1 with ${
        value.node1[0]
      }, expected two first addresses of one IP version`,
    );
  }
  for (const key of ["pods", "services"] as const) {
    const network = parseNetwork(value[key]);
    // What is no network at all has been said.
    if (network === null || network.family === family) continue;
    const [pods, services] = family === 6
      ? [POD_NETWORK_6, SERVICE_NETWORK_6]
      : [POD_NETWORK, SERVICE_NETWORK];
    refuse(
      key,
      `${
        value[key]
      } is of another IP version than the nodes' first addresses: give --pods ${pods} --services ${services}, or others of theirs`,
    );
  }
  // With others K3s does not start, or has nothing left for the second node, which never becomes Ready.
  for (const key of ["pods", "services"] as const) {
    const network = parseNetwork(value[key]);
    if (network === null) continue;
    const { prefix, family } = network;
    const [widest, narrowest] = PREFIXES[key][family];
    if (prefix >= widest && prefix <= narrowest) continue;
    const room = family === 6 ? "/64" : "/24";
    refuse(
      key,
      `K3s cannot take ${value[key]} for ${key}${
        key === "pods" ? `, of which each node gets a ${room}` : ""
      }: expected a prefix of /${widest} to /${narrowest}`,
    );
  }
  for (const key of ["name1", "name2"] as const) {
    if (value[key]?.endsWith("-")) {
      refuse(
        key,
        `"${
          value[key]
        }" ends with -, which Kubernetes takes for no node's name: expected a letter or a digit there`,
      );
    }
  }
  const size = sizeRefusal(value.size);
  if (size) refuse("size", size);
  if (value.name1 !== undefined && value.name1 === value.name2) {
    refuse("name2", `"${value.name2}" is the first node's name, too`);
  }
  if (
    value.storage === value.export ||
    value.export.startsWith(value.storage + "/") ||
    value.storage.startsWith(value.export + "/")
  ) {
    refuse(
      "export",
      "lies in the storage folder (or the other way round), expected two separate folders",
    );
  }
});
export type Settings = z.infer<typeof settingsSchema>;

/** Those that may be given before addresses are known: what `prereq` needs. */
export const prereqSchema = z.object({
  storage: folder.default("/var/lib/hakit-k3s/storage"),
  export: folder.default("/srv/hakit-k3s"),
  proxy: settingsSchema.shape.proxy,
  packages: settingsSchema.shape.packages,
  bundle: settingsSchema.shape.bundle,
  key: settingsSchema.shape.key,
});
export type PrereqSettings = z.infer<typeof prereqSchema>;

export const SETTING_FLAGS = {
  cluster: {
    type: "string",
    value: "NAME",
    summary: "the cluster's name (default k3s)",
  },
  node1: {
    type: "list",
    value: "ADDRESS",
    summary: "this server's address; several links: ADDR,ADDR",
  },
  node2: {
    type: "list",
    value: "ADDRESS",
    summary: "the other server's, in the same order",
  },
  name1: {
    type: "string",
    value: "NAME",
    summary: "this server's name (default: host name)",
  },
  name2: {
    type: "string",
    value: "NAME",
    summary: "the other server's name (default node2)",
  },
  vip: {
    type: "string",
    value: "ADDRESS/PREFIX",
    summary: "the virtual address",
  },
  interface: {
    type: "string",
    value: "NAME",
    summary: "where it is put (default: where its network is)",
  },
  network: {
    type: "string",
    value: "CIDR",
    summary: "the nodes' network, reached without proxy",
  },
  detection: {
    type: "string",
    value: "TIME",
    summary:
      "silence after which the other node is lost (default 2.1s; 5s with one processor, 10s on a slow machine)",
  },
  pods: {
    type: "string",
    value: "CIDR",
    summary: `K3s' network of pods (default ${POD_NETWORK})`,
  },
  services: {
    type: "string",
    value: "CIDR",
    summary: `K3s' network of services (default ${SERVICE_NETWORK})`,
  },
  proxy: {
    type: "string",
    value: "URL",
    summary: "HTTP proxy for packages and images",
  },
  size: {
    type: "string",
    value: "SIZE",
    summary: "of the volume, sparse (default 100G)",
  },
  storage: {
    type: "string",
    value: "DIR",
    summary: "mirrored folder (default /var/lib/hakit-k3s/storage)",
  },
  export: {
    type: "string",
    value: "DIR",
    summary: "folder that NFS exports (default /srv/hakit-k3s)",
  },
  reclaim: {
    type: "string",
    value: "WORD",
    summary:
      "files of a deleted claim: delete, or archive (kept as archived-*)",
  },
  password: {
    type: "string",
    value: "TEXT",
    summary:
      "of the database user (default: generated); other users of this machine see flags, better by HAKIT_PASSWORD",
  },
  k3s: {
    type: "string",
    value: "DIR|VERSION",
    summary: "folder with k3s, or version to download",
  },
  packages: {
    type: "string",
    value: "DIR",
    summary: "folder of .deb files instead of the network",
  },
  releases: {
    type: "string",
    value: "URL",
    summary: "mirror of K3s' releases, for a VERSION that is downloaded",
  },
  bundle: {
    type: "string",
    value: "FILE",
    summary: 'from "hakit bundle create", instead of the network',
  },
  key: {
    type: "string",
    value: "KEY",
    summary: "fingerprint, or public key, that must have signed the bundle",
  },
  config: {
    type: "string",
    value: "FILE",
    summary: "YAML file with any of these settings",
  },
} as const satisfies { readonly [name: string]: Flag };

const SETTING_NAMES = Object.keys(settingsSchema.shape);

/** A setting that cannot be used; exit code 2. */
export class SettingError extends Error {
  override readonly name = "ConfigError";
}

export interface Sources {
  readonly flags: Readonly<{ [name: string]: unknown }>;
  readonly environment: Readonly<{ [name: string]: string | undefined }>;
  /** The file's text and name. */
  readonly file?: { readonly text: string; readonly name: string } | undefined;
  /** What an earlier run kept. */
  readonly saved?: Readonly<{ [name: string]: unknown }> | undefined;
}

/** Flags as a source: those that were given. */
export function flagSource(call: Pick<Call, "text" | "list">) {
  const given: { [name: string]: unknown } = {};
  for (const [key, flag] of Object.entries(SETTING_FLAGS)) {
    if (key === "config") continue;
    const value = flag.type === "list"
      ? call.list(key).flatMap((text) => text.split(","))
      : call.text(key);
    if (value !== undefined && value.length > 0) given[key] = value;
  }
  return given;
}

/** Each setting from the first source that has it; throws SettingError naming setting and source. */
export function resolveSettings<T>(
  schema: z.ZodType<T>,
  sources: Sources,
): T {
  const origin = new Map<string, string>();
  const merged: { [name: string]: unknown } = {};
  const offer = (key: string, value: unknown, from: string) => {
    if (value === undefined || value === null || value === "") return;
    if (key in merged) return;
    merged[key] = value;
    origin.set(key, from);
  };
  for (const [key, value] of Object.entries(sources.flags)) {
    offer(key, value, `--${key}`);
  }
  for (const key of SETTING_NAMES) {
    const variable = `HAKIT_${key.toUpperCase()}`;
    offer(key, sources.environment[variable], variable);
  }
  if (sources.file) {
    for (const [key, value] of Object.entries(fileValues(sources.file))) {
      offer(key, value, `${sources.file.name}: ${key}`);
    }
  }
  for (const [key, value] of Object.entries(sources.saved ?? {})) {
    offer(key, value, `kept ${key}`);
  }
  const result = schema.safeParse(merged);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const key = String(issue.path[0] ?? "");
  if (!(key in merged) && issue.code !== "custom") {
    throw new SettingError(
      `${key} is missing: give --${key}, HAKIT_${key.toUpperCase()} or "${key}:" in the file of --config`,
    );
  }
  const shown = key === "password"
    ? "(not shown)"
    : JSON.stringify(merged[key]);
  throw new SettingError(
    `${origin.get(key) ?? key}: ${
      issue.code === "custom" && issue.path.length === 1
        ? issue.message
        : `${shown} cannot be used, ${issue.message}`
    }`,
  );
}

function fileValues(file: { readonly text: string; readonly name: string }) {
  let value: unknown;
  try {
    value = parse(file.text, { maxAliasCount: 0 });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.split("\n")[0] : cause;
    throw new SettingError(`${file.name}: ${text}`, { cause });
  }
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new SettingError(
      `${file.name}: expected lines such as "vip: 10.0.0.100/24"`,
    );
  }
  for (const key of Object.keys(value)) {
    if (!SETTING_NAMES.includes(key)) {
      throw new SettingError(
        `${file.name}: unknown setting "${key}", expected one of ${
          SETTING_NAMES.join(", ")
        }`,
      );
    }
  }
  return value as { [name: string]: unknown };
}
