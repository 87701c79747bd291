/**
 * A primary's side of the session with its peer: dial → handshake → resync (passes) → mirrored, and again when it breaks. Losing it
 * is never an error of an application: what is not at the peer waits in the pipeline.
 */
import { Outgoing } from "../peer/connection.ts";
import { connected } from "../peer/socket.ts";
import { type Poll, POLLOUT } from "../system/poll.ts";
import type { Context } from "./context.ts";
import type { Report } from "./control.ts";
import { type Dialled, Dialler } from "./dialler.ts";
import { goodbye } from "./goodbye.ts";
import { type Greeted, Greeting } from "./greeting.ts";
import { ANSWER_TO_NONE, Levelling } from "./levelling.ts";
import type { Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import {
  AFTER_ALL,
  type Opened,
  planOf,
  tellBegin,
  type Welcome,
} from "./opening.ts";
import { Mirroring } from "./mirroring.ts";
import { Move } from "./move.ts";
import { Patience, SILENCE_MS, type Stage } from "./patience.ts";
import type { Pipeline } from "./pipeline.ts";
import type { ResyncControl } from "./resync/channel.ts";
import { Settler } from "./settler.ts";
import type { Tide } from "./tide.ts";
import { Verification } from "./verify/verification.ts";
import { lastingRefusal } from "./unlike_disks.ts";
import type { Volume } from "./volume.ts";
import { messageOf } from "../system/message.ts";

const OUTGOING = 16 << 20;
/** After a session that failed for a reason other than the network: a full disk there does not empty itself in a second. */
const REDIAL_AFTER_FAILURE_MS = 3000;
/** After one that will most likely be repeated until a person has made both file systems alike: each attempt compares everything. */
const REDIAL_AFTER_LASTING_MS = 5 * 60_000;

export interface Session extends Dialled {
  readonly greeting: Greeting;
  readonly since: number;
  readonly number: number;
  stage: Stage;
  /** Null: not known yet, or nothing to level. */
  levelling: Levelling | null;
  /** The peer had no data: its disk is a new one. */
  fresh: boolean;
  /** How far its copy had come; absent: it keeps no tides. */
  tide?: Tide | undefined;
  closed: boolean;
}

export class SourceSession {
  readonly resync: ResyncControl;
  readonly mirroring: Mirroring;
  readonly verification: Verification;
  readonly #outgoing = new Outgoing(OUTGOING);
  readonly #dialler: Dialler;
  readonly #settler: Settler;
  #session: Session | null = null;
  #sessions = 0;
  #wanted = false;
  #wantedSince = 0;
  readonly #move = new Move();
  readonly #patience: Patience;

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
    this.#dialler = new Dialler(context);
    this.#settler = new Settler(context, pipeline, volumes);
    this.mirroring = new Mirroring(
      context,
      pipeline,
      this.#outgoing,
      this.#settler,
    );
    this.#patience = new Patience(
      pipeline,
      this.#outgoing,
      context.config.dial.length,
    );
    this.resync = { limit: context.config.resyncLimit, paused: false };
    this.verification = new Verification(context, pipeline, volumes, {
      persist: options.persist,
      changed: options.changed,
      drop: (why) => this.drop(why),
    });
  }

  /** Applications wait for the last pass of a resync. */
  get holding(): boolean {
    return this.#session?.levelling?.holding ?? false;
  }

  /** Between two changes of applications; 0: as they like. */
  get gapMs(): number {
    return this.#session?.levelling?.gapMs ?? 0;
  }

  /** A resync that wants the loop's next turn at once, or received bytes of which poll does not know. */
  get busy(): boolean {
    return !!this.#session?.levelling?.busy || this.verification.busy ||
      !!this.#session?.connection.pending;
  }

  /** Whatever is found to differ now, it will be compared: everything is, or nobody knows what differs. */
  get comparesAll(): boolean {
    switch (this.#session?.stage) {
      // The listings have been.
      case "mirroring":
      case "mirrored":
      case "closing":
        return false;
      // And the peer has recorded that its copy is not whole.
      case "resync":
        if (this.#session.levelling?.full) return true;
    }
    return this.context.identity.value.directories?.length === 0;
  }

  /** Marks that are on disk already; false: a session stands that counts the copies as level without them. */
  takesAlong(marks: Marks): boolean {
    switch (this.#session?.stage) {
      case "mirroring":
      case "mirrored":
        return false;
      case "resync":
        this.pipeline.fresh?.add(marks);
    }
    return true;
  }

  /** Dials until it is level with the peer, and again after a loss. */
  connect(): void {
    if (!this.#wanted) this.#wantedSince = this.context.now();
    this.#wanted = true;
    this.#dialler.wait(0);
  }

  /** The peer is being brought up to date; not every change goes to it yet. */
  get levels(): boolean {
    const { stage, levelling } = this.#session ?? {};
    return stage === "resync" && levelling !== null;
  }

  /** No further attempt; a session that stands goes on. */
  disconnect(): void {
    if (!this.#session) this.#wanted = false;
  }

  watch(poll: Poll): void {
    const session = this.#session;
    if (!session) return;
    if (session.stage === "dialling") {
      const { fd } = session.connection;
      poll.add(fd, POLLOUT, () => this.#dialled(session));
    } else if (session.stage === "securing") {
      poll.add(
        session.connection.fd,
        session.connection.interest(false),
        () => this.#secure(session),
      );
    } else {
      const sending = !this.#outgoing.isEmpty || this.pipeline.unsent;
      poll.add(
        session.connection.fd,
        session.connection.interest(sending),
        (events) => {
          if (events & ~POLLOUT) this.#receive(session);
        },
      );
    }
  }

  turn(): void {
    const now = this.context.now();
    if (this.#move.isOver(now, this.#session?.stage)) this.options.changed();
    this.#settler.learn();
    if (this.pipeline.alone) this.#settler.look(now);
    const session = this.#session;
    if (!session) {
      if (this.#wanted) this.#dial(now);
      return;
    }
    const { stage, since, connection } = session, { holding } = this;
    const looked = { stage, since, connection, holding };
    const over = this.#patience.over(looked, now);
    if (over?.moves) return this.#moveOn(over.why, now);
    if (over) return this.drop(over.why);
    if (session.connection.pending) this.#receive(session);
    if (this.#session !== session) return;
    this.#level(session);
    if (this.#session !== session) return;
    if (
      session.stage === "mirrored" || session.stage === "mirroring" ||
      session.stage === "closing"
    ) this.#settler.turn(now);
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

  /** Goes on on another link; applications wait meanwhile, no longer than for a peer that is gone. */
  #moveOn(why: string | null, now: number): void {
    this.#move.begin(now);
    this.#dialler.order.leaveAside(now);
    this.drop(why);
    this.#dialler.wait(0);
  }

  #dial(now: number): void {
    const dialled = this.#dialler.dial(now);
    if (!dialled) return;
    this.#session = {
      ...dialled,
      greeting: new Greeting(this.context, this.#outgoing, dialled),
      since: now,
      number: ++this.#sessions,
      stage: "dialling",
      levelling: null,
      fresh: false,
      closed: false,
    };
    this.#outgoing.clear();
  }

  #dialled(session: Session): void {
    if (this.#session !== session) return;
    if (connected(session.connection.fd) !== 0) return this.drop(null);
    session.stage = "securing";
    this.#secure(session);
  }

  /** One step of the channel's handshake; nothing of ours is said before it is over. */
  #secure(session: Session): void {
    if (this.#session !== session) return;
    const { channel } = session.connection;
    if (!channel.open && !channel.advance()) {
      return this.#refused(session, channel.failure);
    }
    if (!channel.open) return;
    session.stage = "greeting";
    session.greeting.begin();
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
    const why = messageOf(error);
    this.drop(why);
    this.context.notice = `no session with the peer: ${why}`;
    this.#dialler.wait(REDIAL_AFTER_FAILURE_MS);
  }

  #refused(session: Session, why: string): void {
    if (this.#session === session) this.drop(null);
    this.#dialler.refused(why);
    this.options.changed();
  }

  #heard(session: Session): string | null {
    const { connection } = session, { frame } = connection;
    if (session.stage === "greeting") {
      return this.#greeted(
        session,
        session.greeting.heard(this.pipeline.sequence),
      );
    }
    if (frame.kind === KIND.PONG) return null;
    if (session.stage === "marks") return this.#marks(session);
    const heard = this.pipeline.heard(frame);
    if (heard !== false) return heard === true ? null : heard;
    switch (frame.kind) {
      case KIND.WANTED:
      case KIND.BLOCKS:
      case KIND.ENDED:
      case KIND.MISSING:
        return session.levelling
          ? session.levelling.heard(frame, connection.bytes())
          : ANSWER_TO_NONE;
      case KIND.CHECKED:
        this.verification.heard(frame, connection.bytes());
        return null;
      case KIND.LEVEL:
        this.#levelled(session);
        return null;
      case KIND.CLOSE:
        session.closed = true;
        this.pipeline.peerKeptTide?.(frame.id, this.pipeline.sequence);
        return session.stage === "closing"
          ? null
          : "the peer's replicator stops";
      default:
        return `unexpected frame of kind ${frame.kind}`;
    }
  }

  #greeted(session: Session, greeted: Greeted): string | null {
    switch (greeted.kind) {
      case "refused":
        this.#refused(session, greeted.why);
        return null;
      case "wrong":
        return greeted.why;
      case "goes-on":
        this.context.log(
          `connected to ${this.#dialler.address}: ${session.connection.channel.description}`,
        );
        return null;
      case "welcome":
        return this.#welcome(session, greeted);
    }
  }

  #welcome(session: Session, theirs: Welcome): string | null {
    const plan = planOf(this.context, this.pipeline, theirs);
    if ("refused" in plan) return plan.refused;
    session.fresh = theirs.identity.current === null;
    session.tide = theirs.tide;
    session.stage = "marks";
    this.#dialler.order.reached();
    this.#begin(session, plan);
    this.options.changed();
    return null;
  }

  #begin(session: Session, plan: Opened): void {
    const { context } = this, { identity } = context;
    if (plan.mode !== "none") {
      this.pipeline.peerIsLevel = false;
      session.levelling = new Levelling(
        context,
        this.pipeline,
        this.volumes,
        {
          full: plan.mode === "full",
          outgoing: this.#outgoing,
          control: this.resync,
          persist: this.options.persist,
          // What differs is in no marks: broken off, it begins anew.
          everything: () => identity.save({}, { resync: null }),
        },
      );
    }
    tellBegin(context, this.#outgoing, plan);
  }

  #marks(session: Session): string | null {
    const { frame } = session.connection, { levelling } = session;
    if (frame.kind !== KIND.MARKS) {
      return `expected marks, got a frame of kind ${frame.kind}`;
    }
    // With nothing to level the peer's marks are none, and it would not have been asked.
    if (levelling && !levelling.take(session.connection.bytes())) {
      return "marks that are none";
    }
    if ((frame.flags & 1) === 0) return null;
    if (levelling) {
      session.stage = "resync";
      levelling.begin();
    } else if (this.context.dirty.marks.isEmpty) this.#mirror(session);
    else this.#begin(session, AFTER_ALL);
    return null;
  }

  /** A part of the resync. */
  #level(session: Session): void {
    try {
      if (session.levelling?.turn()) this.#mirror(session);
    } catch (error) {
      this.drop(
        `resync failed: ${messageOf(error)}`,
      );
      const lasting = lastingRefusal(error, this.context.config.peer);
      if (lasting === null) return;
      this.context.notice = lasting;
      this.#dialler.wait(REDIAL_AFTER_LASTING_MS);
      this.options.changed();
    }
  }

  /** The copies are equal now. Durable equality is `#levelled`. */
  #mirror(session: Session): void {
    this.mirroring.begin(session);
    this.options.changed();
  }

  #levelled(session: Session): void {
    if (session.stage !== "mirroring") return;
    this.#patience.level();
    this.#move.end();
    this.mirroring.levelled(session);
    this.options.changed();
  }

  /** Ends the session; `why` null: it never got far, or was ended on purpose. */
  drop(why: string | null): void {
    const session = this.#session;
    if (!session) return;
    this.#session = null;
    session.connection.close();
    session.levelling?.end();
    this.#settler.begin(null);
    this.verification.interrupted();
    this.#outgoing.clear();
    this.pipeline.fresh = null;
    if (!this.pipeline.alone) this.pipeline.lose();
    const failed = session.stage === "marks" || session.stage === "resync";
    this.#dialler.wait(failed && why ? REDIAL_AFTER_FAILURE_MS : undefined);
    if (why) {
      this.context.log(`session ended: ${why}`);
      if (failed) this.context.notice = why;
    }
    const early = session.stage === "dialling" ||
      session.stage === "securing" || session.stage === "greeting";
    if (why || !early) this.options.changed();
  }

  /** Orderly goodbye, see there: everything up to `durable` is on this disk. */
  *close(durable: number): Generator<void, void> {
    const session = this.#session, { context, pipeline } = this;
    this.#wanted = false;
    if (!session) return;
    yield* goodbye(session, {
      pipeline,
      durable,
      tide: this.#settler.lastTide(),
      now: () => context.now(),
      over: () => this.#session !== session,
    });
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
    const gone = (this.mirroring.everLevel || overdue) && !this.#move.lasts;
    if (!this.pipeline.alone && gone) session = "lost";
    if (stage === "marks" || stage === "resync" || stage === "mirroring") {
      session = "resync";
    }
    if (stage === "mirrored" || stage === "closing") session = "mirrored";
    return {
      session,
      ...this.verification.report,
      resync: session === "resync"
        ? this.#session?.levelling?.source?.progress ?? null
        : null,
    };
  }
}
