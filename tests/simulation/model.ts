/**
 * A replicator as the automaton sees it: data is a set of numbered writes, everything durable is in `ModelDisk`. It keeps the
 * promises of src/replication/control.ts and no more: commands take time, sessions break, a process dies between any two of its
 * steps. Fast; the real session, journal and marks run in data.ts.
 */
import {
  compare,
  descent,
  EMPTY,
  type Identity,
} from "../../src/replication/identity.ts";
import { unlike } from "../../src/replication/folder_tokens.ts";
import {
  newerFolder,
  otherFolder,
} from "../../src/replication/known_folders.ts";
import { related } from "../../src/replication/resync_plan.ts";
import { nextLevel } from "../../src/replication/tide.ts";
import type { Command, Report } from "../../src/replication/control.ts";
import { HANGS_MS, stalled } from "../../src/replication/stall.ts";
import type { Node, Storage } from "./node.ts";
import type { Copy, Replication } from "./process.ts";
import type { World } from "./world.ts";

/** What survives the process and a power cut. */
export class ModelDisk implements Storage, Copy {
  identity: Identity = EMPTY;
  readonly data = new Set<number>();
  /** Writes that this node made without the other since the copies parted. */
  readonly aloneWrites = new Set<number>();
  readonly salvage = new Set<number>();
  /** Writes that this node did as secondary, and the primary maybe not: equal generations are no equal copies then. */
  readonly marks = new Set<number>();

  /** As src/replication/folder_tokens.ts, a count only: what the state names, and what the folder carries. */
  token = 0;
  carried = 0;

  get copy(): Copy {
    return this;
  }

  /** The folder is another one than the state knows; null: it is that one. */
  get strange(): "newer" | "other" | null {
    const { identity, token, carried } = this;
    if (identity.current === null || carried === token) return null;
    return carried > token ? "newer" : "other";
  }

  draw(): void {
    this.token = this.carried = Math.max(this.token, this.carried) + 1;
  }

  /** What the folder shows while its disk is not mounted: nothing. What is returned mounts it. */
  unmount(): () => void {
    const mount = this.snapshot();
    this.#empty();
    this.carried = 0;
    return () => mount("data");
  }

  get consistent(): boolean {
    return this.identity.consistent;
  }

  start(node: Node): Replication {
    return new ModelReplicator(node, this);
  }

  powerCut(): void {}

  /** What stands here now; what it returns sets both disks back to it, or one of them. */
  snapshot(): (what?: "system" | "data") => void {
    const { identity, token, carried } = this;
    const { data, aloneWrites, salvage, marks } = this;
    const sets = [data, aloneWrites, salvage, marks].map((set) =>
      [set, new Set(set)] as const
    );
    return (what) => {
      if (what !== "data") Object.assign(this, { identity, token });
      if (what === "system") return;
      this.carried = carried;
      for (const [set, then] of sets) {
        set.clear();
        for (const write of then) set.add(write);
      }
    };
  }

  replaced(): void {
    this.identity = EMPTY;
    this.token = this.carried = 0;
    this.#empty();
  }

  #empty(): void {
    const { data, aloneWrites, salvage, marks } = this;
    for (const set of [data, aloneWrites, salvage, marks]) set.clear();
  }

  outdate(): void {
    this.identity = { ...this.identity, upToDate: false };
  }

  has(write: number): boolean {
    return this.data.has(write);
  }

  lackedBy(other: Copy): string | null {
    const missing = [...this.data].filter((write) => !other.has(write));
    return missing.length === 0 ? null : `writes ${missing.join(" ")}`;
  }
}

type Session = Report["session"];
const NAMES = ["node1", "node2"] as const;
const NO_TIDE = { value: 0 };
/** As src/replication/patience.ts and context.ts: of a disk that hangs, the peer's and its own. */
const SYNC_MS = 10_000;
const HOLDING_MS = 2_100;
const LAST_SYNC_MS = 20_000;
/** Writes that an application has under way at most. */
const MAX_WAITING = 4;
/** These end with something durable in the state directory. */
const DURABLE: readonly Command["command"][] = [
  "primary",
  "alone",
  "secondary",
  "idle",
  "outdate",
  "force",
];
/** These are done one after the other, beside the quick ones: src/replication/replicator.ts. */
const CHANGES: readonly Command["command"][] = [
  "primary",
  "secondary",
  "idle",
  "exit",
];

interface Given {
  readonly command: Command;
  readonly answer: (error: string | null) => void;
}

class ModelReplicator implements Replication {
  alive = true;
  phase: Report["phase"] = "idle";
  session: Session = "none";
  alone = false;
  fault: string | null = null;
  /** Bumped when a session begins or ends: late news of a former one is void. */
  epoch = 0;
  /** The connection, by a number that both ends know; 0: none. */
  connection = 0;
  readonly waiting: number[] = [];
  /** Acknowledges nothing of a mirrored session after this (by this machine's clock); null: no limit. */
  lease: number | null = null;
  reign = 0;
  readonly #node: Node;
  readonly #world: World;
  readonly disk: ModelDisk;
  readonly #changes: Given[] = [];
  readonly #quick: Given[] = [];
  #pausedUntil = 0;

  constructor(node: Node, disk: ModelDisk) {
    this.#node = node;
    this.#world = node.world;
    this.disk = disk;
  }

  get #other(): ModelReplicator | null {
    return this.#node.other.replicator as ModelReplicator | null;
  }

  /** The process is stopped and goes on: what the network brought meanwhile is still there. */
  pause(ms: number): void {
    const world = this.#world;
    this.#pausedUntil = Math.max(this.#pausedUntil, world.now + ms);
    const { connection } = this;
    if (ms < 2100) return;
    world.later(2100, () => this.#other?.noticeLoss(connection));
    world.later(ms, () => this.noticeLoss(connection));
  }

  get paused(): boolean {
    return this.#world.now < this.#pausedUntil;
  }

  #progress = 0;

  get waitingSince(): number {
    return this.waiting.length > 0 ? this.#progress : Infinity;
  }

  get awakeAt(): number {
    return this.#pausedUntil;
  }

  report(): Report {
    const { session } = this;
    const moves = session === "mirrored" || session === "resync";
    return {
      phase: this.phase,
      session,
      identity: {
        ...this.disk.identity,
        tide: moves ? undefined : this.disk.identity.tide,
        ...(this.#strange === "newer" ? unlike(this.disk.carried) : {}),
      },
      strange: this.#why,
      resync: null,
      lastResync: null,
      dirtyBytes: 0,
      waiting: this.waiting.length,
      waitingMs: 0,
      fault: this.fault,
      stalled: this.#stall,
      notice: null,
    };
  }

  /** Of one that has a role the folder is known. */
  get #strange(): "newer" | "other" | null {
    return this.phase === "idle" ? this.disk.strange : null;
  }

  get #why(): string | null {
    const strange = this.#strange;
    if (strange === null) return null;
    const { index } = this.#node;
    const names = {
      module: "app",
      node: NAMES[index],
      peer: NAMES[1 - index]!,
    };
    return strange === "newer"
      ? newerFolder("/srv/data", names)
      : otherFolder("/srv/data", names);
  }

  /** As src/replication/replicator.ts: a person takes the other node's copy instead. */
  #admit(full: boolean): string | null {
    const strange = this.#strange;
    if (strange === null) return null;
    if (!full) return this.#why;
    this.#identity({
      ...(strange === "newer" ? unlike(this.disk.carried) : {
        consistent: false,
      }),
      upToDate: false,
    });
    this.disk.draw();
    return null;
  }

  fail(fault: string): void {
    this.fault = fault;
    this.#changed();
  }

  look(): void {
    this.#goOn();
    this.#changed();
  }

  /** What waited for a disk that hung. */
  #goOn(): void {
    if (this.waiting.length === 0 || this.#final || this.paused) return;
    if (this.session !== "mirrored" && this.session !== "lost") {
      this.#release();
    }
  }

  /** Its disk ends no fsync. */
  get #hangs(): boolean {
    return this.#world.now < this.#node.diskHangsUntil;
  }

  get #stall(): Report["stalled"] {
    if (this.phase !== "primary" || !this.#hangs) return null;
    if (this.waiting.length === 0) return null;
    const since = Math.max(this.#progress, this.#node.diskHangsSince);
    // 0 would be: nothing waits.
    return stalled(this.#world.now + 1, { fsync: since + 1, read: 0 });
  }

  die(): void {
    this.alive = false;
    this.#hangUp();
  }

  powerCut(): void {
    this.alive = false;
    const { connection } = this;
    // No word goes out: the other side notices by silence.
    this.#world.later(
      this.#world.between(500, 2500),
      () => this.#other?.noticeLoss(connection),
    );
  }

  severed(): void {
    const { connection } = this;
    this.#world.later(this.#world.between(300, 2500), () => {
      if (!this.#world.connected()) this.noticeLoss(connection);
    });
  }

  /** This end is closed: the other one is told, or notices by silence if the word does not arrive. */
  #hangUp(): void {
    const { connection } = this;
    this.epoch++;
    this.#final = false;
    this.session = "none";
    this.connection = 0;
    if (connection === 0) return;
    const world = this.#world;
    const reset = world.connected();
    world.later(
      reset ? world.between(0.1, 3) : world.between(500, 2500),
      () => this.#other?.noticeLoss(connection),
    );
  }

  command(command: Command, answer: (error: string | null) => void): void {
    const given = { command, answer };
    const change = CHANGES.includes(command.command);
    const queue = change ? this.#changes : this.#quick;
    queue.push(given);
    if (queue.length === 1) this.#begin(queue);
  }

  #begin(queue: Given[]): void {
    const first = queue[0];
    if (first === undefined || !this.alive) return;
    if (queue === this.#quick) return this.#work(queue);
    const ms = this.#lasts(first.command);
    const { command } = first;
    if (command.command === "idle" && command.atOnce && this.#hangs) {
      // Applications come to nothing from now on, however long it takes.
      this.#covered = true;
      this.waiting.length = 0;
    }
    this.#world.later(ms, () => this.#work(queue));
  }

  /** The mounts are taken away from their users. */
  #covered = false;

  /** An orderly end waits for whoever uses the directories, as src/replication/primary_role.ts. */
  #lasts(command: Command): number {
    const waits = command.command === "idle" && !command.atOnce &&
      this.#node.service;
    const ms = this.#world.between(2, waits ? 8_000 : 80);
    return this.#hangs ? Math.max(ms, this.#lastSync(command)) : ms;
  }

  /** As src/replication/primary_role.ts and secondary_role.ts: the only copy waits for its disk, a peer's for a while. */
  #lastSync(command: Command): number {
    const atOnce = command.command === "idle" && command.atOnce === true;
    const left = this.#node.diskHangsUntil - this.#world.now;
    if (this.phase === "idle") return 0;
    if (this.phase === "secondary" && command.command === "primary") return 0;
    const isOnly = this.phase === "primary" && this.alone;
    if (isOnly && !atOnce) return left;
    const known = (this.#stall?.ms ?? 0) >= HANGS_MS;
    return atOnce && known ? 0 : Math.min(left, LAST_SYNC_MS);
  }

  #work(queue: Given[]): void {
    const next = queue[0];
    if (next === undefined || !this.alive) return;
    const world = this.#world;
    const slow = DURABLE.includes(next.command.command) &&
      !this.#letsGo(next.command);
    const free = Math.max(
      this.#pausedUntil,
      slow ? this.#node.diskStallsUntil : 0,
    );
    if (world.now < free) {
      return world.later(free - world.now + 1, () => this.#work(queue));
    }
    const error = this.#do(next.command);
    queue.shift();
    next.answer(error);
    this.#begin(queue);
  }

  /** Nothing that was to be recorded, or not on a disk that hangs. */
  #letsGo(command: Command): boolean {
    if (command.command !== "idle" || !this.#hangs) return false;
    return this.phase === "idle" || command.atOnce === true;
  }

  /** null: done; otherwise why not. */
  #do(command: Command): string | null {
    switch (command.command) {
      case "primary": {
        if ((command.until ?? Infinity) < this.#node.clock.now) {
          return "the lease ran out";
        }
        const strange = this.#admit(false);
        if (strange !== null) return strange;
        if (this.disk.identity.current === null) return "there is no data";
        if (!this.disk.identity.consistent) return "the copy is half made";
        if (this.phase === "primary") {
          if (command.alone) this.#goAlone();
          break;
        }
        this.#drop();
        this.disk.draw();
        this.#covered = false;
        this.phase = "primary";
        this.reign = this.#world.ticket();
        this.alone = command.alone;
        this.lease = command.until ?? null;
        break;
      }
      case "alone":
        if (this.phase !== "primary") return "not primary";
        this.#goAlone();
        break;
      case "connect":
        if (this.phase !== "primary") return "not primary";
        if (this.session === "none") {
          this.session = "connecting";
          this.#dial(++this.epoch);
        }
        break;
      case "secondary": {
        const strange = this.#admit(command.full ?? false);
        if (strange !== null) return strange;
        this.#orderlyEnd();
        this.disk.draw();
        this.phase = "secondary";
        this.#full = command.full ?? false;
        break;
      }
      case "idle":
        this.#orderlyEnd();
        if (this.phase !== "idle") this.disk.draw();
        this.phase = "idle";
        this.fault = null;
        break;
      case "outdate":
        if (this.phase === "primary") return "cannot outdate the primary";
        this.#identity({ upToDate: false });
        break;
      case "lease":
        if (this.phase !== "primary") return "not primary";
        this.lease = command.until;
        return null;
      case "force": {
        const { current, history: _, ...mine } = this.disk.identity;
        // A copy that is good already has nothing to be declared.
        if (current !== null && good(mine) && !command.full) break;
        this.disk.draw();
        this.#identity({
          current: this.#newGeneration(),
          bitmap: null,
          history: descent(this.disk.identity, { whole: mine.consistent }),
          upToDate: true,
          consistent: true,
          connected: false,
        });
        break;
      }
      case "verify":
      case "verify-stop":
      case "resync":
      case "configure":
      case "external":
      case "replace":
      case "replace-end":
      case "hold":
        // An operator's, never the automaton's.
        return "not simulated";
      case "exit":
        this.die();
        return null;
      default:
        return command satisfies never;
    }
    this.#changed();
    return null;
  }

  /** Everything is to be copied, whatever the generations say. */
  #full = false;

  /** An application writes: nothing while the mount is not there, or while too much waits already. */
  write(write: number): void {
    this.#goOn();
    if (this.phase !== "primary" || this.waiting.length >= MAX_WAITING) return;
    if (this.fault !== null || this.#covered) return;
    if (this.waiting.length === 0) this.#progress = this.#world.now;
    if (this.session === "mirrored") {
      this.waiting.push(write);
      this.#send(write, this.epoch);
    } else if (
      this.alone && this.session !== "lost" && !this.#final && !this.#hangs
    ) {
      this.#apply(write);
    } else {
      this.waiting.push(write);
    }
  }

  /** This connection is broken; another one may live by now. */
  noticeLoss(connection: number): void {
    if (!this.alive || connection === 0 || connection !== this.connection) {
      return;
    }
    if (this.paused) {
      // It has not looked yet; what came before the end is read first.
      const world = this.#world;
      const awake = this.#pausedUntil - world.now + 20;
      return world.later(awake, () => this.noticeLoss(connection));
    }
    const was = this.session;
    this.#hangUp();
    if (this.phase === "primary") {
      // Mirrored: the agent must say what becomes of the writes. In a resync this node went on alone anyway.
      this.session = was === "mirrored" ? "lost" : "connecting";
      if (was === "mirrored") {
        this.alone = false;
        this.#again(this.epoch);
      } else {
        this.#release();
        this.#dial(this.epoch);
      }
    } else {
      this.session = "none";
    }
    this.#changed();
  }

  /** The last moment of a resync: writes wait. */
  #final = false;

  /** To the peer first, and applied here when it has it; what a cut swallows is sent again while the connection lives. */
  #send(write: number, epoch: number): void {
    const world = this.#world;
    const leg = (run: () => void): void =>
      world.later(world.between(0.1, 3), () => {
        if (!this.#live(epoch)) return;
        const stopped = this.paused || this.#other?.paused;
        if (!world.connected() || stopped) {
          return world.later(
            stopped ? 20 : 200,
            () => this.#live(epoch) && leg(run),
          );
        }
        run();
      });
    leg(() => {
      const peer = this.#other, { connection } = this;
      if (peer?.connection !== connection || !peer.alive) return;
      peer.disk.data.add(write);
      peer.disk.marks.add(write);
      // Its answer is in this end's socket whatever becomes of the peer: only this process has to run for it.
      const answered = (): void => {
        if (!this.#live(epoch)) return;
        if (this.paused || this.#ranOut || this.#hangs) {
          return world.later(10, answered);
        }
        const at = this.waiting.indexOf(write);
        if (at < 0) return;
        this.waiting.splice(at, 1);
        this.#progress = this.#world.now;
        this.disk.data.add(write);
        // Who has left the session keeps his mark, and no further tide.
        if (peer.connection === connection) {
          peer.disk.marks.delete(write);
          const { value } = this.disk.identity.tide ?? NO_TIDE;
          this.#tide(peer, value + 2);
        }
        this.#node.options.acknowledged(this.#node, write);
      };
      const slow = this.lease !== null && world.chance(0.05) ? 400 : 3;
      const ms = world.between(0.1, slow);
      if (!peer.#hangs) return world.later(ms, answered);
      this.#untilSynced(peer, { epoch, limitMs: SYNC_MS }, answered);
    });
  }

  /** Waits for the peer's disk, as long as this session does. */
  #untilSynced(
    peer: ModelReplicator,
    { epoch, limitMs }: { readonly epoch: number; readonly limitMs: number },
    then: () => void,
  ): void {
    const world = this.#world, { connection } = this;
    const end = world.now + limitMs;
    const wait = (): void => {
      if (!this.#live(epoch) || peer.connection !== connection) return;
      if (!peer.#hangs) return then();
      if (world.now < end) return world.later(50, wait);
      peer.noticeLoss(connection);
      this.noticeLoss(connection);
    };
    wait();
  }

  get #ranOut(): boolean {
    return this.lease !== null && this.#node.clock.now > this.lease;
  }

  #live(epoch: number): boolean {
    return this.alive && this.epoch === epoch;
  }

  /** A write on this node alone: the first one after the copies parted begins a new generation. */
  #apply(write: number): void {
    const { identity } = this.disk;
    if (identity.bitmap === null || identity.connected) {
      this.disk.draw();
      this.#identity({
        current: this.#newGeneration(),
        bitmap: identity.bitmap ?? identity.current,
        history: [identity.current!, ...identity.history].slice(0, 8),
        connected: false,
      });
      this.#changed();
    }
    this.disk.data.add(write);
    this.disk.aloneWrites.add(write);
    this.#node.options.acknowledged(this.#node, write);
  }

  #goAlone(): void {
    this.alone = true;
    this.lease = null;
    this.#hangUp();
    this.#release();
  }

  #release(): void {
    if (!this.alone || this.#hangs) return;
    for (const write of this.waiting.splice(0)) this.#apply(write);
  }

  #dial(epoch: number): void {
    const world = this.#world;
    world.later(world.between(5, 60), () => {
      if (!this.#live(epoch) || this.session !== "connecting") return;
      const peer = this.#other;
      if (
        !world.connected() || !peer?.alive || peer.phase !== "secondary" ||
        peer.session !== "none" || peer.paused || this.paused
      ) {
        return world.later(300, () => this.#dial(epoch));
      }
      const verdict = compare(this.disk.identity, peer.disk.identity);
      if (verdict.kind === "theirs-newer") {
        return world.later(300, () => this.#dial(epoch));
      }
      // What only the other side wrote is kept there before it is overwritten.
      if (verdict.kind === "diverged") {
        const { aloneWrites, data, salvage } = peer.disk;
        const all = verdict.unnamed ||
          !related(this.disk.identity, peer.disk.identity);
        const own = all ? data : aloneWrites;
        for (const write of own) salvage.add(write);
      }
      const level = verdict.kind === "equal" && good(peer.disk.identity) &&
        !peer.#full && this.disk.marks.size + peer.disk.marks.size === 0;
      if (level) return this.#mirror(peer);
      this.#resync(peer);
    });
  }

  #resync(peer: ModelReplicator): void {
    const world = this.#world;
    this.epoch++;
    peer.epoch++;
    this.session = "resync";
    peer.session = "resync";
    this.#join(peer);
    peer.#identity({ upToDate: false, consistent: false });
    this.#changed();
    peer.#changed();
    const epoch = this.epoch;
    const theirEpoch = peer.epoch;
    /** Goes on after a while, if the connection still lives; a short cut only takes longer. */
    const then = (ms: number, run: () => void): void =>
      world.later(ms, () => {
        if (!this.#live(epoch) || !peer.#live(theirEpoch)) return;
        if (!world.connected() || this.#hangs) return then(200, run);
        if (!peer.#hangs) return run();
        // Of a whole resync one waits long; not while applications wait for its end.
        if (!this.#final) return then(200, run);
        this.#untilSynced(peer, { epoch, limitMs: HOLDING_MS }, run);
      });
    then(world.between(20, 3000), () => {
      this.#final = true;
      then(world.between(1, 10), () => {
        peer.disk.data.clear();
        for (const write of this.disk.data) peer.disk.data.add(write);
        peer.disk.aloneWrites.clear();
        peer.#full = false;
        peer.#identity({
          ...this.disk.identity,
          bitmap: null,
          upToDate: true,
          consistent: true,
          connected: true,
        });
        peer.#changed();
        then(world.between(1, 5), () => this.#mirror(peer));
      });
    });
  }

  #join(peer: ModelReplicator): void {
    const connection = this.#world.ticket();
    this.connection = connection;
    peer.connection = connection;
  }

  /** Level: from now on every change is on both. */
  #mirror(peer: ModelReplicator): void {
    this.epoch++;
    peer.epoch++;
    this.#final = false;
    this.disk.aloneWrites.clear();
    for (const { disk } of [this, peer]) {
      disk.marks.clear();
      disk.draw();
    }
    const [mine, theirs] = [this, peer].map(({ disk }) =>
      disk.identity.tide ?? NO_TIDE
    );
    this.#tide(peer, nextLevel(mine!, theirs!).value + 1);
    this.#identity({ bitmap: null, connected: true });
    peer.#identity({ connected: true });
    this.session = "mirrored";
    peer.session = "mirrored";
    if (this.connection === 0) this.#join(peer);
    this.alone = false;
    for (const write of this.waiting) this.#send(write, this.epoch);
    this.#changed();
    peer.#changed();
  }

  /** A lost session that comes back level by itself, before anybody was shut out. */
  #again(epoch: number): void {
    const world = this.#world;
    world.later(world.between(50, 400), () => {
      if (!this.#live(epoch) || this.session !== "lost") return;
      const peer = this.#other;
      if (
        !world.connected() || !peer?.alive || peer.phase !== "secondary" ||
        peer.session !== "none" || peer.paused || this.paused ||
        peer.#hangs || !good(peer.disk.identity) ||
        peer.disk.identity.current !== this.disk.identity.current
      ) {
        return this.#again(epoch);
      }
      this.#mirror(peer);
    });
  }

  /** What waits is given a last chance by the session; what is not acknowledged then, the application never had. */
  #orderlyEnd(): void {
    const partner = this.#other;
    const orderly = this.session === "mirrored" && partner?.alive === true &&
      partner.session === "mirrored" && this.#world.connected() &&
      !this.#hangs && !partner.#hangs && !this.#covered;
    if (orderly) {
      if (this.phase === "primary") {
        for (const write of this.waiting.splice(0)) {
          this.disk.data.add(write);
          partner.disk.data.add(write);
          this.#node.options.acknowledged(this.#node, write);
        }
        partner.disk.marks.clear();
        partner.#identity({ connected: false });
      }
      this.#identity({ connected: false });
    }
    this.#drop();
  }

  #drop(): void {
    this.waiting.length = 0;
    this.alone = false;
    this.#hangUp();
  }

  /** As far as both have come: what else there is in between is tide_test.ts'. */
  #tide(peer: ModelReplicator, value: number): void {
    for (const each of [this, peer]) each.#identity({ tide: { value } });
  }

  #identity(change: Partial<Identity>): void {
    this.disk.identity = { ...this.disk.identity, ...change };
  }

  #newGeneration(): string {
    const { index } = this.#node;
    const world = this.#world;
    return `g${index}-${Math.floor(world.random() * 1e9).toString(36)}`;
  }

  #changed(): void {
    if (this.alive) this.#node.reported(this.report());
  }
}

function good(
  identity: Pick<Identity, "upToDate" | "consistent">,
): boolean {
  return identity.upToDate && identity.consistent;
}
