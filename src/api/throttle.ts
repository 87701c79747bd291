import { addressBytes, groups } from "../system/address_bytes.ts";
/**
 * Slows down guessing. Every attempt counts as a failure until it is known to be right, so that a hundred guesses sent at once
 * are not a hundred free ones. Takes `now`; reads no clock. Pure.
 */
export interface ThrottleLimits {
  /** Failures that cost nothing: people mistype. */
  readonly free: number;
  /** Wait after the first failure that costs; it doubles with each further one. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A key without attempts for so long is forgotten. */
  readonly forgetMs: number;
  /** Keys remembered; at the limit the one that was quiet for longest is forgotten. */
  readonly keys: number;
}

/** By address: strict, a guesser may wait for a quarter of an hour. */
export const BY_ADDRESS: ThrottleLimits = {
  free: 5,
  firstMs: 1000,
  longestMs: 15 * 60_000,
  forgetMs: 3_600_000,
  keys: 10_000,
};
/** By user: mild, or a stranger could lock the administrator out at 3 a.m. by guessing from many addresses. */
export const BY_USER: ThrottleLimits = {
  ...BY_ADDRESS,
  free: 10,
  longestMs: 10_000,
};

interface Tally {
  failures: number;
  at: number;
}

export class Throttle {
  readonly #limits: ThrottleLimits;
  /** In order of the last attempt, oldest first. */
  readonly #tallies = new Map<string, Tally>();

  constructor(limits: ThrottleLimits) {
    this.#limits = limits;
  }

  /** Milliseconds until `key` may try again, 0: now. */
  waitMs(key: string, now: number): number {
    const tally = this.#tallies.get(key);
    if (!tally || now - tally.at >= this.#limits.forgetMs) return 0;
    const over = tally.failures - this.#limits.free;
    if (over <= 0) return 0;
    const { firstMs, longestMs } = this.#limits;
    const penalty = Math.min(longestMs, firstMs * 2 ** Math.min(over - 1, 40));
    return Math.max(0, tally.at + penalty - now);
  }

  /** An attempt begins: it counts as failed until `succeeded`. */
  attempt(key: string, now: number): void {
    const known = this.#tallies.get(key);
    const fresh = known && now - known.at < this.#limits.forgetMs;
    this.#tallies.delete(key);
    this.#tallies.set(key, {
      failures: (fresh ? known.failures : 0) + 1,
      at: now,
    });
    if (this.#tallies.size <= this.#limits.keys) return;
    const quietest = this.#tallies.keys().next();
    if (!quietest.done) this.#tallies.delete(quietest.value);
  }

  succeeded(key: string): void {
    this.#tallies.delete(key);
  }
}

/** Whom to slow down: an IPv4 address, or the /64 of an IPv6 one, since one machine owns that whole. */
export function addressKey(address: string): string {
  const plain = plainAddress(address);
  const bytes = addressBytes(plain);
  if (bytes?.length !== 16) return plain;
  return groups(bytes.subarray(0, 8)).join(":") + "::/64";
}

/** As it stands in a configuration: an IPv4 caller of a socket that takes both, a link-local one without its interface. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").split("%")[0]!;
}
