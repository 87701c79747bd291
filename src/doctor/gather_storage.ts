/** Disks and their speed, and what is on this server already. */
import { dirname, join } from "node:path";
import type { Places } from "../cluster/places.ts";
import { foreignDatabases } from "../k3s/database.ts";
import { K3S } from "../k3s/files.ts";
import { DATABASE_FOLDER } from "../k3s/texts.ts";
import { leftAsTheyAre, wantedFiles } from "../k3s/written.ts";
import { exists, readIfPresent } from "../system/files.ts";
import type { DoctorFacts, Existing } from "./facts.ts";
import { Tools } from "./tools.ts";

const SYNCS = 30;
const BLOCK = 4096;
const CHUNK = 1 << 20;
const CHUNKS = 64;
/** A disk that hangs must not make the doctor hang with it. */
const LONGEST_TRIAL_MS = 20_000;
/** Neither fill a disk nor measure one that is nearly full. */
const ROOM = 1024 ** 3;
/** Sections of its files that MariaDB's server reads. */
const GROUPS = ["mysqld", "server", "mariadb", "mariadbd"] as const;
const MOST_NAMES = 20;
const RIVALS = [
  "pacemaker",
  "corosync",
  "keepalived",
  "heartbeat",
  "drbd",
  "safekit",
  "glusterd",
];

export async function gatherDisks(
  folders: readonly string[],
  { measure, tools = new Tools() }: {
    /** Not where a copy lies: the services of both nodes would wait for what is written there, and so might the heartbeats. */
    readonly measure: boolean;
    readonly tools?: Tools;
  },
): Promise<DoctorFacts["disks"]> {
  const disks = [];
  for (const folder of folders) {
    let at = folder;
    while (!await exists(at)) at = dirname(at);
    const answer = await tools.ask(
      ["df", "--output=source,fstype,avail", "-B1", at],
    );
    // A disk that hangs, or a server that has no time to look.
    if (answer === null) continue;
    const [device = "", type = "", free = "0"] =
      answer.text.split("\n").at(-1)?.trim().split(/\s+/) ?? [];
    const space = Number(free);
    // Through the mirror every write would cross the network.
    const tried = measure && Deno.uid() === 0 && !type.startsWith("fuse") &&
      space > ROOM;
    const speed = tried ? await trial(at).catch(() => null) : null;
    disks.push({
      folder,
      device,
      type,
      free: space,
      syncMs: speed?.syncMs ?? null,
      bytesPerSecond: speed?.bytesPerSecond ?? null,
    });
  }
  return disks;
}

async function trial(folder: string) {
  const path = await Deno.makeTempFile({
    dir: folder,
    prefix: ".hakit-doctor-",
  });
  try {
    using file = await Deno.open(path, { write: true });
    // A name of its own is gone at once, whatever happens to us.
    await Deno.remove(path);
    const began = performance.now();
    const late = () => performance.now() - began > LONGEST_TRIAL_MS;
    const times: number[] = [];
    const block = crypto.getRandomValues(new Uint8Array(BLOCK));
    while (times.length < SYNCS && !late()) {
      const start = performance.now();
      await file.write(block);
      await file.syncData();
      times.push(performance.now() - start);
    }
    const chunk = crypto.getRandomValues(new Uint8Array(BLOCK * 8));
    const start = performance.now();
    let bytes = 0;
    while (bytes < CHUNKS * CHUNK && !late()) bytes += await file.write(chunk);
    await file.syncData();
    const seconds = (performance.now() - start) / 1000;
    return {
      syncMs: times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? null,
      bytesPerSecond: seconds > 0 ? Math.round(bytes / seconds) : null,
    };
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

export async function gatherExisting(
  at: Places,
  storage: string,
  tools: Tools = new Tools(),
): Promise<Existing> {
  const kine = ["kine.ibd", "kine.frm"].map((name) =>
    join(DATABASE_FOLDER, "k3s", name)
  );
  const ours = await exists(at.cluster) || await exists(at.k3sToken);
  const datadir = ours ? null : datadirIn(
    await tools.said(["my_print_defaults", ...GROUPS]),
  );
  const changed = ours ? await changedFiles(at).catch(() => []) : [];
  return {
    ours,
    ...changed.length === 0 ? {} : { changed },
    k3s: ours ? null : await foreignK3s(),
    ...datadir === null ? {} : { datadir },
    databases: await foreignDatabases(DATABASE_FOLDER).catch(() => []),
    datastore: !ours && (await Promise.all(kine.map(exists))).includes(true),
    mysqlPackages: await mysqlPackages(tools),
    exports: ours ? [] : await exportLines(),
    storage: ours ? [] : await namesIn(storage),
    rivals: await runningRivals(tools),
  };
}

/** Not those that an agent which begins would renew. */
async function changedFiles(at: Places): Promise<string[]> {
  const files = await wantedFiles(at);
  return files === null ? [] : await leftAsTheyAre(at, files);
}

/** Another data directory than hakit's, of the options that MariaDB's files give it; null: none. Pure. */
export function datadirIn(options: string): string | null {
  const given = options.split("\n")
    .map((line) => /^--datadir=(.*)$/.exec(line)?.[1]).filter(Boolean).at(-1);
  const folder = given?.replace(/\/+$/, "");
  return folder === undefined || folder === DATABASE_FOLDER ? null : folder;
}

/** Its unit, its agent or its data; an executable alone is looked at when it would be replaced. */
async function foreignK3s(): Promise<string | null> {
  const signs = [
    K3S.unit,
    "/etc/systemd/system/k3s-agent.service",
    join(K3S.data, "k3s", "server", "db"),
    join(K3S.data, "k3s", "server", "token"),
    join(K3S.data, "k3s", "agent", "client-kubelet.crt"),
  ];
  for (const sign of signs) if (await exists(sign)) return sign;
  return null;
}

async function mysqlPackages(tools: Tools): Promise<string[]> {
  const lines = await tools.said([
    "dpkg-query",
    "-W",
    "-f=${Package} ${db:Status-Status}\\n",
    "mysql-server*",
    "mysql-community-server*",
    "percona-server-server*",
  ]);
  return lines.split("\n").filter((line) => line.endsWith(" installed"))
    .map((line) => line.split(" ")[0]!).slice(0, MOST_NAMES);
}

async function exportLines(): Promise<string[]> {
  const files = ["/etc/exports"];
  const folder = "/etc/exports.d";
  if (await exists(folder)) {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".exports")) files.push(join(folder, name));
    }
  }
  const lines: string[] = [];
  for (const file of files) {
    const text = await readIfPresent(file) ?? "";
    lines.push(
      ...text.split("\n").map((line) => line.replace(/#.*/, "").trim())
        .filter((line) => line !== ""),
    );
  }
  return lines.map((line) => line.slice(0, 200)).slice(0, MOST_NAMES);
}

async function namesIn(folder: string): Promise<string[]> {
  if (!await exists(folder)) return [];
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name === ".hakit" || name === "lost+found") continue;
    names.push(name);
    if (names.length >= MOST_NAMES) break;
  }
  return names.sort();
}

async function runningRivals(tools: Tools): Promise<string[]> {
  const found: string[] = [];
  for (const unit of RIVALS) {
    if (await tools.said(["systemctl", "is-active", unit]) === "active") {
      found.push(unit);
    }
  }
  return found;
}
