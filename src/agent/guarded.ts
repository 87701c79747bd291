/** A module as the guard knows it: until when it may be served here, and what the guard took that may come back. */
import type { Ward } from "../guard/ward.ts";
import { DOUBTFUL, type Doubts, regain } from "../machine/regain.ts";
import type { State } from "../machine/step.ts";
import { wardOf } from "../machine/ward.ts";
import type { Module } from "../module/schema.ts";
import { now } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import type { Addresses } from "./addresses.ts";
import type { Services } from "./services.ts";

export interface GuardedOptions {
  readonly module: Module;
  readonly services: Services;
  readonly addresses: Addresses;
  readonly log: Log;
}

export class Guarded {
  readonly #options: GuardedOptions;
  #doubts: Doubts = DOUBTFUL;

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
    const { doubts, back } = regain(this.#doubts, { state, ward, now: now() });
    this.#doubts = doubts;
    if (back) this.#regain();
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

  #regain(): void {
    const { services, addresses, log } = this.#options;
    if (services.frozen()) {
      log.warning(
        "the guard had taken the services away, because nobody could hear this node; nobody went on in its place: they go on here",
      );
    }
    services.thaw();
    addresses.look();
  }
}
