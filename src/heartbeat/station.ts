/** One node's end of all links, without sockets and timers: composes what to send, judges what came. Sans-io. */
import { type Body, checkBody, fitBody } from "./body.ts";
import { Acquaintance } from "./acquaintance.ts";
import { Detector, type PeerVerdict } from "./detector.ts";
import { LargePackets } from "./large_packets.ts";
import { Loss } from "./loss.ts";
import {
  Codec,
  type Content,
  type Datagram,
  VERSION,
  versionOf,
} from "./message.ts";
import { divide, MAX_PACKET } from "./parts.ts";
import { SET_BACK, Strangers } from "./strangers.ts";

export interface StationOptions {
  /** Cluster key, hexadecimal. */
  readonly key: string;
  /** Cluster id: two clusters with one key (a copied machine) do not hear each other. */
  readonly cluster: string;
  readonly nodeIndex: 0 | 1;
  /** Random, 32 hexadecimal digits, new for every life of the agent. */
  readonly boot: string;
  readonly links: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
}

/** What makes a datagram genuine on the wire: Codec, or nothing in the simulator, whose wire has no strangers on it. */
export interface Sealing {
  /** `least`: bytes that it is to have. */
  seal(datagram: Datagram, least?: number): Uint8Array;
  /** null: none of this cluster. */
  open(bytes: Uint8Array): Datagram | null;
}

export interface Received {
  /** Send something over this link now: the other side waits to be recognised. */
  readonly answer: boolean;
  /** The peer's present word, if this was one. */
  readonly body: Body | null;
  /** The peer had heard by then what this node sent at this time (by the clock of `now`); null: it says nothing of that. */
  readonly heardUsAt: number | null;
}

const NOTHING: Received = { answer: false, body: null, heardUsAt: null };
/** Answers to greetings, a link: a flood of recordings must not be answered one by one. */
const ANSWER_MS = 50;
/** What the peer has heard of this life may be dated so far ahead before it means anything: both times are of one clock. */
const AHEAD_MS = 5_000;
/** Periods: two may be lost, and what answers the third is on its way. */
const UNCONFIRMED = 2.5;

interface Link {
  readonly detector: Detector;
  readonly loss: Loss;
  readonly large: LargePackets;
  sent: number;
  answeredAt: number;
  roundTripMs: number | null;
}

export class Station {
  readonly #options: StationOptions;
  readonly #codec: Sealing;
  readonly #acquaintance: Acquaintance;
  readonly #peer: Detector;
  readonly #links: Link[];
  readonly #strangers = new Strangers();
  #number = 0;
  #beganAt = Infinity;
  #body: Body | null = null;
  /** The peer's present life puts parts together. */
  #takesParts = false;
  /** A message of a life of the peer that had heard this node: from then on it names this one, or takes another machine for it. */
  #knownBy: Pick<Datagram, "boot" | "number"> | null = null;
  #setBack = false;
  /** How often the peer was lost, and how many of these the agent had dealt with when it said its present word; null: it is about to. */
  #losses = 0;
  #settled: number | null = 0;
  #lost = false;

  constructor(options: StationOptions, codec: Sealing = new Codec(options)) {
    this.#options = options;
    this.#codec = codec;
    this.#acquaintance = new Acquaintance({
      boot: options.boot,
      me: options.nodeIndex,
      silentMs: options.timeoutMs,
    });
    this.#peer = new Detector(options);
    this.#links = Array.from({ length: options.links }, () => ({
      detector: new Detector(options),
      loss: new Loss(),
      large: new LargePackets(),
      sent: 0,
      answeredAt: -Infinity,
      roundTripMs: null,
    }));
  }

  /** What this node says from now on; `settled`: how many losses of the peer it has dealt with; null: its reply promises nothing. */
  say(body: Body, settled: number | null): void {
    this.#body = fitBody(body);
    this.#settled = settled;
  }

  /** How often the peer was lost until now. */
  losses(now: number): number {
    const lost = this.#peer.verdict(now) === "lost";
    if (lost && !this.#lost) this.#losses += 1;
    this.#lost = lost;
    return this.#losses;
  }

  /** The datagram to send over a link now; every call makes a new one. */
  compose(link: number, now: number): Uint8Array {
    // A primary takes the reply for a promise to leave it alone: not while a decision to go on without it may be under way.
    const promises = this.losses(now) === this.#settled;
    const reply = promises ? this.#acquaintance.reply(link, now) : null;
    return this.#seal(link, now, { reply, body: this.#body });
  }

  /** The same as it is sent: in packets that every network carries, if the peer can put them together. */
  packets(link: number, now: number): Uint8Array[] {
    const { current } = this.#acquaintance;
    const news = current === null || this.#acquaintance.echo(now).length > 1;
    // Before it: of two on one link the later one counts.
    const hello = news
      ? [this.#seal(link, now, { reply: null, body: null })]
      : [];
    const datagram = this.compose(link, now);
    if (datagram.length <= MAX_PACKET) return [datagram];
    // Whoever is not known yet may be of an older version, or behind a path that carries no more.
    if (current === null) return hello;
    return [...hello, ...this.#takesParts ? divide(datagram) : [datagram]];
  }

  /** A packet as large as the link is to carry, if it is time to try; `mtu`: see pathMtu(). What it says counts as any word. */
  largePacket(
    link: number,
    now: number,
    path: { readonly mtu: () => number | null; readonly six: boolean },
  ): Uint8Array | null {
    const least = this.#links[link]!.large.due(now, path);
    if (least === null) return null;
    return this.#seal(link, now, { reply: null, body: null }, least);
  }

  #seal(
    link: number,
    now: number,
    { reply, body }: Pick<Content, "reply" | "body">,
    least?: number,
  ): Uint8Array {
    const end = this.#links[link]!;
    // Where large ones vanish, they are no sign of a link that loses heartbeats.
    if (least === undefined) end.sent += 1;
    const used = this.#acquaintance.used(now);
    const content: Content = {
      echo: this.#acquaintance.echo(now),
      sentAt: now,
      reply,
      ...used && { used },
      parts: true,
      sent: end.sent,
      large: {
        ...end.large.word,
        ...least !== undefined && { full: true as const },
      },
      body,
    };
    this.#number += 1;
    this.#beganAt = Math.min(this.#beganAt, now);
    const { nodeIndex, boot } = this.#options;
    const number = this.#number;
    return this.#codec.seal(
      { sender: nodeIndex, boot, link, number, content },
      least,
    );
  }

  receive(link: number, bytes: Uint8Array, now: number): Received {
    const datagram = this.#codec.open(bytes);
    const version = datagram === null ? versionOf(bytes) : null;
    if (version !== null) {
      this.#strangers.saw(version === VERSION ? "sealed" : "version", now);
    }
    const { nodeIndex, boot } = this.#options;
    if (datagram?.sender === nodeIndex && datagram.boot !== boot) {
      this.#strangers.saw("twin", now);
    }
    const end = this.#links[link];
    if (datagram === null || end === undefined || datagram.link !== link) {
      return NOTHING;
    }
    const { used } = datagram.content;
    // Also of a recording: a life that was never set back is ahead of all that anybody has heard of it.
    if (used?.boot === boot && used.number > this.#number) this.#setBack = true;
    const hearing = this.#acquaintance.hear(datagram, now);
    switch (hearing.kind) {
      case "ignored":
        return NOTHING;
      case "second":
        this.#strangers.saw("second", now);
        return NOTHING;
      case "hello":
        if (this.#isForgotten(datagram)) this.#strangers.saw("twin", now);
        return { ...NOTHING, answer: this.#mayAnswer(end, now) };
      case "heard": {
        // Before this one ends a silence that was too long.
        this.losses(now);
        // The first word after a silence: the other side may not know yet that it is heard.
        const answer = this.#peer.verdict(now) !== "alive" &&
          this.#mayAnswer(end, now);
        const reply = this.#replyTo(datagram.content);
        this.#heard(end, reply, now);
        this.#measured(end, datagram, { reply, now });
        this.#takesParts = datagram.content.parts === true;
        const body = hearing.newest && datagram.content.body !== null
          ? checkBody(datagram.content.body)
          : null;
        // Its time is ours, or of a life before this one: the machine's clock goes on.
        const ours = reply !== null && reply.sentAt >= this.#beganAt &&
          reply.sentAt <= now;
        if (ours) {
          this.#knownBy = { boot: datagram.boot, number: datagram.number };
        }
        // Said of this very life: an older version may mean a machine's time before it was started anew.
        if (reply?.boot === boot && reply.sentAt - now > AHEAD_MS) {
          this.#setBack = true;
        }
        return { answer, body, heardUsAt: ours ? reply.sentAt : null };
      }
      default:
        return hearing satisfies never;
    }
  }

  /**
   * The other node is heard and has not said for a while that it hears this one: on links that lose, or after a pause, a primary's time
   * would end although nothing is wrong. More heartbeats then.
   */
  unconfirmed(now: number, heardUsAt: number): boolean {
    const verdict = this.verdict(now);
    return (verdict === "alive" || verdict === "late") &&
      now - heardUsAt > UNCONFIRMED * this.#options.periodMs;
  }

  /** What a person should look at: one line; null: nothing. */
  problem(now: number): string | null {
    return this.#setBack ? SET_BACK : this.#strangers.problem(now);
  }

  /**
   * The peer has heard this very life at a time that is still to come here, or with a higher number before it met the next one: the
   * machine was set back together with its memory. Its numbers have been used: the peer takes it for a recording, and to use them again
   * would give the key away. The life must end.
   */
  get setBack(): boolean {
    return this.#setBack;
  }

  ticked(now: number, everyMs: number): void {
    this.#peer.ticked(now, everyMs);
    for (const { detector } of this.#links) detector.ticked(now, everyMs);
  }

  /** The peer is there if it is heard on any link. */
  verdict(now: number): PeerVerdict {
    return this.#peer.verdict(now);
  }

  link(
    index: number,
    now: number,
  ): {
    readonly verdict: PeerVerdict;
    readonly roundTripMs: number | null;
    readonly lossPercent: number | null;
    readonly blackHoleBytes: number | null;
  } {
    const { detector, roundTripMs, loss, large } = this.#links[index]!;
    const verdict = detector.verdict(now);
    // What is known of one that carries nothing is of before.
    const carries = verdict === "alive" || verdict === "late";
    return {
      verdict,
      roundTripMs,
      lossPercent: carries ? loss.percent : null,
      blackHoleBytes: carries ? large.blackHoleBytes : null,
    };
  }

  /** Another life of this node may be named beside this one: what was heard of that one says nothing here. */
  #replyTo({ reply }: Content): Content["reply"] {
    const { boot } = this.#options;
    return reply === null || (reply.boot ?? boot) === boot ? reply : null;
  }

  /** It had heard this node and names it no more: it takes another machine for this one. */
  #isForgotten({ boot, number }: Datagram): boolean {
    return boot === this.#knownBy?.boot && number > this.#knownBy.number;
  }

  #heard(end: Link, reply: Content["reply"], now: number): void {
    this.#peer.heard(now);
    end.detector.heard(now);
    if (reply === null) return;
    const trip = now - reply.sentAt - reply.heldMs;
    // A reply to a former life of ours, or to a message of before a pause, says nothing.
    if (trip < 0 || trip > this.#options.timeoutMs) return;
    end.roundTripMs = end.roundTripMs === null
      ? trip
      : end.roundTripMs + (trip - end.roundTripMs) / 8;
  }

  #measured(
    end: Link,
    { boot, content: { sentAt, sent, large } }: Datagram,
    { reply, now }: { readonly reply: Content["reply"]; readonly now: number },
  ): void {
    end.large.heard(large, { sentAt, heardUsAt: reply?.sentAt ?? null });
    if (sent !== undefined && !large?.full) {
      end.loss.heard({ life: boot, sent }, now);
    }
  }

  #mayAnswer(end: Link, now: number): boolean {
    if (now - end.answeredAt < ANSWER_MS) return false;
    end.answeredAt = now;
    return true;
  }
}
