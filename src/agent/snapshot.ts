/**
 * What support needs of this node, in files: configuration, logs, records, what the kernel shows. Secrets are taken out by value, not by
 * name: whatever stands in a secret file of /etc/hakit, in a module's variable or in what its checkers are given, and is not known to be harmless, occurs nowhere in it.
 */
import { join } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import type { ArchiveFile } from "../module/archive.ts";
import {
  checkerSecrets,
  secretsInFile,
  variableSecrets,
} from "./module_secrets.ts";
import { command } from "../system/command.ts";
import { secretsOf as oidcSecrets } from "../oidc/settings_file.ts";
import { readTail } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import {
  pathOf,
  pathSecrets,
  redact,
  REMOVED,
  secretsIn,
} from "../system/redact.ts";
import { messageOf } from "../system/message.ts";

/** Of each log: what happened lately. */
const LOG_LINES = 5000;
const LOG_BYTES = 1024 * 1024;
/** Newest script runs of a module. */
const SCRIPT_LOGS = 20;
/** So that both nodes' fit into one archive. */
const MOST_BYTES = 12 * 1024 * 1024;
const MOST_FILES = 400;

/** Readable by anybody, or needed to understand: all else in /etc/hakit is a secret. */
const OPEN_FILES = ["cluster.yaml", "node", "ca.pem", "node.pem", "own.pem"]
  .concat(["k3s.yaml", "k3s-files.json", "boot-units", "held-packages"]);

const COMMANDS: Readonly<{ [file: string]: readonly string[] }> = {
  "ip-address.txt": ["ip", "addr"],
  "ip-route.txt": ["ip", "route"],
  "disks.txt": ["df", "-h"],
  "mounts.txt": ["cat", "/proc/mounts"],
  "memory.txt": ["cat", "/proc/meminfo"],
  "kernel.txt": ["uname", "-a"],
  "system.txt": ["cat", "/etc/os-release"],
  "processes.txt": ["ps", "-eo", "pid,ppid,etime,rss,comm"],
};

export interface SnapshotSource {
  readonly paths: Paths;
  /** Named in the archive's folder. */
  readonly node: string;
  /** What is known beside the files: state.json, modules.json. */
  readonly known: Readonly<{ [file: string]: unknown }>;
}

/** All files of one node below a folder of its name. What cannot be read says so in its place. */
export async function collect(
  { paths, node, known }: SnapshotSource,
): Promise<ArchiveFile[]> {
  const secrets = await secretsOf(paths.etc);
  const files: ArchiveFile[] = [];
  let bytes = 0;
  const add = (path: string, text: string) => {
    const content = new TextEncoder().encode(redact(text, secrets));
    if (bytes + content.length > MOST_BYTES || files.length >= MOST_FILES) {
      return;
    }
    bytes += content.length;
    files.push({ path: `${node}/${path}`, executable: false, content });
  };

  for (const [file, value] of Object.entries(known)) {
    add(file, JSON.stringify(value, null, 2) + "\n");
  }
  for (const name of OPEN_FILES) {
    await addFile(add, `etc/${name}`, join(paths.etc, name));
  }
  for (const module of await namesIn(join(paths.etc, "modules"))) {
    const folder = join(paths.etc, "modules", module);
    await addFile(
      add,
      `etc/modules/${module}/module.yaml`,
      `${folder}/module.yaml`,
    );
    for (const script of await namesIn(join(folder, "bin"))) {
      await addFile(
        add,
        `etc/modules/${module}/bin/${script}`,
        `${folder}/bin/${script}`,
      );
    }
    for (const name of ["record.json", "identity.json"]) {
      await addFile(
        add,
        `state/${module}/${name}`,
        join(paths.state, module, name),
      );
    }
    const logs = await namesIn(join(paths.log, module));
    for (const name of newest(logs)) {
      await addFile(
        add,
        `log/${module}/${name}`,
        join(paths.log, module, name),
      );
    }
  }
  for (const name of await namesIn(paths.log)) {
    if (/\.log(\.1)?$/.test(name)) {
      await addFile(add, `log/${name}`, join(paths.log, name));
    }
  }
  for (const [file, argv] of Object.entries(COMMANDS)) {
    add(`system/${file}`, await outputOf(argv));
  }
  return files;
}

/** Everything secret that this node's configuration holds. */
export async function secretsOf(etc: string): Promise<string[]> {
  const secrets: string[] = [];
  for (const name of await namesIn(etc)) {
    if (OPEN_FILES.includes(name)) continue;
    if (name === "oidc.json") {
      // By name: the issuer's address and groups may be read, and a short secret stays one.
      secrets.push(...oidcSecrets(await textOf(join(etc, name)) ?? ""));
      continue;
    }
    secrets.push(...secretsIn(await textOf(join(etc, name)) ?? ""));
  }
  for (const module of await namesIn(join(etc, "modules"))) {
    const folder = join(etc, "modules", module);
    const yaml = await textOf(join(folder, "module.yaml")) ?? "";
    const { words, files } = variableSecrets(yaml, folder);
    secrets.push(...words, ...checkerSecrets(yaml));
    for (const file of files) {
      secrets.push(...secretsInFile(await textOf(file) ?? ""));
    }
  }
  const yaml = await textOf(join(etc, "cluster.yaml")) ?? "";
  secrets.push(...await notificationSecrets(yaml));
  return secrets.filter((secret) => secret !== REMOVED);
}

/** Of `notifications:`, as far as it can be read; what mail servers and webhooks are asked with may stand in files anywhere. */
async function notificationSecrets(yaml: string): Promise<string[]> {
  const file = parseDocument(yaml);
  const channels = ["email", "webhooks"].flatMap((kind) => {
    const list = file.getIn(["notifications", kind]);
    return isSeq(list) ? list.items.filter((one) => isMap(one)) : [];
  });
  const all = await Promise.all(channels.map(async (channel) => {
    const textIn = async (key: string) => {
      const place = channel.get(key);
      return typeof place === "string"
        ? (await textOf(place) ?? "").trim()
        : "";
    };
    const template = channel.get("template");
    const urls = [String(channel.get("url") ?? ""), await textIn("url_file")];
    const header = await textIn("header_file");
    const own = await textIn("template_file");
    return [
      ...urls.flatMap((url) => webhookSecrets(url, template)),
      ...secretsInFile(await textIn("password_file")),
      ...secretsInFile(header),
      ...secretsIn(own),
      header.split(/[:\s]+/).at(-1)!,
    ];
  }));
  return all.flat().filter(({ length }) => length >= SHORTEST);
}

/** Shorter words are in every log. */
const SHORTEST = 4;
/** A topic of this length is no word that stands everywhere. */
const SHORTEST_TOPIC = 6;

/** Whoever knows a webhook's address may post there, and where it is the address of a topic read it, too. */
function webhookSecrets(url: string, template: unknown): string[] {
  const path = pathOf(url);
  const parts = path.split("/").filter((part) => part !== "");
  const topic = template === "ntfy" ? parts.at(-1) ?? "" : "";
  return [
    url,
    ...parts.length > 1 ? [path] : [],
    ...pathSecrets(url),
    ...topic.length >= SHORTEST_TOPIC ? [topic] : [],
  ];
}

async function addFile(
  add: (path: string, text: string) => void,
  path: string,
  file: string,
): Promise<void> {
  try {
    const lines = await readTail(file, LOG_LINES, LOG_BYTES);
    if (lines.length > 0) add(path, lines.join("\n") + "\n");
  } catch (error) {
    add(path, `(cannot be read: ${messageOf(error)})\n`);
  }
}

/** Names of the files and folders in it, in order; none where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      // Half-written ones and names that an archive does not take.
      if (/^[\w][\w.+-]{0,100}$/.test(name)) names.push(name);
    }
  } catch {
    // Not there, or no folder.
  }
  return names.sort();
}

/** By the date in their names; what has none is kept. */
function newest(names: readonly string[]): string[] {
  const dated = names.filter((name) => /\d{4}-\d\d-\d\dT/.test(name))
    .sort((a, b) => dateIn(a) < dateIn(b) ? 1 : -1);
  const old = new Set(dated.slice(SCRIPT_LOGS));
  return names.filter((name) => name.includes(".log") && !old.has(name));
}

function dateIn(name: string): string {
  return name.slice(name.search(/\d{4}-/));
}

async function textOf(file: string): Promise<string | null> {
  return await Deno.readTextFile(file).catch(() => null);
}

async function outputOf(argv: readonly string[]): Promise<string> {
  try {
    return (await command([...argv], { anyCode: true })).stdout;
  } catch (error) {
    return `(${argv[0]}: ${messageOf(error)})\n`;
  }
}
