/** poll(2) for a loop that blocks in one place only: descriptors and what to do when they are ready. */
import { libc, Memory } from "./libc.ts";
import { Spin } from "./spin.ts";

export const POLLIN = 1, POLLOUT = 4;
const MAX = 256;

export class Poll {
  readonly #memory = new Memory(8 * MAX);
  readonly #ready: ((events: number) => void)[] = [];
  #count = 0;

  /** Waits for `events` of `fd` in the next `wait`; beyond the limit it is left out this time. */
  add(fd: number, events: number, ready: (events: number) => void): void {
    if (this.#count === MAX) return;
    const at = this.#count * 8;
    this.#memory.view.setInt32(at, fd, true);
    this.#memory.view.setInt32(at + 4, events, true); // events, revents = 0
    this.#ready[this.#count++] = ready;
  }

  #activeAt = 0;
  readonly #spin = new Spin(navigator.hardwareConcurrency);

  /**
   * After something happened the next thing is mostly near: a wake-up of a sleeping core costs more than all else in a mirrored
   * write. So look again for a moment, giving way to whoever else wants the core, before sleeping. Idle costs nothing.
   */
  #look(count: number): number {
    const until = this.#activeAt + this.#spin.ms;
    while (performance.now() < until) {
      const ready = libc.poll(this.#memory.address, count, 0);
      if (ready !== 0) return ready;
      libc.sched_yield();
    }
    return 0;
  }

  /** Waits at most `timeoutMs`, calls what is ready in the order of `add`, and begins anew. */
  wait(timeoutMs: number): void {
    const count = this.#count;
    this.#count = 0;
    let ready = timeoutMs > 0 ? this.#look(count) : 0;
    if (ready === 0) {
      ready = libc.poll(this.#memory.address, count, timeoutMs);
      if (timeoutMs > 0) this.#spin.slept(performance.now() - this.#activeAt);
    }
    if (ready <= 0) return;
    this.#activeAt = performance.now();
    for (let i = 0; i < count; i++) {
      const events = this.#memory.view.getInt16(i * 8 + 6, true);
      if (events !== 0) this.#ready[i]!(events);
    }
  }
}
