/**
 * One session of the two nodes over a cable: the secondary is made level, pass by pass, while applications go on; then every change goes
 * to both. Who has his turn is drawn. As SourceSession and SecondarySession, without identities and without what they say of them.
 */
import { Outgoing } from "../../../src/peer/connection.ts";
import type { Context } from "../../../src/replication/context.ts";
import { Follower } from "../../../src/replication/follower.ts";
import { Levelling } from "../../../src/replication/levelling.ts";
import { encodeMarks, Marks } from "../../../src/replication/marks.ts";
import { ResyncTarget } from "../../../src/replication/resync/target.ts";
import { Settler } from "../../../src/replication/settler.ts";
import { Cable } from "../cable.ts";
import type { World } from "../world.ts";
import type { Applications, Primary } from "./applications.ts";
import type { Node } from "./node.ts";

const OUTGOING = 16 << 20;
/** Turns after which a resync that has not come to its end never will. */
const NO_END = 200_000;
/** Changes during one resync. */
const MOST_CHANGES = 60;
/** More than between two syncs of a node's disk. */
const SETTLE_MS = 2_500;

export interface SessionOptions {
  readonly world: World;
  readonly primary: Primary;
  readonly secondary: Node;
  readonly applications: Applications;
  readonly number: number;
  violated(what: string): never;
}

export class Session {
  readonly #cable: Cable;
  readonly #outgoing = new Outgoing(OUTGOING);
  readonly #follower: Follower;
  readonly #settler: Settler;
  #levelling: Levelling | null = null;
  #target: ResyncTarget | null = null;
  /** The secondary's, before anything more of the primary is taken. */
  #work: Generator<void, void> | null = null;

  constructor(readonly options: SessionOptions) {
    const { world, primary, secondary } = options;
    this.#cable = new Cable(world);
    secondary.volume.dropAll();
    // Numbers of an earlier session mean nothing in this one.
    const old = new Marks();
    old.add(secondary.marks, 0);
    secondary.marks.clear();
    secondary.marks.add(old);
    const slow = world.chance(0.3);
    this.#follower = new Follower(
      this.#cable.ends[1].connection,
      [secondary.volume],
      secondary.marks,
      {
        aio: { fsync: (_fd, _dataOnly, done) => done(0) },
        syncAll: (done) => done(0),
        journal: {
          enter: () => !(slow && world.chance(0.3)),
          flush() {},
          settle() {},
        },
        tide: { kept: { value: 0 }, keepBeside() {} },
        log: (text) => world.note(text),
        // What is received together is done at once here.
        now: () => 0,
        broken: (error) => options.violated(`a sync failed: ${error}`),
      },
      primary.pipeline.sequence,
    );
    this.#settler = new Settler(this.#context, primary.pipeline, [
      primary.node.volume,
    ]);
  }

  /** Of the primary, as far as the parts above use it: a disk that ends every sync at once. */
  get #context(): Context {
    const { world, primary } = this.options;
    return {
      dirty: primary.node.dirty,
      aide: {
        run: (
          _what: number,
          _fd: number,
          _path: null,
          done: (error: number) => void,
        ) => done(0),
      },
      now: () => world.now,
      log: (text: string) => world.note(text),
    } as unknown as Context;
  }

  /** True: level, every change goes to both from here on. False: cut before, at one of so many turns. */
  level(full: boolean, turns: number): boolean {
    const { world, primary, secondary, applications } = this.options;
    const { node, pipeline } = primary;
    world.note(`session: ${full ? "everything" : "what is marked"}`);
    this.#target = new ResyncTarget(
      [secondary.volume],
      this.#follower.outgoing,
      {
        adopts: full,
        fromDisk: full,
        announce: full ? () => {} : (marks) => {
          secondary.dirty.add(marks);
          secondary.dirty.flush();
        },
        flush: null,
        sync: (done) => done(),
        begin: (work) => this.#work = work,
      },
    );
    const levelling = new Levelling(this.#context, pipeline, [node.volume], {
      full,
      outgoing: this.#outgoing,
      control: { limit: 0, paused: false },
      persist: () => node.dirty.flush(),
      everything: () => world.note("everything is compared"),
    });
    this.#levelling = levelling;
    if (!full) {
      const theirs = new Marks();
      theirs.add(secondary.dirty.marks);
      theirs.add(secondary.marks);
      levelling.take(
        new TextEncoder().encode([...encodeMarks(theirs)].join("\n")),
      );
    }
    levelling.begin();
    const busy = world.chance(0.3) ? 0 : world.between(0, 0.5);
    let left = MOST_CHANGES;
    for (let turn = 0;; turn++) {
      if (turn >= turns) {
        world.note("cut in the middle of it");
        return false;
      }
      if (turn > NO_END) this.options.violated("a resync without an end");
      world.runFor(world.between(0, 4));
      if (
        pipeline.alone && !levelling.holding && world.chance(busy) && left > 0
      ) {
        left--;
        applications.alone(primary, 1);
      } else if (world.chance(0.6)) this.#secondaryTurn();
      else if (this.#primaryTurn(levelling)) break;
    }
    this.#mirror();
    return true;
  }

  /** True: the copies are equal now. */
  #primaryTurn(levelling: Levelling): boolean {
    const { connection } = this.#cable.ends[0];
    connection.receive(0);
    while (connection.next()) {
      const wrong = levelling.heard(connection.frame, connection.bytes());
      if (wrong !== null) this.options.violated(wrong);
    }
    const level = levelling.turn();
    this.#outgoing.flush(connection);
    this.options.primary.node.volume.putAway();
    return level;
  }

  /** False: there was nothing to do. */
  #secondaryTurn(): boolean {
    const { connection } = this.#cable.ends[1];
    let did = this.#work !== null;
    if (this.#work?.next().done) this.#work = null;
    if (!did) connection.receive(0);
    while (!this.#work && connection.next()) {
      did = true;
      const { frame } = connection;
      const wrong = this.#target!.heard(frame, connection.bytes());
      if (wrong !== null) this.options.violated(wrong);
    }
    this.#follower.outgoing.flush(connection);
    this.options.secondary.volume.putAway();
    return did;
  }

  /** What both record when the copies are level, both at once. */
  #mirror(): void {
    const { world, primary, secondary, number } = this.options;
    const { node, pipeline } = primary;
    world.runFor(10);
    if (this.#secondaryTurn()) {
      this.options.violated("level, and not at its end");
    }
    this.#target!.close();
    this.#target = null;
    this.#follower.level = true;
    this.#follower.applied = pipeline.sequence;
    pipeline.mirror(this.#cable.ends[0].connection, number);
    this.#settler.begin(this);
    node.dirty.clear();
    secondary.dirty.clear();
    secondary.marks.settle(0);
    pipeline.peerIsLevel = true;
    pipeline.pay();
    world.note("level");
  }

  /** So many turns of applications, both nodes and their disks, or until the session cannot go on (`over`). */
  mirrored(turns: number, over: () => boolean): void {
    const { world, primary, applications } = this.options;
    const { node, pipeline } = primary;
    for (let turn = 0; turn < turns && !over(); turn++) {
      world.runFor(world.between(0, 2));
      const lot = world.random(), some = 1 + Math.floor(world.between(0, 20));
      if (lot < 0.4) applications.mirrored(primary);
      else if (lot < 0.55) pipeline.flush();
      else if (lot < 0.7) this.#follow(some);
      else if (lot < 0.8) this.#hear(some);
      else if (lot < 0.9) {
        pipeline.complete();
        node.volume.putAway();
      } else if (lot < 0.93) pipeline.sendTimes(some);
      else if (lot < 0.95) this.#follower.settle();
      else if (lot < 0.97) {
        world.runFor(SETTLE_MS);
        this.#settler.turn(world.now);
      } else applications.forget(primary);
    }
  }

  /** Everything that was asked for is on both, and told: nothing may differ. */
  deliver(over: () => boolean): void {
    const { world, primary: { node, pipeline } } = this.options;
    world.note("all is delivered");
    for (let turn = 0; turn < NO_END && !over(); turn++) {
      pipeline.flush();
      world.runFor(10);
      const followed = this.#follow(Infinity), heard = this.#hear(Infinity);
      pipeline.complete();
      node.volume.putAway();
      pipeline.sendTimes(Infinity);
      const rests = !followed && !heard && !pipeline.unsent &&
        !pipeline.timesToSend && pipeline.waiting === 0;
      if (rests) return;
    }
    if (!over()) this.options.violated("it does not come to rest");
  }

  /** Takes so many frames at most; as SecondaryRole.#receive. False: none came. */
  #follow(most: number): boolean {
    const { connection } = this.#cable.ends[1];
    const follower = this.#follower;
    connection.receive(0);
    let came = 0;
    while (came < most && connection.next()) {
      came++;
      if (connection.frame.kind >= 64) follower.release();
      const wrong = follower.heard();
      if (wrong !== null) this.options.violated(wrong);
      if (connection.frame.kind < 64) this.options.secondary.volume.putAway();
    }
    follower.release();
    follower.acknowledge();
    follower.outgoing.flush(connection);
    return came > 0;
  }

  #hear(most: number): boolean {
    const { connection } = this.#cable.ends[0];
    connection.receive(0);
    let came = 0;
    while (came < most && connection.next()) {
      came++;
      const heard = this.options.primary.pipeline.heard(connection.frame);
      if (heard !== true) this.options.violated(`heard: ${heard}`);
    }
    return came > 0;
  }

  /** Cut, perhaps in the middle. */
  close(): void {
    const { primary: { pipeline }, secondary } = this.options;
    this.#levelling?.end();
    this.#work?.return();
    this.#target?.close();
    this.#settler.begin(null);
    pipeline.fresh = null;
    if (!pipeline.alone) pipeline.lose();
    this.#cable.close();
    this.#follower.close();
    this.#outgoing.close();
    secondary.volume.dropAll();
  }
}
