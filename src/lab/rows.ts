/** A client that writes numbered rows into the lab's service, through the virtual address, one at a time. */
import { chunksOf } from "../system/files.ts";
import { lines } from "../system/lines.ts";

/** An insert that takes longer is not acknowledged: the connection is given up. */
const ANSWER_MS = 1000;
/** The name of a row. */
const LONGEST_LINE = 1000;

export interface RowClient {
  /** Resolves with the row's name once the service has acknowledged it. */
  insert(row: string): Promise<string>;
  /** All rows of this run. */
  rows(): Promise<readonly string[]>;
  close(): void;
}

/** The database's own command-line client, kept open. */
export function openMariadb(config: string, run: string): RowClient {
  const child = new Deno.Command("sh", {
    args: [
      // MariaDB 10.3 has the old name only; exec, so that close() ends the client itself.
      ...["-c", 'exec "$(command -v mariadb || command -v mysql)" "$@"', "sh"],
      `--defaults-file=${config}`,
      ...["--batch", "--skip-column-names", "--unbuffered", "hakit"],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const answers = lines(child.stdout, LONGEST_LINE);
  const ask = async (sql: string) => {
    await writer.write(new TextEncoder().encode(`${sql}\n`));
  };
  return {
    async insert(row) {
      await ask(
        `INSERT INTO \`rows\` (note) VALUES ('${row}'); SELECT '${row}';`,
      );
      const answer = await inTime(answers.next(), ANSWER_MS);
      if (answer.value !== row) throw new Error("no acknowledgement");
      return row;
    },
    async rows() {
      await ask(
        `SELECT note FROM \`rows\` WHERE note LIKE '${run}-%'; SELECT '.';`,
      );
      const found: string[] = [];
      for (;;) {
        const { value, done } = await inTime(answers.next(), 30_000);
        if (done) throw new Error("the connection ended");
        if (value === ".") return found;
        found.push(value);
      }
    },
    close() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It ended by itself.
      }
      writer.abort().catch(() => {});
    },
  };
}

/** The built-in counter names its rows itself. */
export async function openCounter(
  hostname: string,
  port: number,
): Promise<RowClient> {
  const connection = await dial(hostname, port, ANSWER_MS);
  const answers = lines(chunksOf(connection), LONGEST_LINE);
  const ask = async (text: string) => {
    await connection.write(new TextEncoder().encode(`${text}\n`));
  };
  return {
    async insert() {
      await ask("next");
      const answer = await inTime(answers.next(), ANSWER_MS);
      if (answer.done || !/^\d+$/.test(answer.value)) {
        throw new Error("no acknowledgement");
      }
      return answer.value;
    },
    async rows() {
      await ask("rows");
      const found: string[] = [];
      await inTime(answers.next(), 30_000);
      for (;;) {
        const { value, done } = await inTime(answers.next(), 30_000);
        if (done) throw new Error("the connection ended");
        if (value === ".") return found;
        found.push(value);
      }
    },
    close() {
      try {
        connection.close();
      } catch {
        // The other side was first.
      }
    },
  };
}

/** A TCP connection within `limitMs`. */
export async function dial(
  hostname: string,
  port: number,
  limitMs: number,
): Promise<Deno.TcpConn> {
  return await Deno.connect({
    hostname,
    port,
    signal: AbortSignal.timeout(limitMs),
  });
}

async function inTime<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("too late")), limitMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
