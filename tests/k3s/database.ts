/** The module mariadb's own scripts on a folder of the test, as the agent would call them. */
import { join } from "node:path";

const MODULE = join(import.meta.dirname!, "..", "..", "modules", "mariadb");

/** Why this machine cannot; null: it can. */
export const OBSTACLE = Deno.uid() !== 0
  ? "needs root"
  : !isThere("/usr/sbin/mariadbd")
  ? "MariaDB is not installed"
  : null;

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

export interface Run {
  readonly code: number;
  readonly text: string;
}

export class Database implements AsyncDisposable {
  private constructor(
    readonly home: string,
    readonly port: number,
    readonly name: string,
  ) {}

  static async make(name: string, port: number): Promise<Database> {
    const home = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "hakit-" });
    // MariaDB's own user must get in.
    await Deno.chmod(home, 0o755);
    await Deno.mkdir(join(home, "data"));
    await Deno.writeTextFile(join(home, "password"), "secret123\n", {
      mode: 0o600,
    });
    return new Database(home, port, name);
  }

  get data(): string {
    return join(this.home, "data");
  }

  get socket(): string {
    return `/run/hakit-mariadb-${this.name}/mariadbd.sock`;
  }

  async script(
    words: readonly string[],
    variables: Readonly<{ [name: string]: string }> = {},
  ): Promise<Run> {
    const [script, ...args] = words;
    const output = await new Deno.Command(join(MODULE, "bin", script!), {
      args,
      env: {
        HAKIT_HOME: this.home,
        HAKIT_MODULE: "mariadb",
        HAKIT_MODULE_DIR: MODULE,
        HAKIT_NODE: this.name,
        DATADIR: this.data,
        PORT: String(this.port),
        DATABASE: "k3s",
        DBUSER: "k3s",
        DBHOSTS: "localhost 127.0.0.1",
        PASSWORD_FILE: join(this.home, "password"),
        ...variables,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      text: decoder.decode(output.stdout) + decoder.decode(output.stderr),
    };
  }

  /** As root, through the socket. */
  async sql(statement: string): Promise<string> {
    const output = await new Deno.Command("mariadb", {
      args: [
        "--no-defaults",
        `--socket=${this.socket}`,
        "--batch",
        "--skip-column-names",
        "-e",
        statement,
      ],
      stderr: "piped",
    }).output();
    if (!output.success) {
      throw new Error(new TextDecoder().decode(output.stderr));
    }
    return new TextDecoder().decode(output.stdout).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.script(["stop_prim", "force", "ALONE", "STOP", "stop"]);
    await Deno.remove(this.home, { recursive: true });
    await Deno.remove(`/run/hakit-mariadb-${this.name}`, { recursive: true })
      .catch(() => {});
  }
}
