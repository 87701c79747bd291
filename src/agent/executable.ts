/** Which hakit a file is: looked at before it may become the one that runs. */
import { dirname } from "node:path";
import { z } from "zod";
import { digestOf } from "../system/digest.ts";
import { fill } from "../system/files.ts";
import { runGiven } from "../system/run_given.ts";
import { speaksSchema } from "./speaks.ts";
import { messageOf } from "../system/message.ts";

export const buildSchema = z.strictObject({
  version: z.string().max(64),
  digest: z.string().regex(/^[0-9a-f]{64}$/).describe("SHA-256 of the file"),
  speaks: speaksSchema.nullable()
    .describe("Protocols; null: too old to say so"),
});
export type Build = z.infer<typeof buildSchema>;

/** What `version --json` prints, as far as it matters. */
const versionSchema = z.object({
  version: z.string().max(64).regex(/^[\w.+-]+$/),
  arch: z.string(),
  deno: z.string(),
  speaks: speaksSchema.optional(),
});

/** A compiled hakit is about 120 MB. */
export const MAX_EXECUTABLE = 512 * 1024 * 1024;
/** Unpacking on a slow disk included. */
const RUN_MS = 60_000;
/** ELF header (elf.h): magic, 64 bits, little endian; e_machine at 18. */
const MACHINES: Readonly<{ [machine: number]: string }> = {
  62: "x86_64",
  183: "aarch64",
};

/**
 * Throws with one line when `file` is no hakit for this machine, or does not run on it. `name`: as the person knows it; `folder`: see
 * runGiven().
 */
export async function inspect(
  file: string,
  { name = file, folder = dirname(file) }: {
    readonly name?: string;
    readonly folder?: string;
  } = {},
): Promise<Build> {
  const machine = await machineOf(file);
  if (machine === null) {
    throw new Error(`"${name}" is no Linux executable, expected a hakit`);
  }
  const { arch } = Deno.build;
  if (machine !== arch) {
    throw new Error(
      `"${name}" is an executable for ${machine}, expected one for ${arch}`,
    );
  }
  let text: string;
  try {
    const argv = [file, "version", "--json"] as const;
    text = (await runGiven(argv, { folder, timeoutMs: RUN_MS })).stdout;
  } catch (cause) {
    const why = messageOf(cause);
    throw new Error(`"${name}" does not run on this machine: ${why}`, {
      cause,
    });
  }
  const said = versionSchema.safeParse(parse(text));
  if (!said.success) {
    throw new Error(
      `"${name}" is no hakit: "version --json" does not name a version`,
    );
  }
  const { version, speaks = null } = said.data;
  return { version, digest: await digestOf(file), speaks };
}

async function machineOf(file: string): Promise<string | null> {
  using handle = await Deno.open(file, { read: true });
  const header = new Uint8Array(20);
  if (await fill(header, handle) < header.length) return null;
  const view = new DataView(header.buffer);
  if (view.getUint32(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) {
    return null;
  }
  const machine = view.getUint16(18, true);
  return MACHINES[machine] ?? `machine ${machine}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
