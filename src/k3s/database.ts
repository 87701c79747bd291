/**
 * Work on a data directory of MariaDB before it is mirrored: a private server on a socket of its own, no network, for as long as it
 * takes. The distribution's service is stopped meanwhile; its unit is not needed.
 */
import { join } from "node:path";
import { command, CommandError } from "../system/command.ts";
import { sleep } from "../system/clock.ts";
import { exists } from "../system/files.ts";
import { running } from "../system/processes.ts";
import { type Unconfined, unconfined } from "./apparmor.ts";
import {
  datastoreHosts,
  datastoreSql,
  EMPTY_TEST_SQL,
  INSECURE_ACCOUNTS_SQL,
  SECURE_SQL,
} from "./texts.ts";
import type { Kept } from "../cluster/kept.ts";

export interface Server {
  /** Runs statements as root; the password in them reaches the server by standard input, never by argv. */
  sql(statements: string): Promise<string>;
}

/** Folders of private servers below /run. */
const PRIVATE = "hakit-mariadb-private-";
/** Recovery after a power cut during setting up included. */
const START_MS = 120_000;
const STOP_MS = 60_000;
const SQL_MS = 60_000;
const INSTALL_MS = 120_000;

/** Runs `work` with a private server on `folder`; it has stopped, cleanly, when this returns. */
export async function withServer<T>(
  folder: string,
  work: (server: Server) => Promise<T>,
  outside: Unconfined = unconfined,
): Promise<T> {
  await endLeftovers();
  const run = await Deno.makeTempDir({ dir: "/run", prefix: PRIVATE });
  const socket = join(run, "socket");
  const log = join(run, "log");
  try {
    await command(["chown", "mysql:mysql", run]);
    const argv = [...await outside(), await program("mariadbd", "mysqld")];
    const child = new Deno.Command(argv[0]!, {
      args: [...argv.slice(1), ...privateArguments(folder, run)],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended = false;
    const status = child.status.then(() => ended = true);
    try {
      const server = { sql: (text: string) => sql(socket, text) };
      await answering(server, () => ended, log);
      return await work(server);
    } finally {
      if (!ended) child.kill("SIGTERM");
      const patience = new AbortController();
      await Promise.race([status, sleep(STOP_MS, patience.signal)]);
      patience.abort();
      if (!ended) child.kill("SIGKILL");
      await status;
    }
  } finally {
    await Deno.remove(run, { recursive: true });
  }
}

/** Of a server on `folder` with all else in `run`. Exported for its test. */
export function privateArguments(folder: string, run: string): string[] {
  return [
    "--no-defaults",
    `--datadir=${folder}`,
    "--user=mysql",
    "--skip-networking",
    `--socket=${join(run, "socket")}`,
    `--pid-file=${join(run, "pid")}`,
    `--log-error=${join(run, "log")}`,
    // A TMPDIR of root's own (libpam-tmpdir) is closed to the user mysql.
    `--tmpdir=${run}`,
  ];
}

/** Makes MariaDB's own tables in `folder`. */
export async function makeTables(
  folder: string,
  outside: Unconfined = unconfined,
): Promise<void> {
  const before = await outside();
  if (before.length === 0) return await install(folder, {});
  // A script starts the server, which AppArmor would confine again however the script was started: it is given this to start instead.
  // Not in /run or /tmp, from which nothing can be run on many servers.
  const made = await Deno.makeTempDir({ dir: "/var/lib", prefix: "hakit-" });
  try {
    const server = join(made, "mariadbd");
    const argv = [...before, await program("mariadbd", "mysqld")];
    await Deno.writeTextFile(
      server,
      `#!/bin/sh\nexec ${argv.join(" ")} "$@"\n`,
      { mode: 0o700 },
    );
    await install(folder, { MYSQLD_BOOTSTRAP: server });
  } finally {
    await Deno.remove(made, { recursive: true });
  }
}

async function install(
  folder: string,
  env: { readonly [name: string]: string },
): Promise<void> {
  await command([
    await program("mariadb-install-db", "mysql_install_db"),
    "--no-defaults",
    `--datadir=${folder}`,
    "--user=mysql",
    "--auth-root-authentication-method=socket",
    "--skip-test-db",
    // Root's own TMPDIR (libpam-tmpdir) is closed to the user mysql.
  ], { timeoutMs: INSTALL_MS, env: { TMPDIR: "", ...env } });
}

/** What a run that was killed left behind would hold the data directory for ever. */
async function endLeftovers(): Promise<void> {
  for await (const { name } of Deno.readDir("/run")) {
    if (!name.startsWith(PRIVATE)) continue;
    const run = join("/run", name);
    const pid = serverOf(run);
    if (pid !== null) {
      Deno.kill(pid, "SIGTERM");
      const until = performance.now() + STOP_MS;
      while (serverOf(run) === pid) {
        if (performance.now() > until) Deno.kill(pid, "SIGKILL");
        await sleep(100);
      }
    }
    await Deno.remove(run, { recursive: true });
  }
}

/** The process that was started with this folder; its pid file may be missing yet, or name a stranger by now. */
function serverOf(run: string): number | null {
  const socket = `--socket=${join(run, "socket")}`;
  return running().find(({ argv }) => argv.includes(socket))?.pid ?? null;
}

/** No anonymous user, no root from elsewhere, no database test. */
export async function isSecured(server: Server): Promise<boolean> {
  const wrong = await server.sql(
    INSECURE_ACCOUNTS_SQL +
      EMPTY_TEST_SQL +
      "SELECT 1 FROM mysql.db WHERE Db LIKE 'test%';",
  );
  return wrong.trim() === "";
}

export async function secure(server: Server): Promise<void> {
  const drops = await server.sql(INSECURE_ACCOUNTS_SQL + EMPTY_TEST_SQL);
  await server.sql(drops + SECURE_SQL);
}

/** Database, every account and nothing more than they should have. */
export async function hasDatastore(
  server: Server,
  kept: Kept,
): Promise<boolean> {
  const found = await server.sql(
    "SELECT 'database' FROM information_schema.schemata WHERE schema_name='k3s';" +
      "SELECT Host FROM mysql.user WHERE User='k3s';" +
      // An account is made before it is given its rights: a power cut may lie between.
      "SELECT CONCAT('may ', Host) FROM mysql.db WHERE User='k3s' AND Db='k3s' AND CONCAT(Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv, Index_priv, Alter_priv)='YYYYYYYY';",
  );
  const hosts = datastoreHosts(kept);
  const expected = [
    "database",
    ...hosts,
    ...hosts.map((host) => `may ${host}`),
  ];
  return found.trim().split("\n").sort().join() === expected.sort().join();
}

export async function makeDatastore(
  server: Server,
  kept: Kept,
  password: string,
): Promise<void> {
  const hosts = datastoreHosts(kept).map((host) => `'${host}'`).join(",");
  const strangers = await server.sql(
    `SELECT CONCAT('DROP USER ', QUOTE(User), '@', QUOTE(Host), ';') FROM mysql.user WHERE User='k3s' AND Host NOT IN (${hosts});`,
  );
  await server.sql(strangers + datastoreSql(kept, password));
}

/** Names of databases that are neither MariaDB's own nor ours. */
export async function foreignDatabases(folder: string): Promise<string[]> {
  // hakit: what the checker of the datastore writes to.
  const own = new Set([
    "mysql",
    "performance_schema",
    "sys",
    "test",
    "k3s",
    "hakit",
  ]);
  const names: string[] = [];
  if (!await exists(folder)) return names;
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isDirectory || entry.name.startsWith(".")) continue;
    if (entry.name.startsWith("#") || entry.name === "lost+found") continue;
    const used = entry.name === "test" && await hasTables(folder, entry.name);
    if (used || !own.has(entry.name)) names.push(entry.name);
  }
  return names.sort();
}

async function hasTables(folder: string, name: string): Promise<boolean> {
  for await (const file of Deno.readDir(join(folder, name))) {
    if (file.name !== "db.opt") return true;
  }
  return false;
}

async function sql(socket: string, statements: string): Promise<string> {
  const argv = [
    await program("mariadb", "mysql"),
    "--no-defaults",
    "--protocol=socket",
    `--socket=${socket}`,
    "--user=root",
    "--batch",
    "--skip-column-names",
  ];
  const child = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(SQL_MS),
  }).spawn();
  const writer = child.stdin.getWriter();
  // A client that ends early (cannot connect) closes its input: its exit code tells.
  await writer.write(new TextEncoder().encode(statements)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    // The client repeats the statement, password and all: only its ERROR line goes on.
    const text = decoder.decode(stderr).split("\n")
      .find((line) => line.startsWith("ERROR")) ?? "";
    throw new CommandError(["mariadb"], code, text);
  }
  return decoder.decode(stdout);
}

async function answering(
  server: Server,
  ended: () => boolean,
  log: string,
): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    try {
      await server.sql("SELECT 1;");
      return;
    } catch (cause) {
      if (ended() || performance.now() > until) {
        const errors = (await Deno.readTextFile(log).catch(() => ""))
          .split("\n").filter((line) =>
            line.includes("[ERROR]") && !line.includes("Aborting")
          );
        throw new Error(
          `MariaDB did not start: ${errors.at(-1) ?? String(cause)}`,
          { cause },
        );
      }
      await sleep(100);
    }
  }
}

/** MariaDB 10.3 has the old names only. */
async function program(...names: readonly string[]): Promise<string> {
  for (const name of names) {
    for (const folder of ["/usr/sbin", "/usr/bin"]) {
      if (await exists(`${folder}/${name}`)) return `${folder}/${name}`;
    }
  }
  throw new Error(`Cannot find ${names[0]}: run "hakit prereq" first`);
}
