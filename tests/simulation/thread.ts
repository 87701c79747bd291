/** One thread of a process: what waits for it is done one by one, while it is not stopped. */
import type { World } from "./world.ts";

/** Where something comes from: in its order from each of them, and in no order between them. */
export type Source = "heartbeats" | "witness" | "replicator" | "own";

export interface ThreadOptions {
  readonly alive: () => boolean;
  /** Stopped until then, by the world's time. */
  readonly awakeAt: () => number;
  /** What it has begun keeps it so long. */
  readonly takesMs: () => number;
}

export class Thread {
  readonly #world: World;
  readonly #options: ThreadOptions;
  readonly #waiting = new Map<Source, (() => void)[]>();
  #busy = false;

  constructor(world: World, options: ThreadOptions) {
    this.#world = world;
    this.#options = options;
  }

  run(source: Source, task: () => void): void {
    const waiting = this.#waiting.get(source);
    if (waiting === undefined) this.#waiting.set(source, [task]);
    else waiting.push(task);
    if (this.#busy) return;
    this.#busy = true;
    this.#turn();
  }

  #turn(): void {
    const { alive, awakeAt, takesMs } = this.#options;
    if (!alive()) return;
    const world = this.#world;
    if (world.now < awakeAt()) {
      return world.later(awakeAt() - world.now, () => this.#turn());
    }
    const sources = [...this.#waiting.values()]
      .filter((tasks) => tasks.length > 0);
    this.#busy = sources.length > 0;
    if (!this.#busy) return;
    const tasks = sources.length === 1 ? sources[0]! : world.pick(sources);
    tasks.shift()!();
    world.later(takesMs(), () => this.#turn());
  }
}
