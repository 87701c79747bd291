/** What is measured at a place: each answers a rate per second. */
import { join } from "node:path";
import { Database, installDatabase } from "../e2e/fs/database.ts";
import { run } from "../e2e/replicator/shell.ts";
import type { Place } from "./places.ts";

export type Work = (place: Place, seconds: number) => Promise<number>;

interface Fio {
  readonly writers: number;
  readonly sync?: boolean;
  readonly sequential?: boolean;
  readonly read?: boolean;
}

/** The part of fio's JSON that is read here. */
interface Side {
  readonly iops: number;
  readonly bw_bytes: number;
}
interface Output {
  readonly jobs: readonly {
    readonly error: number;
    readonly read: Side;
    readonly write: Side;
  }[];
}

/** Each writer has a file of its own, every write goes by write(2). 4 KiB: operations, sequential: MiB. */
export function fio(job: Fio): Work {
  return async ({ directory }, seconds) => {
    // Sequential: 1 GiB at most, so that a RAM-backed copy fits; then from its beginning again.
    const size = job.sequential ? "1g" : "64m";
    const kind = job.read ? "read" : "write";
    const { stdout } = await run("fio", [
      ...["--name=bench", `--directory=${directory}`, "--output-format=json"],
      ...["--ioengine=psync", `--rw=${job.sequential ? "" : "rand"}${kind}`],
      ...[`--bs=${job.sequential ? "1M" : "4k"}`, `--size=${size}`],
      ...["--fallocate=none", `--numjobs=${job.writers}`, "--group_reporting"],
      ...["--thread", "--time_based", `--runtime=${seconds}`, "--ramp_time=1"],
      ...["--randrepeat=1", "--unlink=1"],
      ...(job.sync ? ["--fsync=1"] : []),
      // What the page cache still owes the disk belongs to the run.
      ...(job.sequential && !job.read ? ["--end_fsync=1"] : []),
      // Read what was just written, from the cache.
      ...(job.read ? ["--invalidate=0", "--pre_read=1"] : []),
    ], { timeoutMs: (seconds + 180) * 1000 });
    const output = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Output;
    const result = output.jobs[0];
    if (!result || result.error !== 0) {
      throw new Error(`fio failed in "${directory}": error ${result?.error}`);
    }
    return job.sequential
      ? result[kind].bw_bytes / (1 << 20)
      : result[kind].iops;
  };
}

/** Makes, looks at and removes small files with one byte each: files per second for all three. */
export const smallFiles: Work = async ({ directory }) => {
  const count = 10_000;
  const at = join(directory, "small");
  await Deno.mkdir(at);
  const name = (i: number) => `${at}/file-${i}`;
  const byte = new Uint8Array(1);
  const began = performance.now();
  for (let i = 0; i < count; i++) {
    using file = Deno.openSync(name(i), { createNew: true, write: true });
    file.writeSync(byte);
  }
  for (let i = 0; i < count; i++) Deno.statSync(name(i));
  for (let i = 0; i < count; i++) Deno.removeSync(name(i));
  const seconds = (performance.now() - began) / 1000;
  await Deno.remove(at);
  return count / seconds;
};

/** MariaDB at its safest (a flush at every commit), 16 clients that write: transactions per second. */
export const database: Work = async ({ directory }, seconds) => {
  const own = await Deno.makeTempDir({ prefix: "hakit-bench-" });
  await Deno.chmod(own, 0o755);
  const [data, socket, log] = await installDatabase(directory, own);
  const server = new Database(data, socket, log);
  try {
    await server.ready();
    await server.sql("CREATE DATABASE sbtest");
    const bench = (command: string) =>
      run("sysbench", [
        "oltp_write_only",
        ...["--mysql-user=root", `--mysql-socket=${socket}`],
        ...["--tables=4", "--table-size=10000", "--threads=16"],
        ...[`--time=${seconds}`, "--db-driver=mysql", command],
      ]);
    await bench("prepare");
    const { stdout } = await bench("run");
    const rate = /transactions:.*\(([\d.]+) per sec/.exec(stdout)?.[1];
    if (!rate) throw new Error(`sysbench said: ${stdout}`);
    return Number(rate);
  } finally {
    await server.stop();
    await Deno.remove(data, { recursive: true });
    await Deno.remove(own, { recursive: true });
  }
};
