/** A MariaDB server of a test's own, on whatever directory is under test. */
import { join } from "node:path";
import { sleep } from "../replicator/replicator_process.ts";
import { run, shell } from "../replicator/shell.ts";

/** A database server of this test's own. */
export class Database {
  readonly #child: Deno.ChildProcess;
  constructor(readonly dir: string, readonly socket: string, log: string) {
    this.#child = new Deno.Command("mariadbd", {
      args: [
        ...["--no-defaults", "--user=mysql", `--datadir=${dir}`],
        ...[`--socket=${socket}`, "--skip-networking", `--log-error=${log}`],
        ...[`--pid-file=${socket}.pid`, "--innodb-buffer-pool-size=64M"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }
  async ready() {
    for (let attempt = 0; attempt < 300; attempt++) {
      const { code } = await this.#client(["-e", "SELECT 1"], true);
      if (code === 0) return;
      await sleep(200);
    }
    throw new Error("MariaDB does not answer");
  }
  sql(text: string) {
    return this.#client(["-N", "-e", text], false);
  }
  #client(args: readonly string[], allowFailure: boolean) {
    return run("mariadb", [
      ...["--no-defaults", `--socket=${this.socket}`, "-uroot", ...args],
    ], { allowFailure });
  }
  async stop() {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }
  async kill() {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

/** Makes an empty database below `data` and a folder for its socket below `own`: the arguments of `Database`. */
export async function installDatabase(
  data: string,
  own: string,
): Promise<[string, string, string]> {
  const dir = join(data, "mysql");
  // The socket's folder must be reachable for the user mysql.
  const socketDir = await Deno.makeTempDir({ dir: own, prefix: "sock-" });
  await shell(`
    mkdir '${dir}'; chown mysql:mysql '${dir}' '${socketDir}'; chmod 700 '${dir}'
    mariadb-install-db --no-defaults --user=mysql --datadir='${dir}' \
      --skip-test-db --auth-root-authentication-method=normal`);
  return [dir, join(socketDir, "m"), join(socketDir, "log")];
}
