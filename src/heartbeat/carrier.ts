/**
 * Whether the interface of a link has a carrier: a pulled cable or a dead switch is known at once, and not after a time-out of silence.
 * It is told and nothing else: between two machines on one cable it says as little about the other one as silence does. What follows
 * for clients is a check's matter (../checker/link.ts).
 */
import { faultOf, InterfaceFlags } from "../system/interface_flags.ts";

/** An address that moves to another interface is looked for so often. */
const NAME_MS = 5_000;

export class Carrier {
  readonly #local: string;
  readonly #flags = new InterfaceFlags();
  #name: string | null = null;
  #namedAt = -Infinity;

  constructor(local: string) {
    this.#local = local;
  }

  /** "eth1 has no carrier"; null: it has one, or nobody knows. */
  fault(now: number): string | null {
    if (this.#name === null || now - this.#namedAt > NAME_MS) this.#find(now);
    if (this.#name === null) return null;
    const flags = this.#flags.of(this.#name);
    const fault = flags === null ? null : faultOf(flags);
    return fault === null ? null : `${this.#name} ${fault}`;
  }

  close(): void {
    this.#flags.close();
  }

  /** An interface without the address now keeps its name: one that is set down may lose it. */
  #find(now: number): void {
    const found = Deno.networkInterfaces().find(({ address }) =>
      address === this.#local
    );
    this.#name = found?.name ?? this.#name;
    this.#namedAt = now;
  }
}
