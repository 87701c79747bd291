/** Whether this is the first agent since the machine booted: only then does a module's `boot` setting speak. */
import { join } from "node:path";
import type { Paths } from "../system/paths.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

export async function isFreshBoot(paths: Paths): Promise<boolean> {
  const now = await Deno.readTextFile(BOOT_ID);
  return await readIfPresent(join(paths.run, "boot")) !== now;
}

/** After the modules have begun: an agent that died before that is still the first one. */
export async function rememberBoot(paths: Paths): Promise<void> {
  await writeDurably(join(paths.run, "boot"), await Deno.readTextFile(BOOT_ID));
}
