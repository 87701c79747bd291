/**
 * What happened lately, numbered, so that a reader whose connection broke goes on where it was (`Last-Event-ID`). Bounded: who was away
 * for longer is told that something is missing. Numbers begin anew with each life of the agent, and the id says which life. Pure.
 */
export interface RingEvent {
  readonly number: number;
  readonly event: "log";
  readonly data: string;
  /** Not for viewers. */
  readonly private: boolean;
}

export interface RingLimits {
  readonly events: number;
  readonly bytes: number;
}

/** About an hour of a busy cluster; a megabyte of the agent's memory. */
const LIMITS: RingLimits = { events: 2000, bytes: 1024 * 1024 };

/** Where a reader stands: everything up to this number was sent. */
export interface Position {
  readonly number: number;
  /** Events in between are gone, or were another life's. */
  readonly missed: boolean;
}

export class EventRing {
  readonly life: string;
  readonly #limits: RingLimits;
  #events: RingEvent[] = [];
  #bytes = 0;
  #last = 0;

  constructor(life: string, limits: RingLimits = LIMITS) {
    this.life = life;
    this.#limits = limits;
  }

  get last(): number {
    return this.#last;
  }

  push(event: Omit<RingEvent, "number">): void {
    this.#last++;
    this.#events.push({ ...event, number: this.#last });
    this.#bytes += event.data.length;
    while (
      this.#events.length > this.#limits.events ||
      this.#bytes > this.#limits.bytes
    ) this.#bytes -= this.#events.shift()!.data.length;
  }

  /** Later than `number`, oldest first. */
  after(number: number): readonly RingEvent[] {
    const first = this.#events.findIndex((event) => event.number > number);
    return first < 0 ? [] : this.#events.slice(first);
  }

  id(number: number): string {
    return `${this.life}-${number}`;
  }

  /** Null or empty id: a new reader, who wants what comes from now on. */
  position(id: string | null | undefined): Position {
    if (!id) return { number: this.#last, missed: false };
    const [, life, digits] = /^([\w]{1,40})-(\d{1,15})$/.exec(id) ?? [];
    const number = Number(digits);
    const first = this.#events[0]?.number ?? this.#last + 1;
    if (life !== this.life || number > this.#last) {
      return { number: first - 1, missed: true };
    }
    if (number < first - 1) return { number: first - 1, missed: true };
    return { number, missed: false };
  }
}
