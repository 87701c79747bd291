/**
 * The virtual addresses of one module on this node: taken and released together, looked after while they are held (an
 * administrator's `ip addr flush` or a network restart must not end a service), and announced again from time to time.
 */
import {
  announceAddress,
  endOldSockets,
  holders,
  noteVirtual,
  releaseAddress,
  resolveAddress,
  standBehind,
  standsFirst,
  takeAddress,
  type VirtualAddress,
} from "../actions/virtual_ip.ts";
import { Netlink } from "../guard/netlink.ts";
import type { Module } from "../module/schema.ts";
import type { Log } from "../system/log.ts";
import { now, sleep } from "../system/clock.ts";
import { messageOf } from "../system/message.ts";

/** How often it is looked whether they are still there. */
const CHECK_MS = 3000;
const LATE_MS = 500;
/**
 * Clients learn the place again within this: after two nodes held it at once (all links were cut and are back, one yielded), or when
 * a switch lost its tables. One small packet an address.
 */
const REFRESH_MS = 5_000;
/** Another machine that has the address gets so long. */
const PATIENCE_MS = 5_000;
const PROBE_AGAIN_MS = 100;

export interface AddressesOptions {
  readonly specs: Module["virtual_addresses"];
  /** This node's address on the first link: names the interface of an address that is in no interface's network. */
  readonly near: string;
  readonly log: Log;
  /** Whether it is certain now that they belong here: after this process stood still another node may have them. */
  readonly certain: () => boolean;
  /** One was lost and cannot be taken back, as was found at each look (`again`: the same as before). */
  readonly onProblem: (problem: string, again: boolean) => void;
}

export class Addresses {
  readonly #options: AddressesOptions;
  #held: AbortController | null = null;
  #problem: string | null = null;
  /** Put behind this node's own address, and not seen there yet. */
  readonly #putAgain = new Set<string>();

  constructor(options: AddressesOptions) {
    this.#options = options;
    for (const { address } of options.specs) {
      noteVirtual(address.split("/")[0]!);
    }
  }

  /** Takes all; when one cannot be taken, those taken before are released again. */
  async take(signal?: AbortSignal): Promise<void> {
    const taken: VirtualAddress[] = [];
    const held = new Set<string>();
    // At once: each is probed for 100 ms, and clients wait for all of them.
    const results = await Promise.allSettled(
      this.#options.specs.map(async (spec) => {
        const here = holders(spec.address.split("/")[0]!).length > 0;
        const target = await this.#takePatiently(spec, signal);
        taken.push(target);
        if (here) held.add(target.address);
        // Held all the time (the agent is back, the service never left): those connections are good ones.
        else await endOldSockets(target.address);
      }),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed) {
      for (const target of taken) {
        // What served before goes on: another one's trouble is not its own.
        if (held.has(target.address)) continue;
        await releaseAddress(target.address).catch(() => {});
      }
      throw failed.reason;
    }
    this.#held?.abort();
    this.#held = new AbortController();
    const { signal: hold } = this.#held;
    for (const target of taken) this.#announce(target, hold);
    if (taken.length > 0) this.#guard(hold);
  }

  /** The node that had it may need a moment to let it go, and this one's interface to come up. */
  async #takePatiently(
    spec: Module["virtual_addresses"][number],
    signal: AbortSignal | undefined,
  ): Promise<VirtualAddress> {
    const end = now() + PATIENCE_MS;
    for (;;) {
      try {
        const target = await resolveAddress(spec, this.#options.near);
        await takeAddress(target, signal);
        return target;
      } catch (error) {
        if (signal?.aborted || now() > end) throw error;
        await sleep(PROBE_AGAIN_MS, signal);
      }
    }
  }

  async release(): Promise<void> {
    this.#held?.abort();
    this.#held = null;
    this.#problem = null;
    const failures: unknown[] = [];
    const addresses = this.#options.specs.map(({ address }) =>
      address.split("/")[0]!
    );
    takeOff(addresses);
    // What was just being added is off again when this has ended.
    await this.#looking;
    for (const address of addresses) {
      if (holders(address).length === 0) continue;
      await releaseAddress(address).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Leaves the addresses where they are: the agent ends, the service does not. */
  close(): void {
    this.#held?.abort();
    this.#held = null;
  }

  /** Looks at once whether they are still there, and takes back what is gone. */
  look(): Promise<void> {
    const looks = Promise.all([this.#looking, this.#lookNow()]).then(() => {});
    this.#looking = looks;
    return looks;
  }

  #looking: Promise<void> = Promise.resolve();

  async #lookNow(): Promise<void> {
    const { signal } = this.#held ?? {};
    if (!signal) return;
    for (const spec of this.#options.specs) {
      if (!signal.aborted) await this.#check(spec, signal);
    }
  }

  async #announce(
    target: VirtualAddress,
    signal: AbortSignal,
    once = false,
  ): Promise<void> {
    try {
      await announceAddress(target, { signal, once });
    } catch (error) {
      this.#options.log.warning(
        `cannot announce address "${target.address}": ${messageOf(error)}`,
      );
    }
  }

  async #guard(signal: AbortSignal): Promise<void> {
    let refreshed = now();
    while (!signal.aborted) {
      const due = now() + CHECK_MS;
      await sleep(CHECK_MS, signal);
      // It stood still itself: whose they are is found out first.
      if (now() - due > LATE_MS || !this.#options.certain()) continue;
      await this.look();
      if (signal.aborted || now() - refreshed < REFRESH_MS) continue;
      refreshed = now();
      for (const spec of this.#options.specs) {
        const target = await resolveAddress(spec, this.#options.near)
          .catch(() => null);
        if (target) await this.#announce(target, signal, true);
      }
    }
  }

  async #check(
    spec: Module["virtual_addresses"][number],
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const target = await resolveAddress(spec, this.#options.near);
      if (holders(target.address).includes(target.device)) {
        this.#problem = null;
        return await this.#putBehind(target, signal);
      }
      if (signal.aborted) return;
      await takeAddress(target, signal);
      // Released while it was being taken: it must not stay.
      if (signal.aborted) return await releaseAddress(target.address);
      this.#options.log.warning(
        `address "${target.address}" was gone from ${target.device}, taken again`,
      );
      this.#announce(target, signal);
      this.#problem = null;
    } catch (error) {
      const problem = messageOf(error);
      if (signal.aborted) return;
      const again = this.#problem === problem;
      this.#problem = problem;
      // Each time: at the first a plan may have been under way, and nothing came of it.
      this.#options.onProblem(problem, again);
    }
  }

  /** Once: where it comes to stand before the node's own again, there is a reason that is not ours. */
  async #putBehind(
    target: VirtualAddress,
    signal: AbortSignal,
  ): Promise<void> {
    const { address } = target;
    if (!standsFirst(target)) {
      this.#putAgain.delete(address);
      return;
    }
    if (signal.aborted || this.#putAgain.has(address)) return;
    this.#putAgain.add(address);
    await standBehind(target);
    if (signal.aborted) return await releaseAddress(address);
    this.#announce(target, signal, true);
  }
}

let netlink: Netlink | null = null;

/** By the kernel alone: a node that must let go must not wait for a program on a disk that stands still. */
function takeOff(addresses: readonly string[]): void {
  try {
    netlink ??= new Netlink();
    netlink.remove(addresses);
  } catch {
    // Then by the program, which also says what is wrong.
  }
}
