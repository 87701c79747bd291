/** The volume: one sparse file with an XFS, made before its folder is mirrored. */
import { join } from "node:path";
import { command } from "../system/command.ts";
import { exists, syncFolder } from "../system/files.ts";
import { parseSize } from "../system/units.ts";

export const VOLUME = "replicatedVolume";

/** Makes STORAGE/replicatedVolume of `size`; the name appears when all is on disk. */
export async function makeVolume(
  storage: string,
  size: string,
): Promise<void> {
  const file = join(storage, VOLUME);
  const half = join(storage, `.${VOLUME}.new`);
  await Deno.mkdir(storage, { recursive: true });
  if (await exists(half)) await Deno.remove(half);
  const handle = await Deno.open(half, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  try {
    await handle.truncate(parseSize(size));
    await command(["mkfs.xfs", "-q", half], { timeoutMs: 120_000 });
    await handle.sync();
  } finally {
    handle.close();
  }
  await Deno.rename(half, file);
  await syncFolder(storage);
}
