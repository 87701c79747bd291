/**
 * A replicator as primary: mounts, serves, and goes on alone when it is told. What concerns the peer is SourceSession's.
 */
import { Device } from "../fuse/device.ts";
import { Server } from "../fuse/server.ts";
import { Turnstile } from "../fuse/turnstile.ts";
import { errnoName } from "../system/libc.ts";
import { type Poll, POLLIN } from "../system/poll.ts";
import { AIDE } from "./aide.ts";
import { type Context, LAST_SYNC_MS, lastSync, patiently } from "./context.ts";
import type { Report } from "./control.ts";
import { epochAfter, keepEpoch } from "./epoch.ts";
import { partedFrom } from "./identity.ts";
import { InodeIds } from "./inode_ids.ts";
import { drawTokens, keepNotes } from "./known_folders.ts";
import { Pipeline } from "./pipeline.ts";
import { SourceSession } from "./source_session.ts";
import { Marks } from "./marks.ts";
import { openVolumes } from "./open_volumes.ts";
import { HANGS_MS, type Stall, stalled } from "./stall.ts";
import type { Volume } from "./volume.ts";
import { wayTo } from "./way_to.ts";
import { messageOf } from "../system/message.ts";

/** Directories marked one by one for what stands in them without an id, a flush each; where there are more, everything is compared. */
const MOST_STRANGE = 256;

/** Marks for which there was no room are written when there is: until then they become more, and nothing waits for them. */
const ROOM_MS = 2000;

/** What the kernel has cached for a mount is written back through us before it lets go; where that hangs, the peer must not wait. */
const WRITE_BACK_MS = 60_000;

export class PrimaryRole {
  readonly volumes: Volume[] = [];
  readonly pipeline: Pipeline;
  readonly #servers: Server[] = [];
  readonly #turnstile: Turnstile;
  readonly #peer: SourceSession;
  #diverged: string | null = null;
  readonly #ids: InodeIds;
  #stopping = false;
  readonly #began: number;
  readonly #changed: () => void;

  constructor(
    readonly context: Context,
    options: { readonly alone: boolean; readonly changed: () => void },
  ) {
    this.#changed = options.changed;
    this.#began = context.now();
    const { config, identity } = context;
    const epoch = epochAfter(identity.value.epoch);
    this.#toldBefore = identity.value.connected;
    // What this node knows as a former secondary counts from here on as its own; as primary it keeps no journal.
    if (context.left) context.dirty.add(context.left);
    // Also what an end could not write, whose disk hung or was full: the journal, which had it too, goes now.
    this.#record();
    if (context.left) {
      context.left = null;
      context.doubt = false;
    }
    context.journal.discard();
    identity.save({ epoch });
    this.#ids = new InodeIds(
      epoch,
      config.nodeIndex,
      () => this.#nextEpoch(),
    );
    this.pipeline = new Pipeline(context.dirty, context.aio, {
      diverged: (why, lacks) => {
        if (lacks) this.#lacking(lacks);
        this.#diverged ??= why;
      },
      fault: (what) => this.#fault(what),
      unreadable: (what, marks) => {
        this.#found.add(marks);
        this.#fault(what);
      },
      late: (what) => {
        if (context.notice !== what) context.log(what);
        context.notice = what;
      },
      persist: () => this.#tryPersist(),
    }, () => context.now());
    this.#peer = new SourceSession(context, this.pipeline, this.volumes, {
      persist: () => this.#persist(),
      changed: options.changed,
    });
    this.#turnstile = new Turnstile(
      () => this.#stopping ? 0 : this.#peer.gapMs,
      () => context.now(),
    );
    try {
      this.volumes.push(...openVolumes(context, () => this.#ids.give()));
      keepEpoch(this.volumes, epoch);
      keepNotes(context, this.volumes);
      for (const volume of this.volumes) {
        volume.onTwin = () => this.#twins();
        volume.onStranger = (parent) => this.#stranger(volume, parent);
        const device = new Device(volume.path);
        this.#servers.push(
          new Server(
            device,
            volume,
            this.pipeline,
            this.#turnstile,
            context.cold,
          ),
        );
      }
      // What this node remembers about a peer it has now succeeded (or is about to meet again). That one's numbers mean nothing here: by
      // them it would be compared in each resync until this role has come as far, which may be weeks.
      this.pipeline.unsettled.add(context.marks, 0);
      if (options.alone) this.alone();
      context.marks.clear();
    } catch (error) {
      // A mount that nobody serves would stay.
      this.#closeMounts();
      for (const volume of this.volumes) volume.close();
      this.#giveBack();
      throw error;
    }
  }

  /** For more inodes than an epoch has ids. */
  #nextEpoch(): number | null {
    const { identity } = this.context;
    try {
      const epoch = epochAfter(identity.value.epoch);
      identity.save({ epoch });
      keepEpoch(this.volumes, epoch);
      keepNotes(this.context, this.volumes);
      // A session's begin tells the peer.
      this.#diverged ??= "inode ids of a new epoch: the peer is told";
      return epoch;
    } catch (error) {
      this.context.notice = `no further inode ids: ${messageOf(error)}`;
      return null;
    }
  }

  #fault(what: string): void {
    this.context.fault ??= what;
    this.#changed();
  }

  /** Nothing tells of which of the two the peer has the copy: what is known of both copies counts for nothing until they were compared. */
  #twins(): boolean {
    return this.#compareAll(
      "files had the ids of others, as copies made beneath the mount have: everything is compared",
    );
  }

  /** The peer does not have it, and no mark says so. In a first copy nothing has an id, and everything is compared anyway. */
  #stranger(volume: Volume, parent: number): boolean {
    const { dirty } = this.context;
    if (this.#peer.comparesAll) return true;
    const known = dirty.marks.whole(volume.index, parent);
    if (!(known && known.names >= 0) && ++this.#strange > MOST_STRANGE) {
      return this.#compareAll(
        "many files were put beneath the mount: everything is compared",
      );
    }
    const marks = new Marks();
    marks.names(volume.index, parent, 0);
    marks.attributes(volume.index, parent, 0);
    dirty.add(marks);
    // Once it has its id nothing else tells it from what both nodes have.
    if (!this.#tryPersist()) return false;
    if (this.#peer.takesAlong(marks)) return true;
    this.#found.add(marks);
    this.#diverged ??= "files were put beneath the mount: they are levelled";
    return true;
  }

  #strange = 0;
  /** Marks that are to outlive the session. */
  readonly #found = new Marks();

  /** The peer has nothing, or something else, where it was told of an inode. */
  #lacking({ volume: index, id }: { volume: number; id: number }): void {
    const volume = this.volumes[index], inode = volume?.get(id);
    if (!inode || inode.own) return;
    const path = this.pipeline.disk.pathOf(volume!, inode);
    this.#found.add(
      wayTo(volume!, inode, typeof path === "number" ? null : path),
    );
  }

  #compareAll(why: string): boolean {
    if (!this.#distrust()) return false;
    this.#distrusted = true;
    this.#diverged ??= why;
    return true;
  }

  #distrusted = false;

  #distrust(): boolean {
    const { identity } = this.context;
    try {
      if (identity.value.directories?.length !== 0) {
        identity.save({ directories: [] });
      }
      return true;
    } catch {
      return false;
    }
  }

  /**
   * What differs is on disk when it returns: the marks, or where there is no room for them that everything is to be compared, which has
   * its place. Whoever goes on for a dead primary must not wait until somebody makes room.
   */
  #record(): void {
    const { context } = this, { config, dirty, identity } = context;
    const named = identity.value.directories?.length !== 0;
    if (!named && context.now() < this.#roomAt) return;
    try {
      dirty.flush();
    } catch (error) {
      if (!lacksRoom(error)) throw error;
      this.#roomAt = context.now() + ROOM_MS;
      const why =
        `no room below "${config.stateDir}" to record what differs: everything is compared instead`;
      // A session that compares less than that ends: what it would call level is not.
      if (named && !this.#compareAll(why)) throw error;
      if (named) context.log(why);
      context.notice = why;
    }
  }

  #roomAt = -Infinity;

  /** Marks on disk, and alone with the first of them the new generation: before anything is done that the peer does not have. */
  #persist(alone = this.pipeline.alone): void {
    const { dirty, identity, doubt } = this.context;
    this.#record();
    if (!alone || dirty.marks.isEmpty) return;
    // A peer that may have recorded this very generation must not look equal to what is written from here on.
    const bitmap = partedFrom(identity.value, {
      told: this.#peer.mirroring.mayBeLevel,
      toldBefore: this.#toldBefore,
    });
    if (bitmap === null) return;
    // The marks stay, and with them what a resync that is under way can go on from.
    const { resync } = identity;
    identity.advance({
      bitmap,
      upToDate: true,
      consistent: true,
      connected: doubt,
    }, { resync });
    // What is written from here on nobody else has: a state of before, from a backup, must not pass for this copy's.
    drawTokens(this.context, this.volumes, { aio: this.context.aio });
    this.#peer.mirroring.mayBeLevel = this.#toldBefore = false;
  }

  /** A process before this one crashed while it was mirrored, or about to be. */
  #toldBefore: boolean;

  #tryPersist(): boolean {
    const { context } = this;
    try {
      this.#persist();
      return true;
    } catch (error) {
      const why = messageOf(error);
      context.notice =
        `changes wait: what differs cannot be recorded below "${context.config.stateDir}": ${why}`;
      return false;
    }
  }

  /** The peer is shut out. */
  alone(): void {
    const { dirty, identity, doubt, log } = this.context;
    const { pipeline } = this;
    if (!pipeline.alone) {
      // A resync that is under way goes on beside what is done alone, as any other: cut off, all would have to be compared.
      if (!this.#peer.levels) this.#peer.drop(null);
      dirty.add(pipeline.unsettled);
      this.#persist(true);
      if (identity.value.connected !== doubt) {
        identity.save({ connected: doubt });
      }
      pipeline.unsettled.clear();
      pipeline.goAlone();
      log("goes on alone");
    }
    this.#peer.disconnect();
  }

  /** See the command of this name. */
  lease(until: number | null): void {
    this.pipeline.lease = until;
  }

  connect(): void {
    this.#peer.connect();
  }

  watch(poll: Poll): void {
    for (const server of this.#peer.holding ? [] : this.#servers) {
      if (!server.takes) continue;
      poll.add(server.device.fd, POLLIN, () => this.#intake(server));
    }
    this.#peer.watch(poll);
  }

  /** Whether the loop must not sleep. */
  get busy(): boolean {
    return this.#peer.busy ||
      (this.pipeline.waiting === 0 &&
        this.#servers.some((server) => server.hasDeferred));
  }

  /** Answers wait for their time. */
  get slows(): boolean {
    return this.#turnstile.holds;
  }

  #intake(server: Server): void {
    if (server.intake() || this.#stopping) return;
    this.#fault(`the mount over "${server.device.path}" is gone`);
  }

  /** Once a turn: what time brings, and what the turn's events made possible. */
  turn(): void {
    this.pipeline.complete();
    for (const server of this.#servers) {
      if (server.hasDeferred && !this.#peer.holding) server.intake();
    }
    this.pipeline.complete();
    if (this.#diverged) {
      this.#peer.drop(this.#diverged);
      this.#diverged = null;
    }
    // The session may have called the copies level in the same turn.
    if (this.#distrusted) this.#distrusted = !this.#distrust();
    if (!this.#found.isEmpty) {
      this.context.dirty.add(this.#found);
      if (this.#tryPersist()) this.#found.clear();
    }
    this.#peer.turn();
    this.#turnstile.turn();
    for (const volume of this.volumes) volume.putAway();
  }

  /**
   * Orderly end; a generator that the loop runs. Applications have been stopped by the scripts; `atOnce`: they have not, and must come
   * to nothing any more.
   */
  *stop({ atOnce }: { readonly atOnce: boolean }): Generator<void, void> {
    const { context } = this;
    this.#stopping = true;
    this.#peer.verification.stop();
    // Not even one try: an unmount writes back first what the kernel has cached, which may wait for a peer that does not answer.
    for (const server of atOnce ? [] : this.#servers) {
      const { path } = server.device;
      const deadline = context.now() + 3000;
      for (let done = false; !done;) {
        let result = -1;
        // Beside the loop: the kernel writes back what it has cached before it lets go, and we serve that.
        context.aide.run(
          AIDE.UMOUNT,
          -1,
          path,
          (error) => result = error,
        );
        // Nobody waits for one that is alone, and nobody else has what its disk is still writing.
        const ended = yield* patiently(context, {
          done: () => result >= 0,
          limitMs: this.pipeline.alone ? Infinity : WRITE_BACK_MS,
          why:
            `letting go of the data waits until this node's disk has what was written through "${path}"`,
        });
        if (result === 0) server.device.unmounted();
        else if (context.now() < deadline) {
          const again = context.now() + 100;
          while (context.now() < again) yield;
          continue;
        } else {
          if (!ended) context.aide.cancelUnmounts();
          const why = ended
            ? "is still in use"
            : `could not be unmounted within ${WRITE_BACK_MS / 1000} s`;
          context.log(`"${path}" ${why}: it is taken away from its users`);
        }
        done = true;
      }
    }
    const drained = context.now() + (atOnce ? 0 : 5000);
    while (this.pipeline.waiting > 0 && context.now() < drained) yield;
    if (this.pipeline.waiting > 0) {
      context.log(
        `${this.pipeline.waiting} changes that the peer has not confirmed are not made: it may have gone on without this node`,
      );
    }
    this.#closeMounts({ cover: atOnce });
    try {
      yield* this.#leave(atOnce);
    } finally {
      // Also where the same sick disk takes no record of it: the peer must not think that this node is there.
      this.#peer.drop(null);
      this.#peer.disconnect();
      for (const volume of this.volumes) volume.close();
      this.volumes.length = 0;
      this.#giveBack();
    }
  }

  /** Nobody changes anything any more: what is to be known of it is told and recorded. */
  *#leave(atOnce: boolean): Generator<void, void> {
    const { context } = this;
    const told = context.now() + (atOnce ? 0 : 5000);
    while (!this.pipeline.sendTimes(Infinity) && context.now() < told) yield;
    const { done } = this.pipeline;
    const synced = yield* lastSync(
      context,
      this.volumes,
      this.#syncLimit(atOnce),
    );
    if (synced) {
      const why = errnoName(synced);
      this.pipeline.disk.broke(
        synced,
        `this node's disk failed to sync: ${why}`,
      );
    }
    // No goodbye from a disk that has lost something: the peer keeps its marks.
    const lost = this.pipeline.disk.broken || synced === null;
    if (!lost && !atOnce) yield* this.#peer.close(done);
    if (this.pipeline.disk.isWorse) {
      context.log(
        "this node's disk has lost writes: its copy counts as none until everything is compared with the peer's",
      );
      context.identity.condemn();
    }
    // What the peer may lack is remembered, whoever is primary next.
    this.pipeline.markTimes();
    context.dirty.add(this.pipeline.unsettled);
    // A record on the same disk would hang, too, and this loop with it.
    if (synced !== null) {
      this.#record();
      if (this.pipeline.waiting === 0 && !context.doubt) {
        context.identity.save({ connected: false });
      }
      // With the last of it on the disk: a snapshot of that one alone, from within this role, is another folder from now on.
      if (!lost) drawTokens(context, this.volumes);
    }
  }

  #syncLimit(atOnce: boolean): number {
    if (this.pipeline.alone) return atOnce ? LAST_SYNC_MS : Infinity;
    // What has taken so long already is not waited for any longer: the peer has it.
    const hangs = (this.#stalled?.ms ?? 0) >= HANGS_MS;
    return atOnce && hangs ? 0 : LAST_SYNC_MS;
  }

  /** The large buffers, to the next one that becomes primary in this process. */
  #giveBack(): void {
    this.pipeline.close();
    this.#peer.giveBack();
  }

  /** `cover`: what stood there last stays closed for who still runs, until somebody clears it. */
  #closeMounts({ cover = false } = {}): void {
    for (const server of this.#servers) {
      server.close();
      if (cover) server.device.abort();
      else server.device[Symbol.dispose]();
    }
    this.#servers.length = 0;
  }

  /** For commands about what concerns the peer. */
  get peer(): SourceSession {
    return this.#peer;
  }

  get #stalled(): Stall | null {
    const { context, pipeline } = this;
    return stalled(context.now(), {
      fsync: pipeline.laggingSince,
      read: context.cold.hangsSince(this.#began),
    });
  }

  get state(): Pick<
    Report,
    | "stalled"
    | "verify"
    | "proof"
    | "session"
    | "resync"
    | "dirtyBytes"
    | "waiting"
    | "waitingMs"
    | "waitingBytes"
    | "latency"
  > {
    const since = this.pipeline.waitingSince;
    return {
      ...this.#peer.state,
      stalled: this.#stalled,
      dirtyBytes: this.context.dirty.marks.bytes,
      waiting: this.pipeline.waiting,
      waitingMs: since === 0 ? 0 : Math.round(this.context.now() - since),
      waitingBytes: this.pipeline.waitingBytes,
      latency: {
        changes: this.pipeline.latency.changes.waits,
        fsyncs: this.pipeline.latency.fsyncs.waits,
      },
    };
  }
}

function lacksRoom(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === "ENOSPC" || code === "EDQUOT";
}
