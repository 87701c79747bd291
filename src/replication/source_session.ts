/**
 * A primary's side of the session with its peer: dial → handshake → resync (passes) → mirrored, and again when it breaks. Losing it
 * is never an error of an application: what is not at the peer waits in the pipeline.
 */
import { Connection, Outgoing } from "../peer/connection.ts";
import {
  otherVersion,
  PROTOCOL,
  prove,
  proves,
  readHello,
  refusedSchema,
  RENEWS_KEYS,
  welcomeSchema,
} from "../peer/handshake.ts";
import type { Channel } from "../peer/channel.ts";
import { LineLimit } from "../peer/line_limit.ts";
import { connected, dial } from "../peer/socket.ts";
import { libc } from "../system/libc.ts";
import { type Poll, POLLOUT } from "../system/poll.ts";
import { type Context, syncAll } from "./context.ts";
import type { Report } from "./control.ts";
import { expandGroups } from "./groups.ts";
import { compare, type Identity } from "./identity.ts";
import { identitySchema } from "./identity_store.ts";
import { decodeMark, Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import type { ResyncControl } from "./resync/channel.ts";
import { ResyncSource } from "./resync/source.ts";
import { Verification } from "./verify/verification.ts";
import type { Volume } from "./volume.ts";

const OUTGOING = 16 << 20;
/** An attempt to reach the peer's replicator on one link. */
const DIAL_MS = 1000;
/** From there to WELCOME: three round trips and some arithmetic, also on a machine that is busy. */
const GREET_MS = 2000;
const REDIAL_MS = 200;
/** After a refusal, which will most likely be repeated; short, for the next link may be another matter. */
const REDIAL_AFTER_REFUSAL_MS = 1000;
const LINES = { burst: 10, everyMs: 60_000 };
/** After a session that failed for a reason other than the network: a full disk there does not empty itself in a second. */
const REDIAL_AFTER_FAILURE_MS = 3000;
/** The default detection time: a peer that is silent so long is treated as gone. */
const SILENCE_MS = 2100;
/** While it is being levelled it may work for seconds on one request (a huge directory, a purgatory to empty). */
const RESYNC_SILENCE_MS = 30_000;
const PING_MS = 300;
/** A disk of the peer that does not finish an fsync in this time is failing; ours has the data. */
const SYNC_MS = 10_000;
const SETTLE_MS = 2000;
const TIMES_MS = 1000;
const CLOSE_MS = 5000;
const HELD_WALK = 3;

type Stage =
  | "dialling"
  | "securing"
  | "hello"
  | "welcome"
  | "marks"
  | "resync"
  | "mirroring"
  | "mirrored"
  | "closing";

interface Session {
  readonly fd: number;
  readonly connection: Connection;
  readonly trusted: boolean;
  readonly outgoing: Outgoing;
  readonly nonce: string;
  readonly since: number;
  readonly number: number;
  stage: Stage;
  theirs: Identity | null;
  theirMarks: Marks;
  full: boolean;
  none: boolean;
  source: ResyncSource | null;
  work: Generator<void, void> | null;
  closed: boolean;
}

export class SourceSession {
  readonly resync: ResyncControl;
  readonly verification: Verification;
  readonly #outgoing = new Outgoing(OUTGOING);
  #session: Session | null = null;
  #sessions = 0;
  #wanted = false;
  #wantedSince = 0;
  /** Copies were level once in this life. */
  #mirrored = false;
  #holding = false;
  #redialAt = 0;
  #link = 0;
  #pingAt = 0;
  #settleAt = 0;
  #settling = false;
  #settledUpTo = 0;
  #timesAt = 0;
  readonly #lines = new LineLimit(LINES);

  constructor(
    readonly context: Context,
    readonly pipeline: Pipeline,
    readonly volumes: readonly Volume[],
    readonly options: {
      /** Marks of the peer that must survive this session. */
      readonly persist: () => void;
      readonly changed: () => void;
    },
  ) {
    this.resync = { limit: context.config.resyncLimit, paused: false };
    this.verification = new Verification(context, pipeline, volumes, {
      persist: options.persist,
      changed: options.changed,
      drop: (why) => this.drop(why),
    });
  }

  /** Applications wait for the last pass of a resync. */
  get holding(): boolean {
    return this.#holding;
  }

  /** A resync that wants the loop's next turn at once, or received bytes of which poll does not know. */
  get busy(): boolean {
    const work = !!this.#session?.work;
    // One that waits for its operator needs no turns.
    return (work && !this.resync.paused) || this.verification.busy ||
      !!this.#session?.connection.pending;
  }

  /** Dials until it is level with the peer, and again after a loss. */
  connect(): void {
    if (!this.#wanted) this.#wantedSince = this.context.now();
    this.#wanted = true;
    this.#redialAt = 0;
  }

  /** No further attempt; a session that stands goes on. */
  disconnect(): void {
    if (!this.#session) this.#wanted = false;
  }

  watch(poll: Poll): void {
    const session = this.#session;
    if (!session) return;
    if (session.stage === "dialling") {
      poll.add(session.fd, POLLOUT, () => this.#dialled(session));
    } else if (session.stage === "securing") {
      poll.add(
        session.fd,
        session.connection.interest(false),
        () => this.#secure(session),
      );
    } else {
      const sending = !this.#outgoing.isEmpty || this.pipeline.unsent;
      poll.add(session.fd, session.connection.interest(sending), (events) => {
        if (events & ~POLLOUT) this.#receive(session);
      });
    }
  }

  turn(): void {
    const now = this.context.now();
    const session = this.#session;
    if (!session) {
      if (this.#wanted && now >= this.#redialAt) this.#dial(now);
      return;
    }
    this.#watchTime(session, now);
    if (this.#session !== session) return;
    if (session.connection.pending) this.#receive(session);
    if (this.#session !== session) return;
    if (session.work) this.#resync(session);
    if (this.#session !== session) return;
    if (
      session.stage === "mirrored" || session.stage === "mirroring" ||
      session.stage === "closing"
    ) this.#keep(session, now);
    if (session.stage === "mirrored") {
      try {
        this.verification.turn(now);
      } catch (error) {
        return this.#fail(error);
      }
    }
    // What differed is levelled in a session of its own.
    if (this.#session !== session) return;
    if (
      !this.#outgoing.flush(session.connection) ||
      (this.#outgoing.isEmpty && !this.pipeline.flush())
    ) this.drop(session.connection.channel.failure);
  }

  #dial(now: number): void {
    const { config } = this.context;
    this.#link = (this.#link + 1) % config.dial.length;
    const fd = dial(
      config.dial[this.#link]!,
      config.port,
      config.listen[this.#link],
    );
    this.#redialAt = now + REDIAL_MS;
    if (fd < 0) return;
    const trusted = config.trusted[this.#link] ?? false;
    let channel: Channel;
    try {
      channel = this.context.links.dialled(fd, trusted);
    } catch (error) {
      libc.close(fd);
      this.#redialAt = now + REDIAL_AFTER_REFUSAL_MS;
      this.context.notice = error instanceof Error
        ? error.message
        : String(error);
      return;
    }
    this.#session = {
      fd,
      connection: new Connection(channel, now),
      trusted,
      outgoing: this.#outgoing,
      nonce: crypto.getRandomValues(new Uint8Array(32)).toHex(),
      since: now,
      number: ++this.#sessions,
      stage: "dialling",
      theirs: null,
      theirMarks: new Marks(),
      full: false,
      none: false,
      source: null,
      work: null,
      closed: false,
    };
    this.#outgoing.clear();
  }

  #dialled(session: Session): void {
    if (this.#session !== session) return;
    if (connected(session.fd) !== 0) return this.drop(null);
    session.stage = "securing";
    this.#secure(session);
  }

  /** One step of the channel's handshake; nothing of ours is said before it is over. */
  #secure(session: Session): void {
    if (this.#session !== session) return;
    const { config } = this.context, { channel } = session.connection;
    if (!channel.open && !channel.advance()) {
      return this.#refused(session, channel.failure);
    }
    if (!channel.open) return;
    session.stage = "hello";
    this.#outgoing.json(KIND.HELLO, {
      version: PROTOCOL,
      cluster: config.cluster,
      module: config.module,
      node: config.node,
      nonce: session.nonce,
      features: channel.renewsKeys ? [RENEWS_KEYS] : [],
    });
  }

  #watchTime(session: Session, now: number): void {
    if (session.stage === "dialling") {
      if (now - session.since > DIAL_MS) this.drop(null);
      return;
    }
    if (
      session.stage === "securing" || session.stage === "hello" ||
      session.stage === "welcome"
    ) {
      if (now - session.since > GREET_MS) this.drop(null);
      return;
    }
    // Silence counts only while something was asked: PING is sent all the time.
    const resyncing = session.stage === "marks" || session.stage === "resync";
    if (
      now - session.connection.heardAt >
        (resyncing ? RESYNC_SILENCE_MS : SILENCE_MS)
    ) return this.drop("the peer's replicator is silent");
    const syncing = this.pipeline.syncingSince;
    if (syncing !== 0 && now - syncing > SYNC_MS) {
      return this.drop("the peer's disk does not finish an fsync");
    }
    if (now >= this.#pingAt) {
      this.#pingAt = now + PING_MS;
      if (this.pipeline.session) this.pipeline.tell(KIND.PING, 0, 0, null);
      else if (this.#outgoing.room > 4096) {
        this.#outgoing.append({ kind: KIND.PING });
      }
    }
  }

  #receive(session: Session): void {
    // Dropped by a command that came in the same turn.
    if (this.#session !== session) return;
    const gone = session.connection.receive(this.context.now());
    while (this.#session === session) {
      const next = session.connection.next();
      if (next === false) break;
      let wrong: string | null;
      try {
        wrong = next === true ? this.#heard(session) : next;
      } catch (error) {
        return this.#fail(error);
      }
      if (wrong !== null) return this.drop(wrong);
    }
    if (gone && this.#session === session) this.drop(gone);
  }

  /** Something here failed, most likely a write of marks or identity to a full disk: the session ends, applications are served on. */
  #fail(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.drop(why);
    this.context.notice = `no session with the peer: ${why}`;
    this.#redialAt = this.context.now() + REDIAL_AFTER_FAILURE_MS;
  }

  /** This machine is not our peer, or does not take us for its own: said in `state` and the log, and tried again. */
  #refused(session: Session, why: string): void {
    const { config } = this.context;
    this.context.notice = `no session with ${
      config.dial[this.#link]
    } port ${config.port}: ${why}`;
    const left = this.#lines.take(this.context.now());
    if (left !== null) {
      const more = left > 0 ? ` (${left} more before it)` : "";
      this.context.log(this.context.notice + more);
    }
    if (this.#session === session) this.drop(null);
    this.#redialAt = this.context.now() + REDIAL_AFTER_REFUSAL_MS;
    this.options.changed();
  }

  #heard(session: Session): string | null {
    const { connection } = session, { frame } = connection;
    if (session.stage === "hello") return this.#hello(session);
    if (session.stage === "welcome") return this.#welcome(session);
    if (frame.kind === KIND.PONG) return null;
    if (session.stage === "marks") return this.#marks(session);
    if (this.pipeline.heard(frame)) return null;
    switch (frame.kind) {
      case KIND.WANTED:
      case KIND.BLOCKS:
      case KIND.ENDED:
      case KIND.MISSING:
        if (!session.source) return "answer to a resync that is none";
        session.source.heard(frame, connection.bytes());
        return null;
      case KIND.CHECKED:
        this.verification.heard(frame, connection.bytes());
        return null;
      case KIND.LEVEL:
        this.#level(session);
        return null;
      case KIND.CLOSE:
        session.closed = true;
        return session.stage === "closing"
          ? null
          : "the peer's replicator stops";
      default:
        return `unexpected frame of kind ${frame.kind}`;
    }
  }

  #json(session: Session): unknown {
    try {
      return JSON.parse(new TextDecoder().decode(session.connection.bytes()));
    } catch {
      return null;
    }
  }

  #hello(session: Session): string | null {
    const { config, identity } = this.context;
    const { kind } = session.connection.frame, json = this.#json(session);
    const refused = refusedSchema.safeParse(json);
    if (kind === KIND.REFUSED && refused.success) {
      const { version, why } = refused.data;
      this.#refused(
        session,
        version === PROTOCOL
          ? `it says that this node ${why}`
          : `it ${otherVersion(version)}`,
      );
      return null;
    }
    const theirs = readHello(config, kind === KIND.HELLO ? json : null);
    if ("refused" in theirs) {
      this.#refused(session, `it ${theirs.refused}`);
      return null;
    }
    const { trusted } = session;
    const nonces = { mine: session.nonce, theirs: theirs.nonce, trusted };
    if (
      !theirs.proof ||
      !proves(config, "secondary", { ...nonces, proof: theirs.proof })
    ) {
      this.#refused(session, "it does not know the cluster's key");
      return null;
    }
    if (theirs.features.includes(RENEWS_KEYS)) {
      session.connection.channel.mayRenewKey();
    }
    session.connection.proved = true;
    this.context.log(
      `connected to ${
        config.dial[this.#link]
      }: ${session.connection.channel.description}`,
    );
    session.stage = "welcome";
    const proof = prove(config, "primary", nonces);
    this.#outgoing.json(KIND.PROOF, {
      proof,
      identity: identity.value,
      sequence: this.pipeline.sequence,
    });
    return null;
  }

  #welcome(session: Session): string | null {
    const welcome = welcomeSchema.safeParse(this.#json(session));
    const theirs = identitySchema.safeParse(
      welcome.success ? welcome.data.identity : null,
    );
    if (
      session.connection.frame.kind !== KIND.WELCOME || !welcome.success ||
      !theirs.success
    ) return "no welcome of a hakit replicator";
    session.theirs = theirs.data;
    const { identity, dirty, doubt } = this.context;
    // Ids of inodes are given from above both nodes' epochs: a node that was set up anew must not give old ones again.
    if (theirs.data.epoch > identity.value.epoch) {
      identity.save({ epoch: theirs.data.epoch });
    }
    const mine = identity.value;
    const relation = compare(mine, theirs.data);
    // Both died while mirrored: the journal of the one that was secondary names what may differ.
    const both = doubt && welcome.data.doubt;
    const journal = both && welcome.data.journal;
    let full: boolean, aside = false;
    switch (relation.kind) {
      case "equal":
      case "equal-after-crash":
        full = both && !journal;
        break;
      case "mine-newer":
        full = relation.full || (both && !journal);
        break;
      case "diverged":
        full = true;
        aside = !related(mine, theirs.data);
        break;
      case "theirs-newer":
        this.context.notice =
          "the peer's data is newer than this primary's: nothing is copied";
        return "the peer's data is newer";
      case "both-empty":
        return "neither node has data: say `hakit prim` on the one whose data is good";
    }
    full ||= welcome.data.fresh;
    // What stands on a new node is not ours; what a resync that broke off left there is.
    aside ||= theirs.data.current === null && theirs.data.consistent;
    const marked = journal || welcome.data.marked || !dirty.marks.isEmpty ||
      !this.pipeline.unsettled.isEmpty;
    session.full = full || aside;
    session.none = !session.full && !marked;
    session.stage = "marks";
    this.context.log(
      `peer: ${relation.kind}; resync: ${
        session.none
          ? "none"
          : session.full
          ? "everything is compared"
          : "what changed"
      }`,
    );
    let mode: "none" | "dirty" | "full" = "dirty";
    if (session.full) mode = "full";
    if (session.none) mode = "none";
    const diverged = relation.kind === "diverged";
    this.#begin(mode, { aside, diverged, journal });
    this.options.changed();
    return null;
  }

  #begin(
    mode: "none" | "dirty" | "full",
    { aside = false, diverged = false, journal = false } = {},
  ): void {
    this.#outgoing.json(KIND.BEGIN, { mode, aside, diverged, journal });
  }

  #marks(session: Session): string | null {
    const { frame } = session.connection;
    if (frame.kind !== KIND.MARKS) {
      return `expected marks, got a frame of kind ${frame.kind}`;
    }
    for (
      const line of new TextDecoder().decode(session.connection.bytes()).split(
        "\n",
      )
    ) {
      if (line && !decodeMark(session.theirMarks, line)) {
        return "marks that are none";
      }
    }
    if ((frame.flags & 1) === 0) return null;
    if (session.none) {
      if (!this.context.dirty.marks.isEmpty) {
        // Written alone since the peer was asked: there is something to level after all.
        session.none = false;
        this.#begin("dirty");
        return null;
      }
      this.#mirror(session);
      return null;
    }
    session.stage = "resync";
    const marks = new Marks();
    if (this.pipeline.alone) this.pipeline.fresh = new Marks();
    marks.add(this.context.dirty.marks, 0);
    marks.add(this.pipeline.unsettled, 0);
    marks.add(session.theirMarks, 0);
    // Theirs must survive this session too: a resync that is cut off in the middle begins again from all of them.
    if (!session.full) {
      this.context.dirty.add(session.theirMarks);
      this.options.persist();
    }
    session.source = new ResyncSource({
      volumes: this.volumes,
      outgoing: this.#outgoing,
      control: this.resync,
      now: () => this.context.now(),
      takeFresh: () => {
        const fresh = this.pipeline.fresh ?? new Marks();
        if (this.pipeline.alone) this.pipeline.fresh = new Marks();
        return fresh;
      },
      hold: () => this.#holding = true,
      release: () => this.#holding = false,
    });
    session.work = this.#work(session.source, session.full ? null : marks);
    return null;
  }

  *#work(source: ResyncSource, marks: Marks | null): Generator<void, void> {
    for (let walk = 1; marks; walk++) {
      // An application that moves directories all the time is held for the third walk.
      this.#holding = walk >= HELD_WALK;
      while (this.#holding && this.pipeline.waiting > 0) yield;
      const before = this.volumes.map(({ moves }) => moves);
      yield* expandGroups(this.volumes, marks);
      if (this.volumes.every(({ moves }, i) => moves === before[i])) break;
    }
    this.#holding = false;
    yield* source.run(marks);
  }

  /** Some milliseconds of resync, then applications again. */
  #resync(session: Session): void {
    const until = this.context.now() + (this.#holding ? 50 : 4);
    try {
      do {
        if (session.work!.next().done) {
          session.work = null;
          return this.#mirror(session);
        }
        if (this.#outgoing.room < 5 << 20) break;
      } while (this.context.now() < until);
    } catch (error) {
      this.drop(
        `resync failed: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  /** The copies are equal now: every change from here on goes to both. Durable equality is `#level`. */
  #mirror(session: Session): void {
    const { identity } = this.context;
    const { current, history } = identity.value;
    identity.save({ connected: true });
    session.stage = "mirroring";
    this.#outgoing.json(KIND.BEGIN, {
      mode: "level",
      epoch: identity.value.epoch,
      generation: current,
      history,
      sequence: this.pipeline.sequence,
    });
    this.pipeline.mirror(session.connection, session.number);
    this.#holding = false;
    this.#settledUpTo = -1;
    this.#settleAt = 0;
    this.options.changed();
  }

  /** The peer has everything on its disk and has recorded our generation. */
  #level(session: Session): void {
    const { dirty, identity } = this.context;
    if (session.stage !== "mirroring") return;
    session.stage = "mirrored";
    this.pipeline.pay();
    this.#mirrored = true;
    this.context.doubt = false;
    // Marks made since (the pipeline's unsettled ones) are in memory on both nodes.
    dirty.clear();
    identity.save({
      bitmap: null,
      upToDate: true,
      consistent: true,
      connected: true,
    });
    if (session.source) {
      const { bytesCompared, startedAt, progress: { bytesSent } } =
        session.source;
      this.context.lastResync = {
        bytesSent,
        bytesCompared,
        seconds: Math.round((this.context.now() - startedAt) / 100) / 10,
        full: session.full,
      };
    }
    this.context.notice = null;
    this.context.log("level: every change is on both nodes");
    this.options.changed();
  }

  #keep(session: Session, now: number): void {
    if (now >= this.#timesAt && this.pipeline.timesToSend) {
      this.#timesAt = now + TIMES_MS;
      this.pipeline.sendTimes(2000);
    }
    if (
      this.#settling || now < this.#settleAt ||
      this.pipeline.done === this.#settledUpTo
    ) return;
    const upTo = this.pipeline.done;
    this.#settling = true;
    syncAll(this.context, this.volumes, (error) => {
      this.#settling = false;
      this.#settleAt = this.context.now() + SETTLE_MS;
      if (error) {
        this.context.fault ??=
          `this node's disk failed to sync: errno ${error}`;
        return;
      }
      if (this.#session !== session || !this.pipeline.session) return;
      this.#settledUpTo = upTo;
      this.pipeline.settle({ here: upTo });
      this.pipeline.tell(KIND.SETTLED, 0, 0, null, upTo);
    });
  }

  /** Ends the session; `why` null: it never got far, or was ended on purpose. */
  drop(why: string | null): void {
    const session = this.#session;
    if (!session) return;
    this.#session = null;
    session.connection.close();
    // Closes the files that it has open.
    session.work?.return();
    this.verification.interrupted();
    this.#outgoing.clear();
    this.#holding = false;
    this.pipeline.fresh = null;
    if (!this.pipeline.alone) this.pipeline.lose();
    const failed = session.stage === "marks" || session.stage === "resync";
    this.#redialAt = this.context.now() +
      (failed && why ? REDIAL_AFTER_FAILURE_MS : REDIAL_MS);
    if (why) {
      this.context.log(`session ended: ${why}`);
      if (failed) this.context.notice = why;
    }
    if (
      session.stage !== "dialling" && session.stage !== "securing" &&
      session.stage !== "hello"
    ) this.options.changed();
  }

  /** Orderly goodbye: everything here is durable; ends when the peer says the same, or after some seconds. */
  *close(): Generator<void, void> {
    const session = this.#session, { context } = this;
    this.#wanted = false;
    if (session?.stage !== "mirrored" || !this.pipeline.session) return;
    // What the peer did and this node did not (it was fenced, or stopped in the middle): no goodbye, so that the peer keeps its marks.
    if (this.pipeline.done !== this.pipeline.sequence) return;
    session.stage = "closing";
    this.pipeline.tell(KIND.SETTLED, 0, 0, null, this.pipeline.sequence);
    this.pipeline.tell(KIND.CLOSE, 0, 0, null);
    const deadline = context.now() + CLOSE_MS;
    while (
      !session.closed && this.#session === session && context.now() < deadline
    ) yield;
    if (session.closed) this.pipeline.unsettled.clear();
  }

  /** The role is over. */
  giveBack(): void {
    this.#outgoing.close();
  }

  get state(): Pick<Report, "session" | "resync" | "verify" | "proof"> {
    const stage = this.#session?.stage;
    let session: Report["session"] = this.#wanted ? "connecting" : "none";
    // After a swap the peer is expected at once; when it does not come, that is the same as losing it.
    const overdue = this.#wanted &&
      this.context.now() - this.#wantedSince > SILENCE_MS;
    if (!this.pipeline.alone && (this.#mirrored || overdue)) session = "lost";
    if (stage === "marks" || stage === "resync" || stage === "mirroring") {
      session = "resync";
    }
    if (stage === "mirrored" || stage === "closing") session = "mirrored";
    return {
      session,
      ...this.verification.report,
      resync: session === "resync"
        ? this.#session?.source?.progress ?? null
        : null,
    };
  }
}

/** Whether two copies have ever been the same. */
function related(a: Identity, b: Identity): boolean {
  const of = (identity: Identity) =>
    new Set(
      [identity.current, identity.bitmap, ...identity.history].filter((id) =>
        id !== null
      ),
    );
  return !of(a).isDisjointFrom(of(b));
}
