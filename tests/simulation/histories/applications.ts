/** The applications of the primary, and the kernel between: what they ask for, keep open and forget. */
import type { Inode } from "../../../src/replication/inode.ts";
import { KIND } from "../../../src/replication/operation.ts";
import type { Pipeline } from "../../../src/replication/pipeline.ts";
import { errnoName } from "../../../src/system/libc.ts";
import type { World } from "../world.ts";
import { type Change, Changes, type Habits } from "./change.ts";
import type { Node } from "./node.ts";

/** Who serves them. */
export interface Primary {
  readonly node: Node;
  readonly pipeline: Pipeline;
}

export class Applications {
  readonly #changes: Changes;
  readonly #open: Inode[] = [];
  /** By id, how many changes under way concern it: the kernel forgets none of these. */
  readonly #underWay = new Map<number, number>();

  constructor(readonly world: World, habits: Habits) {
    this.#changes = new Changes(world, habits);
  }

  /** So many changes at most, each done before the next one. */
  alone(primary: Primary, most: number): void {
    for (let i = 0; i < most; i++) {
      const change = this.#changes.draw(primary.node.volume);
      if (!change) continue;
      this.#submit(primary, change);
      primary.pipeline.complete();
      this.#openOrClose(change);
      for (const inode of change.concerns) {
        if (this.world.chance(0.3)) this.#forget(primary, inode);
      }
      primary.node.volume.putAway();
    }
  }

  /** One change that the peer is to have first. */
  mirrored(primary: Primary): void {
    const { node: { volume }, pipeline } = primary;
    if (!pipeline.accepting) return;
    const change = this.#changes.draw(volume);
    if (!change) return;
    // Whoever reads what is under way waits for it.
    const [, source] = change.concerns;
    if (change.operation.kind === KIND.COPY && source!.pending > 0) return;
    for (const inode of change.concerns) {
      if (pipeline.bind(volume, inode) !== "bound") return;
    }
    this.#submit(primary, change);
  }

  /** The kernel forgets what stands at some place. */
  forget(primary: Primary): void {
    const place = this.#changes.place(primary.node.volume);
    if (place?.inode) this.#forget(primary, place.inode);
  }

  /** The mount is gone. */
  die(): void {
    for (const inode of this.#open.splice(0)) inode.opens = 0;
    this.#underWay.clear();
  }

  #submit({ node, pipeline }: Primary, change: Change): void {
    const { world } = this, { volume } = node, { operation, what } = change;
    const makes = operation.kind === KIND.CREATE;
    this.#count(change, 1);
    world.note(`${node.name} ${what}`);
    pipeline.submit(operation, {
      volume,
      inode: change.inode,
      ahead: volume.answersAhead && operation.kind === KIND.WRITE,
      answer: (errno) => {
        this.#count(change, -1);
        const outcome = errno === 0 ? "done" : errnoName(errno);
        world.note(`${node.name} ${what}: ${outcome}`);
        const made = makes && errno === 0 ? volume.get(operation.id) : null;
        if (made) made.lookups = 1;
      },
    }, change.payload);
  }

  #count({ concerns }: Change, by: 1 | -1): void {
    for (const { id } of concerns) {
      this.#underWay.set(id, (this.#underWay.get(id) ?? 0) + by);
    }
  }

  #openOrClose({ inode }: Change): void {
    const { world } = this;
    if (inode && inode.fd >= 0 && world.chance(0.3)) {
      inode.opens++;
      this.#open.push(inode);
    }
    if (this.#open.length > 0 && world.chance(0.3)) {
      const at = Math.floor(world.between(0, this.#open.length));
      this.#open.splice(at, 1)[0]!.closed();
    }
  }

  #forget({ node, pipeline }: Primary, inode: Inode): void {
    const { volume } = node;
    if (inode === volume.root || inode.pinned || inode.ahead > 0) return;
    if (this.#underWay.get(inode.id)) return;
    this.world.note(`${node.name} forgets ${inode.id}`);
    pipeline.forget(volume, [inode.id]);
    volume.dropId(inode.id);
  }
}
