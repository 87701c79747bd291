/** A module as the guard knows it: until when it may be served here, and what the guard took that may come back. */
import type { Ward } from "../guard/ward.ts";
import { DOUBTFUL, type Doubts, regain } from "../machine/regain.ts";
import type { State } from "../machine/step.ts";
import { isPrimary } from "../machine/turn.ts";
import { wardOf } from "../machine/ward.ts";
import type { Module } from "../module/schema.ts";
import { now } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import type { Addresses } from "./addresses.ts";
import type { Services } from "./services.ts";

export interface GuardedOptions {
  readonly module: Pick<Module, "name" | "virtual_addresses" | "services">;
  readonly services: Pick<Services, "frozen" | "thaw" | "group">;
  readonly addresses: Pick<Addresses, "look">;
  readonly log: Pick<Log, "warning">;
  /** What stops in order stands still, and stays so. */
  readonly stuck: () => void;
}

/**
 * How often it is looked for services that stand still although they may go on. The guard may act in the very moment in which it is told
 * not to, after this side has given back what it knew of.
 */
const LOOK_MS = 1_000;

export class Guarded {
  readonly #options: GuardedOptions;
  #doubts: Doubts = DOUBTFUL;
  #lookedAt = -Infinity;

  constructor(options: GuardedOptions) {
    this.#options = options;
  }

  /** Nothing that was taken away is missing, as far as is known. */
  get certain(): boolean {
    return !this.#doubts.doubt;
  }

  /** The guard says that it has taken the module away. */
  wasFenced(): void {
    this.#doubts = { ...this.#doubts, doubt: true };
  }

  /** The next word to the guard; null: it may be served here without an end. */
  ward(state: State, told: State): Ward | null {
    const ward = wardOf(state, told);
    const at = now();
    const { doubts, back, safe, stuck } = regain(this.#doubts, {
      state,
      ward,
      now: at,
    });
    this.#doubts = doubts;
    if (back || safe && this.#standStill(at)) {
      this.#regain(isPrimary(state.role) || ward !== null);
    }
    if (stuck && this.#standStill(at)) this.#options.stuck();
    if (ward === null) return null;
    const { module, services } = this.#options;
    return {
      ...ward,
      module: module.name,
      addresses: module.virtual_addresses.map(({ address }) =>
        address.split("/")[0]!
      ),
      group: services.group,
      units: module.services,
    };
  }

  #standStill(at: number): boolean {
    if (at - this.#lookedAt < LOOK_MS) return false;
    this.#lookedAt = at;
    return this.#options.services.frozen();
  }

  #regain(serves: boolean): void {
    const { services, addresses, log } = this.#options;
    if (serves && services.frozen()) {
      log.warning(
        "the guard had taken the services away, because nobody could hear this node; nobody went on in its place: they go on here",
      );
    }
    services.thaw();
    if (serves) addresses.look();
  }
}
