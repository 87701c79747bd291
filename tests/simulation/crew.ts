/** Shares jobs among Workers, one job at a time each; with one worker everything runs here. */
import { type Job, type Result, runJob } from "./batch.ts";

export class Crew {
  readonly #workers: Worker[];

  constructor(size: number) {
    this.#workers = size < 2 ? [] : Array.from(
      { length: size },
      () =>
        new Worker(new URL("./crew_worker.ts", import.meta.url), {
          type: "module",
        }),
    );
  }

  /** Until all is done, or `took` says that it is enough. */
  async work(
    jobs: readonly Job[],
    took: (result: Result) => boolean,
  ): Promise<void> {
    const left = [...jobs];
    let enough = false;
    if (this.#workers.length === 0) {
      for (const job of left) {
        if (!took(runJob(job))) return;
        // Whoever waits in this process has his turn.
        await Promise.resolve();
      }
      return;
    }
    await Promise.all(this.#workers.map(async (worker) => {
      for (let job = left.shift(); job && !enough; job = left.shift()) {
        if (!took(await one(worker, job))) enough = true;
      }
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.terminate();
    await Promise.resolve();
  }
}

/** A life that never ends says nothing by itself: without this a whole level was ended at its limit, and nobody knew by which seed. */
const STUCK_MS = 3 * 60_000;

async function one(worker: Worker, job: Job): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  worker.onmessage = ({ data }: MessageEvent<Result>) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(job);
  const { kind, from, count } = job;
  const stuck = setTimeout(
    () =>
      reject(
        new Error(
          `${kind}: seeds ${from} to ${from + count - 1} have no end after ${
            STUCK_MS / 60_000
          } minutes`,
        ),
      ),
    STUCK_MS,
  );
  return await promise.finally(() => clearTimeout(stuck));
}
