/** The simulated third machine: the real rules of src/witness/register.ts, a disk, a process that dies or stops, links that are cut. */
import type { Answer } from "../../src/witness/protocol.ts";
import {
  type Ask,
  type Entry,
  judge,
  type Leases,
  NO_LEASES,
} from "../../src/witness/register.ts";
import { Clock } from "./clock.ts";
import type { World } from "./world.ts";

/** A question as it is on the wire: it names both lives, and counts once. */
export interface Question {
  readonly from: 0 | 1;
  /** Life of the agent. */
  readonly life: number;
  readonly number: number;
  /** Life of the witness that it is for; 0: not met yet. */
  readonly to: number;
  readonly askedAt: number;
  readonly ask: Ask;
  /** `by`: the witness' present life, and which of its words this is. `answer` null: only that. */
  readonly reply: (
    by: { readonly life: number; readonly number: number },
    answer: { readonly to: number; readonly answer: Answer } | null,
  ) => void;
}

export class Witness {
  entry: Entry | null = null;
  /** cut[node]: nothing of that node arrives; deaf[node]: no answer arrives there. */
  readonly cut: [boolean, boolean] = [false, false];
  readonly deaf: [boolean, boolean] = [false, false];
  up = true;
  readonly clock: Clock;
  readonly #world: World;
  #life = 1;
  #startedAt = -Infinity;
  #leases: Leases = NO_LEASES;
  #heard: { life: number; number: number }[] = [
    { life: 0, number: 0 },
    { life: 0, number: 0 },
  ];
  #waiting: Question[] = [];
  #said = 0;
  #pausedUntil = 0;

  constructor(world: World, clock = new Clock(world)) {
    this.#world = world;
    this.clock = clock;
  }

  stop(): void {
    if (!this.up) return;
    this.#world.note("witness stopped");
    this.up = false;
  }

  /** `forgets`: with an empty disk. */
  start(forgets = false): void {
    if (this.up) this.stop();
    this.#world.note(forgets ? "witness starts, empty" : "witness starts");
    this.up = true;
    this.#life++;
    this.#startedAt = this.clock.now;
    this.#leases = NO_LEASES;
    this.#heard = [{ life: 0, number: 0 }, { life: 0, number: 0 }];
    this.#pausedUntil = 0;
    this.#waiting = [];
    if (forgets) this.entry = null;
  }

  /** The process is stopped; what comes meanwhile waits in its socket and is answered late. */
  pause(ms: number): void {
    this.#world.note(`witness paused ${ms.toFixed(0)} ms`);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#world.now + ms);
  }

  /** It hears and answers both nodes. */
  get well(): boolean {
    const parted = [...this.cut, ...this.deaf].includes(true);
    return this.up && !parted && this.#world.now >= this.#pausedUntil;
  }

  heal(): void {
    for (const node of [0, 1] as const) {
      this.cut[node] = this.deaf[node] = false;
    }
    if (!this.up) this.start();
  }

  /** A datagram on its way: late, twice, or never. */
  send(question: Question): void {
    const world = this.#world;
    const { loss, twice } = world.weather;
    if (this.cut[question.from] || world.chance(loss)) return;
    const land = () => {
      if (!this.cut[question.from]) this.#receive(question);
    };
    world.later(this.#delay(), land);
    if (twice > 0 && world.chance(twice)) world.later(this.#delay(), land);
  }

  #delay(): number {
    const world = this.#world;
    return world.between(0.2, world.chance(0.02) ? 900 : 8);
  }

  #receive(question: Question): void {
    if (!this.up) return;
    if (this.#world.now < this.#pausedUntil) {
      const life = this.#life;
      return this.#world.later(this.#pausedUntil - this.#world.now, () => {
        if (life === this.#life) this.#receive(question);
      });
    }
    const { from, life, number } = question;
    if (question.to !== this.#life) return this.#back(question, null);
    const heard = this.#heard[from]!;
    if (life < heard.life || (life === heard.life && number <= heard.number)) {
      return;
    }
    this.#heard[from] = { life, number };
    this.#waiting.push(question);
    if (this.#waiting.length === 1) this.#work();
  }

  /** One after the other: what is answered is what is on disk, and nothing newer. */
  #work(): void {
    const question = this.#waiting[0];
    if (question === undefined) return;
    const mine = this.#life;
    const lives = () => this.up && mine === this.#life;
    const { cell, verdict } = judge(
      { entry: this.entry, leases: this.#leases },
      question.ask,
      {
        node: question.from,
        now: this.clock.now,
        startedAt: this.#startedAt,
      },
    );
    const done = () => {
      this.#leases = cell.leases;
      this.#back(question, { ask: question.ask, verdict });
      this.#waiting.shift();
      this.#work();
    };
    if (cell.entry === this.entry) return done();
    this.#world.later(this.#world.between(0.5, 20), () => {
      // It may die before the disk has it, or between the disk and the answer.
      if (!lives()) return;
      if (cell.entry?.epoch !== this.entry?.epoch) {
        const { epoch, holder } = cell.entry!;
        const who = holder === null ? "both" : `node${holder + 1}`;
        this.#world.note(`witness: epoch ${epoch}, ${who}`);
      }
      this.entry = cell.entry;
      this.#world.later(this.#world.between(0, 2), () => {
        if (lives()) done();
      });
    });
  }

  #back(question: Question, answer: Answer | null): void {
    const world = this.#world;
    const { loss, twice } = world.weather;
    const { from } = question;
    if (this.cut[from] || this.deaf[from] || world.chance(loss)) return;
    const life = this.#life;
    const number = ++this.#said;
    const land = () => {
      if (this.cut[from] || this.deaf[from]) return;
      question.reply(
        { life, number },
        answer === null ? null : { to: question.life, answer },
      );
    };
    world.later(this.#delay(), land);
    if (twice > 0 && world.chance(twice)) world.later(this.#delay(), land);
  }
}
