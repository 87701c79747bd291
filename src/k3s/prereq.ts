/** `hakit prereq`: a fresh server gets what a node needs. Nothing of a cluster is made; nothing listens afterwards that did not before, but for rpcbind (nfs-common's). */
import type { Output } from "../cli/output.ts";
import { type Facts, userIds } from "../cluster/facts.ts";
import type { Places } from "../cluster/places.ts";
import type { PrereqSettings } from "../cluster/settings.ts";
import type { Step } from "../cluster/step.ts";
import { basename } from "node:path";
import { command } from "../system/command.ts";
import { exists, writeDurably } from "../system/files.ts";
import { running } from "../system/processes.ts";
import { isSecured, makeTables, secure, withServer } from "./database.ts";
import { holdStep } from "./hold.ts";
import { makeFolders, preparedText } from "./made_folders.ts";
import { isMirrored, servicesStep, stopInitScript } from "./member.ts";
import { executableStep } from "./own_executable.ts";
import {
  installFromFolder,
  installFromNetwork,
  missingPackages,
} from "./packages.ts";
import { outdated, systemctl, writeFiles } from "./services.ts";
import {
  DATABASE_FOLDER,
  KERNEL_MODULES,
  MODULES_FILE,
  modulesText,
  NEEDRESTART,
  needrestartConfig,
} from "./texts.ts";

/**
 * One number for the user mysql on both servers, made before the package would take the next free one. Outside the ranges from which
 * Debian gives numbers by itself (100 upwards, 999 downwards); where it is taken, `second` compares and says so.
 */
const MYSQL_ID = 860;

/** All that was written goes to a slow disk. */
const PATIENT = { timeoutMs: 15 * 60_000 } as const;

/** Packages that this run, or one that was killed, took out of a bundle. */
export interface Unpacked {
  any(): Promise<boolean>;
  /** Their room is given back. */
  discard(): Promise<void>;
}

export function prereqSteps(
  settings: PrereqSettings,
  { at, facts, out, bundle = null, unpacked }: {
    readonly at: Places;
    readonly facts: Facts;
    readonly out: Pick<Output, "progress">;
    /** Packages out of a bundle. */
    readonly bundle?: { folder(): Promise<string> } | null;
    readonly unpacked: Unpacked;
  },
): Step[] {
  return [
    executableStep(),
    userStep(facts),
    packagesStep(settings, { out, bundle, unpacked }),
    holdStep(at),
    restartStep(),
    kernelStep(),
    securedStep(at),
    servicesStep(at),
    foldersStep(at, settings),
  ];
}

function userStep(facts: Facts): Step {
  return {
    name: "User mysql",
    done() {
      const { mysql } = facts;
      return Promise.resolve(
        mysql ? `uid ${mysql.uid}, gid ${mysql.gid}` : null,
      );
    },
    async do(say) {
      const id = String(MYSQL_ID);
      const { stdout } = await command(["getent", "group", "mysql"], {
        anyCode: true,
      });
      // With our number and without a user: a run that was cut off between the two.
      const begun = stdout.split(":")[2] === id;
      const free = await isFree("passwd", MYSQL_ID) &&
        (begun ||
          stdout === "" && await isFree("group", MYSQL_ID));
      if (!free) {
        say(`${MYSQL_ID} is taken here: the package chooses`);
        return;
      }
      if (!begun) {
        await command(["groupadd", "--system", "--gid", id, "mysql"]);
      }
      await command([
        "useradd",
        "--system",
        "--uid",
        id,
        "--gid",
        id,
        "--home-dir",
        "/nonexistent",
        "--no-create-home",
        "--shell",
        "/bin/false",
        "--comment",
        "MySQL Server",
        "mysql",
      ]);
      say(`uid ${id}, gid ${id}`);
    },
    async undo() {
      // A group without its user: the next run would call the number taken and let the package choose another one.
      if (await userIds("mysql") || await isFree("group", "mysql")) return;
      await command(["groupdel", "mysql"]);
    },
  };
}

async function isFree(database: string, key: string | number) {
  const { code } = await command(["getent", database, String(key)], {
    anyCode: true,
  });
  return code !== 0;
}

/** Exported for its test. */
export function packagesStep(
  settings: PrereqSettings,
  { out, bundle, unpacked, missing = missingPackages }: {
    readonly out: Pick<Output, "progress">;
    readonly bundle: { folder(): Promise<string> } | null;
    readonly unpacked: Unpacked;
    readonly missing?: () => Promise<string[]>;
  },
): Step {
  return {
    name: "Packages",
    async done() {
      if ((await missing()).length > 0) return null;
      // A run that was cut off between apt's end and the removal of what it was given.
      return await unpacked.any() ? null : "all installed";
    },
    async do(say) {
      const names = await missing();
      if (names.length > 0) await install(names);
      await unpacked.discard();
      say(names.join(", ") || "what a run before had unpacked is removed");
    },
  };

  async function install(names: string[]): Promise<void> {
    const { packages, proxy } = settings;
    if (packages) await installFromFolder(packages, names, out);
    else if (bundle) await installFromFolder(await bundle.folder(), names, out);
    else await installFromNetwork(names, { proxy, out });
    // dpkg has its own word on the disk, not what the packages' scripts made: a power cut would leave an installed MariaDB with
    // system tables of no length, which nothing makes anew.
    await command(["sync"], PATIENT);
    const left = await missing();
    if (left.length > 0) {
      throw new Error(`still not installed: ${left.join(", ")}`);
    }
  }
}

/** After an update of a library needrestart restarts who uses it, on Ubuntu 24.04 unasked: a failover on both servers in one night. */
function restartStep(): Step {
  const file = { path: NEEDRESTART, text: needrestartConfig() };
  return {
    name: "No restarts by needrestart",
    async done() {
      return (await outdated([file])).length === 0 ? NEEDRESTART : null;
    },
    async do() {
      await writeFiles([file]);
    },
  };
}

function kernelStep(): Step {
  const text = modulesText();
  return {
    name: "Kernel modules",
    async done() {
      const filesystems = await Deno.readTextFile("/proc/filesystems");
      const loaded =
        ["fuse", "xfs", "nfsd"].every((name) =>
          new RegExp(`\\t${name}$`, "m").test(filesystems)
        ) && await exists("/dev/loop-control");
      const kept = await Deno.readTextFile(MODULES_FILE).catch(() => "");
      return loaded && kept === text ? KERNEL_MODULES.join(", ") : null;
    },
    async do() {
      for (const name of KERNEL_MODULES) {
        await command(["modprobe", name], { timeoutMs: 30_000 });
      }
      await writeFiles([{ path: MODULES_FILE, text }]);
    },
  };
}

/** Asks the database itself; never one whose directory is, or was, mirrored. */
function securedStep(at: Places): Step {
  const mirrored = async () =>
    await exists(at.identity) || await isMirrored()
      ? "its data belongs to the cluster"
      : null;
  return {
    name: "MariaDB secured",
    glance: mirrored,
    async done() {
      const known = await mirrored();
      if (known !== null) return known;
      if (!await hasSystemTables()) return null;
      // The distribution's service holds the directory: looking means stopping it, which is to be done anyway.
      if (databaseRuns()) return null;
      const secured = await withServer(DATABASE_FOLDER, isSecured);
      return secured ? "no anonymous users, no remote root, no test" : null;
    },
    async do() {
      await systemctl("stop", "mariadb");
      await stopInitScript();
      if (!await hasSystemTables()) await makeSystemTables();
      await withServer(DATABASE_FOLDER, secure);
    },
  };
}

function databaseRuns(): boolean {
  return running().some(({ argv: [program = ""] }) =>
    ["mariadbd", "mysqld"].includes(basename(program))
  );
}

/** There while system tables are made: what lies beside it is half of something. */
const HALF_MADE = `${DATABASE_FOLDER}/.hakit-half-made`;

async function hasSystemTables(): Promise<boolean> {
  return await exists(`${DATABASE_FOLDER}/mysql`) && !await exists(HALF_MADE);
}

/** After `uninstall --data` the package is there and its directory is empty. */
async function makeSystemTables(): Promise<void> {
  await command(["install", "-d", "-m", "755", DATABASE_FOLDER]);
  await command(["chown", "mysql:mysql", DATABASE_FOLDER]);
  if (await exists(HALF_MADE)) {
    for await (const entry of Deno.readDir(DATABASE_FOLDER)) {
      const path = `${DATABASE_FOLDER}/${entry.name}`;
      if (path !== HALF_MADE) await Deno.remove(path, { recursive: true });
    }
  } else {
    // An absent folder "mysql" alone does not say that nothing else is here.
    for await (const entry of Deno.readDir(DATABASE_FOLDER)) {
      if (entry.name === "lost+found") continue;
      throw new Error(
        `${DATABASE_FOLDER} has no system tables but holds "${entry.name}": expected a database or an empty folder; move it away`,
      );
    }
    await writeDurably(HALF_MADE, "Written by hakit prereq.\n");
  }
  await makeTables(DATABASE_FOLDER);
  await command(["sync", "-f", DATABASE_FOLDER], PATIENT);
  await Deno.remove(HALF_MADE);
}

/** Exported for its test. */
export function foldersStep(
  at: Places,
  settings: Pick<PrereqSettings, "storage" | "export">,
): Step {
  const folders = [settings.storage, settings.export];
  const note = { path: at.preparedFolders, text: preparedText(settings) };
  return {
    name: "Folders",
    async done() {
      for (const folder of folders) if (!await exists(folder)) return null;
      // A cluster that is made has settings of its own.
      const noted = await exists(at.settings) ||
        (await outdated([note])).length === 0;
      return noted ? folders.join(", ") : null;
    },
    async do() {
      await makeFolders(at, folders);
      if (!await exists(at.settings)) await writeFiles([note]);
    },
  };
}

/** For the summary: the numbers that `second` will compare. */
export async function mysqlText(): Promise<string> {
  const ids = await userIds("mysql");
  return ids ? `uid ${ids.uid}, gid ${ids.gid}` : "missing";
}
