/** Who decides between the two nodes, as it stands in /etc/hakit/arbiter.json; the same on both nodes but for the moments of a change. */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { type Arbiter, NO_ARBITER } from "../machine/arbiter.ts";
import { ConfigError } from "../module/load.ts";
import { readIfPresent, removeDurably, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { places } from "../cluster/places.ts";
import { WITNESS_PORT } from "../witness/protocol.ts";

const address = z.union([z.ipv4(), z.ipv6()]);

export const arbiterSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("witness"),
    address,
    port: z.int().min(1).max(65535).default(WITNESS_PORT),
    /** Of this cluster at this witness and nowhere else: 64 hexadecimal digits. */
    key: z.string().regex(/^[0-9a-f]{64}$/),
    retired: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal("ping"),
    addresses: z.array(address).min(1).max(8),
  }),
]);
export type ArbiterFile = z.infer<typeof arbiterSchema>;

/** null: none. Throws ConfigError: a node that cannot read who decides must not decide by itself. */
export async function readArbiter(paths: Paths): Promise<ArbiterFile | null> {
  const text = await readIfPresent(places(paths).arbiter);
  if (text === null) return null;
  try {
    return arbiterSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(
      'is no arbiter, expected what "hakit witness add" writes',
      places(paths).arbiter,
      null,
      null,
      { cause },
    );
  }
}

export async function writeArbiter(
  paths: Paths,
  arbiter: ArbiterFile | null,
): Promise<void> {
  // An empty word instead of a missing file would have to be told from a half written one.
  if (arbiter === null) {
    await removeDurably(places(paths).arbiter);
    return;
  }
  await writeDurably(places(paths).arbiter, JSON.stringify(arbiter) + "\n", {
    mode: 0o600,
  });
}

/** What the automaton is told: no key, but a name for it that both nodes come to. */
export function arbiterOf(file: ArbiterFile | null): Arbiter {
  if (file === null) return NO_ARBITER;
  if (file.kind === "ping") return file;
  const { address, key, retired } = file;
  const id = createHash("sha256").update(key).digest("hex").slice(0, 16);
  return { kind: "witness", id, address, retired };
}

export function newKey(): string {
  return randomBytes(32).toString("hex");
}
