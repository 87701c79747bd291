/** The volume while it is used: how full it is, larger, without what was deleted, and is it sound. On the primary, which has it mounted. */
import { join } from "node:path";
import { command } from "../system/command.ts";
import { LEAST_VOLUME, MOST_VOLUME } from "../cluster/volume_size.ts";
import { parseSize } from "../system/units.ts";

export interface VolumePlace {
  /** The sparse file, in the mirrored storage. */
  readonly file: string;
  /** Where the volume is mounted on the primary. */
  readonly mount: string;
}

export interface VolumeUse {
  readonly file: string;
  readonly mount: string;
  /** Of the file: what the volume may grow into. */
  readonly size: number;
  /** What the file takes on this node's disk; the other one's is as large. */
  readonly onDisk: number;
  /** What that disk has left. */
  readonly diskFree: number;
  /** Of the volume's own file system; null: it is not mounted here. */
  readonly used: number | null;
}

/** A trim of a large volume asks for every free stretch. */
const TRIM_MS = 60 * 60_000;
const GROW_MS = 120_000;
const CHECK_MS = 60 * 60_000;

export function volumePlace(
  variables: Readonly<{ [name: string]: string }>,
): VolumePlace {
  const { STORAGE, VOLUME = "replicatedVolume", EXPORT } = variables;
  if (!STORAGE || !EXPORT) {
    throw new Error(
      "Module k3s has no volume: its variables STORAGE and EXPORT are not set",
    );
  }
  return { file: join(STORAGE, VOLUME), mount: EXPORT };
}

export async function volumeUse(place: VolumePlace): Promise<VolumeUse> {
  const { size, blocks } = await Deno.stat(place.file);
  const [mounted] = await fileSystem(place.mount, "target,used");
  const isMounted = mounted?.[0] === place.mount;
  const [disk] = await fileSystem(place.file, "avail");
  return {
    ...place,
    size,
    onDisk: (blocks ?? 0) * 512,
    diskFree: Number(disk?.[0] ?? 0),
    used: isMounted ? Number(mounted![1]) : null,
  };
}

async function fileSystem(
  path: string,
  fields: string,
): Promise<string[][]> {
  const { stdout } = await command([
    "df",
    "--block-size=1",
    `--output=${fields}`,
    path,
  ]);
  return stdout.trim().split("\n").slice(1).map((line) =>
    line.trim().split(/\s+/)
  );
}

/** The new size in bytes, or why it cannot be: one line. Pure. */
export function newSize(
  text: string,
  use: Pick<VolumeUse, "size" | "onDisk" | "diskFree">,
): { readonly bytes: number } | { readonly refused: string } {
  if (!/^\d{1,6}[MGT]$/.test(text)) {
    return {
      refused: `size "${text}", expected a number and M, G or T, such as 200G`,
    };
  }
  const bytes = parseSize(text);
  if (bytes < Math.max(use.size, LEAST_VOLUME)) {
    return {
      refused: `size ${text} is less than the volume's ${
        gib(use.size)
      }: an XFS can only grow`,
    };
  }
  if (bytes > MOST_VOLUME) {
    return { refused: `size ${text}: a mirrored file ends at 16 TiB` };
  }
  return { bytes };
}

/** Sparse: it may promise more than the disk has. Null: it does not. Pure. */
export function promise(
  bytes: number,
  use: Pick<VolumeUse, "onDisk" | "diskFree">,
): string | null {
  const most = use.onDisk + use.diskFree;
  return bytes <= most
    ? null
    : `The disk below has room for ${
      gib(most)
    } of it: watch it on both nodes, the volume stops when it is full`;
}

/** File, loop device, file system, in this order; each may be done already, after a power cut in between. */
export async function grow(place: VolumePlace, bytes: number): Promise<void> {
  const { size } = await Deno.stat(place.file);
  if (size < bytes) {
    using file = await Deno.open(place.file, { write: true });
    await file.truncate(bytes);
    await file.sync();
  }
  const options = { timeoutMs: GROW_MS };
  const { stdout } = await command(
    ["losetup", "-n", "-O", "NAME", "-j", place.file],
    options,
  );
  const loop = stdout.trim().split("\n")[0];
  if (!loop) throw new Error(`${place.file} has no loop device on this node`);
  await command(["losetup", "-c", loop], options);
  await command(["xfs_growfs", place.mount], options);
}

/** What was deleted in the volume becomes holes in the file, on both nodes. Returns the bytes that the disk got back here. */
export async function trim(place: VolumePlace): Promise<number> {
  const before = (await volumeUse(place)).onDisk;
  await command(["fstrim", place.mount], { timeoutMs: TRIM_MS });
  // Punching holes is done by the mirror; what is still on the way to the disk counts as used.
  await command(["sync", "-f", place.file], { timeoutMs: TRIM_MS });
  return Math.max(0, before - (await volumeUse(place)).onDisk);
}

export interface Soundness {
  /** Null: it cannot be told. */
  readonly sound: boolean | null;
  readonly how: "in use" | "as a whole";
  readonly lines: readonly string[];
}

/** Why a copy that is not mounted cannot be checked as a whole now; null: it can. Pure. */
export function checkRefusal(
  nodes: readonly { readonly name: string; readonly role: string | null }[],
): string | null {
  // One that does not answer writes to no copy but its own.
  const running = nodes.find(({ role }) => role !== null && role !== "STOP");
  if (!running) return null;
  return `The module is ${running.role} on ${running.name}, so this copy may be written or behind: stop it on both nodes first` +
    ' ("hakit stop k3s"), or check on the node that has the volume mounted; "hakit verify" compares the copies';
}

/** What `xfs_repair -n` found. It does not read a log that was not written back, and takes what stands there for damage. Pure. */
export function soundness(code: number, said: string): boolean | null {
  return /valuable metadata changes in a log/.test(said) ? null : code === 0;
}

/** Mounted: what XFS has noticed so far. Not mounted, and not a copy that is being written: every structure of it. */
export async function check(
  place: VolumePlace,
  mounted: boolean,
): Promise<Soundness> {
  const options = { timeoutMs: CHECK_MS, anyCode: true };
  if (!mounted) {
    const { code, stdout, stderr } = await command(
      ["xfs_repair", "-n", "-f", place.file],
      options,
    );
    const said = stdout + stderr;
    return {
      sound: soundness(code, said),
      how: "as a whole",
      lines: said.trim().split("\n").slice(-20),
    };
  }
  const { code, stdout, stderr } = await command(
    ["xfs_spaceman", "-c", "health", place.mount],
    options,
  );
  const sick = (stdout + stderr).trim().split("\n")
    .filter((line) => line !== "" && !/ ok$|not been checked/i.test(line));
  return { sound: code === 0 && sick.length === 0, how: "in use", lines: sick };
}

export function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
