/** Which addresses decide nothing between two nodes: those that one of them answers by itself. Pure. */
import { canonical } from "../system/address.ts";
import type { ArbiterFile } from "./arbiter_store.ts";

export interface Owned {
  readonly address: string;
  /** "node1", "this machine". */
  readonly whose: string;
}

/** What both nodes have by their configuration. */
export function ownedBy(
  nodes: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
  }[],
  virtual: readonly string[],
): Owned[] {
  return [
    ...nodes.flatMap(({ name, addresses }) =>
      addresses.map((address) => ({ address, whose: name }))
    ),
    ...virtual.map((address) => ({
      address: address.split("/")[0]!,
      whose: "whichever node is primary",
    })),
  ];
}

/** Why a cut-off node would hear this arbiter all the same, in one line; null: it would not. */
export function arbiterRefusal(
  file: ArbiterFile,
  owned: readonly Owned[],
): string | null {
  const addresses = file.kind === "ping" ? file.addresses : [file.address];
  for (const address of addresses) {
    const whose = ofItself(address) ??
      owned.find((one) => canonical(one.address) === canonical(address))?.whose;
    if (whose === undefined) continue;
    const expected = file.kind === "ping"
      ? "one that both nodes reach only over the network, such as a router's"
      : "that of a third machine";
    return `No arbiter: ${address} belongs to ${whose}, which would answer itself when it is cut off: expected ${expected}`;
  }
  return null;
}

/** Every machine's own, by whatever form it is written. */
function ofItself(address: string): string | undefined {
  const plain = canonical(address);
  const every = /^(127\.|0\.|::1?$|::ffff:)/.test(plain);
  return every ? "every machine" : undefined;
}
