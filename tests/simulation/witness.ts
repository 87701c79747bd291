/** The simulated third machine: the real rules of src/witness/register.ts, a disk, a process that dies, and links that are cut. */
import type { Answer } from "../../src/witness/protocol.ts";
import {
  type Ask,
  type Entry,
  judge,
  type Leases,
  NO_LEASES,
} from "../../src/witness/register.ts";
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
  /** `witness`: its present life. `answer` null: only that. */
  readonly reply: (
    witness: number,
    answer: { readonly to: number; readonly answer: Answer } | null,
  ) => void;
}

export class Witness {
  entry: Entry | null = null;
  /** cut[node]: nothing passes between that node and the witness. */
  readonly cut: [boolean, boolean] = [false, false];
  up = true;
  readonly #world: World;
  #life = 1;
  #startedAt = -Infinity;
  #leases: Leases = NO_LEASES;
  #heard: { life: number; number: number }[] = [
    { life: 0, number: 0 },
    { life: 0, number: 0 },
  ];
  #busyUntil = 0;

  constructor(world: World) {
    this.#world = world;
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
    this.#startedAt = this.#world.now;
    this.#leases = NO_LEASES;
    this.#heard = [{ life: 0, number: 0 }, { life: 0, number: 0 }];
    if (forgets) this.entry = null;
  }

  /** A datagram on its way: late, or never. */
  send(question: Question): void {
    const { world } = { world: this.#world };
    if (this.cut[question.from] || world.chance(world.loss)) return;
    world.later(this.#delay(), () => {
      if (!this.cut[question.from]) this.#receive(question);
    });
  }

  #delay(): number {
    const world = this.#world;
    return world.between(0.2, world.chance(0.02) ? 900 : 8);
  }

  #receive(question: Question): void {
    if (!this.up) return;
    const { from, life, number } = question;
    if (question.to !== this.#life) return this.#back(question, null);
    const heard = this.#heard[from]!;
    if (life < heard.life || (life === heard.life && number <= heard.number)) {
      return;
    }
    this.#heard[from] = { life, number };
    // One at a time, each as long as the disk takes.
    const begin = Math.max(this.#world.now, this.#busyUntil);
    const mine = this.#life;
    this.#busyUntil = begin;
    this.#world.later(begin - this.#world.now, () => {
      if (!this.up || mine !== this.#life) return;
      const { cell, verdict } = judge(
        { entry: this.entry, leases: this.#leases },
        question.ask,
        { node: from, now: this.#world.now, startedAt: this.#startedAt },
      );
      this.#leases = cell.leases;
      const answer = { ask: question.ask, verdict };
      if (cell.entry === this.entry) return this.#back(question, answer);
      // It may die between the disk and the answer.
      if (cell.entry?.epoch !== this.entry?.epoch) {
        const { epoch, holder } = cell.entry!;
        const who = holder === null ? "both" : `node${holder + 1}`;
        this.#world.note(`witness: epoch ${epoch}, ${who}`);
      }
      this.entry = cell.entry;
      this.#world.later(this.#world.between(0.5, 20), () => {
        if (this.up && mine === this.#life) this.#back(question, answer);
      });
    });
  }

  #back(question: Question, answer: Answer | null): void {
    const world = this.#world;
    if (this.cut[question.from] || world.chance(world.loss)) return;
    const life = this.#life;
    world.later(this.#delay(), () => {
      if (this.cut[question.from]) return;
      question.reply(
        life,
        answer === null ? null : { to: question.life, answer },
      );
    });
  }
}
