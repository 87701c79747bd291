/**
 * Machines that run K3s' agent beside the two nodes. The list lies in the mirrored storage: whichever node is primary exports the
 * volumes to the same machines, and it is written where it is exported, on the primary.
 */
import { isIP } from "node:net";
import { join } from "node:path";
import { canonical } from "../system/address.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";

const FILE = "agents";
/** More machines than two servers can serve. */
const MOST = 100;

/** Addresses, in order of admission. What is no address is nobody. */
export async function readAgents(storage: string): Promise<string[]> {
  const text = await readIfPresent(join(storage, FILE)) ?? "";
  return text.split("\n").map((line) => line.trim())
    .filter((line) => isIP(line) !== 0).slice(0, MOST);
}

/** The list with that machine, or without it, however its address is written. Pure. */
export function agentsWith(
  address: string,
  agents: readonly string[],
  { remove }: { readonly remove: boolean },
): string[] {
  const one = canonical(address);
  const others = agents.filter((agent) => canonical(agent) !== one);
  return remove ? others : [...others, one];
}

/** The whole list; 0644: addresses are no secret, and the module's script reads it. */
export async function writeAgents(
  storage: string,
  addresses: readonly string[],
): Promise<void> {
  if (addresses.length > MOST) {
    throw new Error(`${addresses.length} agents, expected ${MOST} at most`);
  }
  const text = addresses.map((address) => `${address}\n`).join("");
  await writeDurably(join(storage, FILE), text);
}
