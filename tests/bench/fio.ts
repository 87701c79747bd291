/** Runs one fio job in a directory and answers what it measured. */
import { run } from "../e2e/replicator/shell.ts";

export interface Job {
  /** As in the table. */
  readonly name: string;
  /** What is counted: calls or mebibytes. */
  readonly unit: "writes/s" | "MiB/s";
  readonly writers: number;
  readonly blockSize: string;
  /** fsync after every write. */
  readonly sync: boolean;
  readonly sequential: boolean;
}

export interface Measurement {
  readonly perSecond: number;
  readonly medianUs: number;
  readonly p99Us: number;
}

/** The rows of DESIGN §9: each writer has a file of its own, every write goes by write(2). */
export const JOBS: readonly Job[] = [
  job("4 KiB writes, 1 writer", 1, false),
  job("4 KiB writes, 4 writers", 4, false),
  job("4 KiB writes with fsync, 1 writer", 1, true),
  job("4 KiB writes with fsync, 8 writers", 8, true),
  {
    name: "1 MiB sequential writes",
    unit: "MiB/s",
    writers: 1,
    blockSize: "1M",
    sync: false,
    sequential: true,
  },
];

function job(name: string, writers: number, sync: boolean): Job {
  return {
    name,
    unit: "writes/s",
    writers,
    blockSize: "4k",
    sync,
    sequential: false,
  };
}

/** The part of fio's JSON that is read here. */
interface Output {
  readonly jobs: readonly {
    readonly error: number;
    readonly write: {
      readonly iops: number;
      readonly bw_bytes: number;
      readonly clat_ns: { readonly percentile?: Record<string, number> };
    };
  }[];
}

export async function measure(
  job: Job,
  directory: string,
  seconds: number,
): Promise<Measurement> {
  // Sequential: 1 GiB at most, so that a RAM-backed copy fits; then from its beginning again.
  const size = job.sequential ? "1g" : "64m";
  const { stdout } = await run("fio", [
    ...["--name=bench", `--directory=${directory}`, "--output-format=json"],
    ...["--ioengine=psync", `--rw=${job.sequential ? "write" : "randwrite"}`],
    ...[`--bs=${job.blockSize}`, `--size=${size}`, "--fallocate=none"],
    ...[`--numjobs=${job.writers}`, "--group_reporting", "--thread"],
    ...["--time_based", `--runtime=${seconds}`, "--ramp_time=1"],
    ...["--randrepeat=1", "--unlink=1"],
    ...(job.sync ? ["--fsync=1"] : []),
    // What the page cache still owes the disk belongs to the run.
    ...(job.sequential ? ["--end_fsync=1"] : []),
  ], { timeoutMs: (seconds + 120) * 1000 });
  const output = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Output;
  const result = output.jobs[0];
  if (!result || result.error !== 0) {
    throw new Error(`fio failed in "${directory}": error ${result?.error}`);
  }
  const { iops, bw_bytes: bandwidth, clat_ns: latency } = result.write;
  const percentile = (key: string) => (latency.percentile?.[key] ?? 0) / 1000;
  return {
    perSecond: job.unit === "MiB/s" ? bandwidth / (1 << 20) : iops,
    medianUs: percentile("50.000000"),
    p99Us: percentile("99.000000"),
  };
}
