/**
 * Two clients that number what they write and remember what was acknowledged: rows through the virtual address, from beside the
 * servers; and lines with fsync in a file over kernel NFS, from one of the servers. A number whose fate is unknown (the
 * connection broke before the answer) is never used again: it may be there or not.
 */
import { join } from "node:path";
import {
  CLIENT,
  on,
  pause,
  type Server,
  type Stream,
  stream,
  until,
  VIRTUAL_ADDRESS,
} from "./lab.ts";

const PASSWORD = "proof-0123456789";
/** Where K3s' volumes are exported, and where the writing server mounts it. */
const EXPORT = "/srv/hakit-k3s";
const MOUNT = "/mnt/hakit-proof";
/** A row without answer: the connection is given up. */
const ANSWER_MS = 4000;

export interface Acknowledged {
  readonly number: number;
  /** When the answer came, `performance.now()`. */
  readonly at: number;
}

/** What was ever acknowledged, and the first number that was never used: it outlives the writers. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  next = 1;
}

/** What both writers have in common: acknowledged numbers, and waiting for them. */
abstract class Writer {
  /** What went wrong on the way, in the order in which it came. */
  readonly errors: string[] = [];
  protected stopped = false;

  constructor(readonly what: string, readonly ledger: Ledger) {}

  get acknowledged(): readonly Acknowledged[] {
    return this.ledger.acknowledged;
  }

  protected note(number: number): void {
    this.ledger.acknowledged.push({ number, at: performance.now() });
  }

  /** Resolves once `count` more were acknowledged. */
  async more(count: number, seconds: number): Promise<void> {
    const goal = this.acknowledged.length + count;
    await until(
      `${count} more acknowledged ${this.what}`,
      seconds,
      () => this.acknowledged.length >= goal ? true : null,
      100,
    );
  }

  /** The longest time without an acknowledgement since a moment, in seconds. */
  longestPause(since: number): number {
    let longest = 0;
    let last = since;
    for (const { at } of this.acknowledged) {
      if (at < since) continue;
      longest = Math.max(longest, at - last);
      last = at;
    }
    return Math.max(longest, performance.now() - last) / 1000;
  }
}

/** What a number is written with: a torn or mixed-up one is seen. */
function text(number: number): string {
  return `${number}-${((number * 2654435761) >>> 0).toString(16)}`;
}

export class RowWriter extends Writer {
  #client: Stream | null = null;
  readonly #loop: Promise<void>;
  readonly #config: string;

  private constructor(config: string, ledger: Ledger) {
    super("rows", ledger);
    this.#config = config;
    this.#loop = this.#run();
  }

  /** Makes the table and its user once, on the primary; an earlier run's are dropped. */
  static async prepare(primary: Server): Promise<void> {
    await on(
      primary,
      `rm -f ${EXPORT}/lines; mariadb -e "DROP DATABASE IF EXISTS proof; CREATE DATABASE proof;
        CREATE TABLE proof.written (number BIGINT PRIMARY KEY, note VARCHAR(64) NOT NULL) ENGINE=InnoDB;
        CREATE USER IF NOT EXISTS proof@'${CLIENT}' IDENTIFIED BY '${PASSWORD}';
        GRANT INSERT ON proof.* TO proof@'${CLIENT}'"`,
    );
  }

  static async start(folder: string, ledger: Ledger): Promise<RowWriter> {
    const config = join(folder, "client.cnf");
    await Deno.writeTextFile(
      config,
      `[client]\nhost=${VIRTUAL_ADDRESS}\nuser=proof\npassword=${PASSWORD}\nconnect-timeout=3\n`,
      { mode: 0o600 },
    );
    return new RowWriter(config, ledger);
  }

  async #run(): Promise<void> {
    while (!this.stopped) {
      this.#client ??= stream([
        ...["host", "mariadb", `--defaults-file=${this.#config}`],
        ...["--batch", "--skip-column-names", "--unbuffered", "proof"],
      ]);
      const number = this.ledger.next++;
      try {
        await this.#client.send(
          `INSERT INTO written VALUES (${number}, '${
            text(number)
          }'); SELECT ${number};\n`,
        );
        const answer = await inTime(this.#client.lines.next(), ANSWER_MS);
        if (answer.value !== String(number)) {
          throw new Error("the connection ended");
        }
        this.note(number);
        await pause(20);
      } catch (error) {
        if (!this.stopped) this.errors.push(String(error));
        await this.#hangUp();
        await pause(300);
      }
    }
  }

  async #hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.stop();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.#hangUp();
    await this.#loop;
  }
}

/** Runs on the server. Numbers it lost sight of are told, so that a stale handle or an I/O error is not passed over. */
const LINE_WRITER = `
import os, sys, time
path, number = sys.argv[1], int(sys.argv[2])
fd = -1
while True:
    try:
        if fd < 0: fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        text = "%d-%x\\n" % (number, number * 2654435761 & 0xffffffff)
        os.write(fd, text.encode())
        os.fsync(fd)
        print("ok", number, flush=True)
    except OSError as error:
        print("error", number, error, flush=True)
        if fd >= 0:
            try: os.close(fd)
            except OSError: pass
        fd = -1
        time.sleep(0.3)
    number += 1
    time.sleep(0.02)
`;

export class LineWriter extends Writer {
  readonly #stream: Stream;
  readonly #loop: Promise<void>;

  private constructor(readonly server: Server, ledger: Ledger) {
    super("lines", ledger);
    this.#stream = stream([
      ...["sh", String(server)],
      `exec python3 -c '${LINE_WRITER}' ${MOUNT}/lines ${ledger.next}`,
    ]);
    this.#loop = this.#run();
  }

  /** Mounts the export from the virtual address, as a pod's volume is mounted, and writes. */
  static async start(server: Server, ledger: Ledger): Promise<LineWriter> {
    await on(
      server,
      `mkdir -p ${MOUNT} && { mountpoint -q ${MOUNT} || mount -t nfs4 -o vers=4.1,hard,timeo=50 ${VIRTUAL_ADDRESS}:${EXPORT} ${MOUNT}; }`,
      { seconds: 90 },
    );
    return new LineWriter(server, ledger);
  }

  async #run(): Promise<void> {
    for await (const line of this.#stream.lines) {
      const [word, number, ...rest] = line.split(" ");
      this.ledger.next = Number(number) + 1;
      if (word === "ok") this.note(Number(number));
      else this.errors.push(rest.join(" "));
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.#stream.stop();
    await this.#loop;
    // One number may have been written after the last that was told.
    this.ledger.next += 2;
    // The connection's end does not end the program on the server.
    await on(
      this.server,
      // The brackets keep pkill from ending its own shell, whose command line holds the pattern, too.
      `pkill -f "python3.*[p]roof/lines"; for i in 1 2 3 4 5 6 7 8 9 10; do umount ${MOUNT} 2>/dev/null || ! mountpoint -q ${MOUNT} && break; sleep 1; done; ! mountpoint -q ${MOUNT} || umount -f -l ${MOUNT}`,
      { seconds: 60, anyCode: true },
    );
  }
}

/** The acknowledged rows that the database on this server lacks, or has with another text. */
export async function lostRows(
  primary: Server,
  ledger: Ledger,
): Promise<readonly number[]> {
  // Before the question: what is acknowledged while it is answered need not be in the answer.
  const acknowledged = [...ledger.acknowledged];
  const { stdout } = await on(
    primary,
    `mariadb -N -B -e "SELECT note FROM proof.written"`,
    { seconds: 120 },
  );
  return absent(acknowledged, stdout);
}

/** The acknowledged lines that the file on the primary lacks. */
export async function lostLines(
  primary: Server,
  ledger: Ledger,
): Promise<readonly number[]> {
  const acknowledged = [...ledger.acknowledged];
  const { stdout } = await on(primary, `cat ${EXPORT}/lines`, { seconds: 120 });
  return absent(acknowledged, stdout);
}

function absent(
  acknowledged: readonly Acknowledged[],
  written: string,
): readonly number[] {
  const found = new Set(written.split("\n"));
  return acknowledged.map(({ number }) => number)
    .filter((number) => !found.has(text(number)));
}

async function inTime<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer")), limitMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
