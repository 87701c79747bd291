/** One of two nodes: a directory on tmpfs without a mount, its dirty.log, and what its process remembers. */
import { join } from "node:path";
import { openBacking } from "../../../src/fuse/device.ts";
import { Dirty } from "../../../src/replication/dirty.ts";
import { Marks } from "../../../src/replication/marks.ts";
import { Volume } from "../../../src/replication/volume.ts";

/** Inodes that keep a descriptor: so few that most are put away and come back all the time. */
const IN_USE = 6;

export class Node {
  readonly directory: string;
  readonly volume: Volume;
  dirty: Dirty;
  /** As secondary: what the primary may not have on its disk. */
  readonly marks = new Marks();
  readonly #log: string;

  constructor(
    readonly name: "node1" | "node2",
    folder: string,
    options: {
      readonly newId: () => number;
      readonly answersAhead: boolean;
    },
  ) {
    this.directory = join(folder, name);
    this.#log = join(folder, `${name}.dirty`);
    Deno.mkdirSync(this.directory);
    const backing = openBacking(this.directory);
    this.volume = new Volume(0, this.directory, backing, options.newId, {
      limit: IN_USE,
      answersAhead: options.answersAhead,
    });
    this.dirty = new Dirty(this.#log);
  }

  /** What its process had in memory only is gone. */
  dies(): void {
    this.volume.dropAll();
    this.marks.clear();
    this.dirty.close();
    this.dirty = new Dirty(this.#log);
  }

  close(): void {
    this.volume.close();
    this.dirty.close();
  }
}
