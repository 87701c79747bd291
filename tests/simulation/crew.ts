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

function one(worker: Worker, job: Job): Promise<Result> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Result>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(job);
  });
}
