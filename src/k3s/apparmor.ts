/**
 * From 1:11.8.6-4 on MariaDB's package has AppArmor keep the server to the folders that the distribution's service uses, and to being
 * started as the user mysql. One that hakit starts itself, with its socket and log in a folder of its own, is refused them.
 */
import { exists } from "../system/files.ts";

const LOADED = "/sys/kernel/security/apparmor/profiles";
const TOOL = "/usr/bin/aa-exec";

/** What comes before the server's own words; empty: nothing confines it. */
export type Unconfined = () => Promise<readonly string[]>;

export async function unconfined(
  { loaded = LOADED, tool = TOOL }: {
    readonly loaded?: string;
    readonly tool?: string;
  } = {},
): Promise<string[]> {
  const profiles = await Deno.readTextFile(loaded).catch(() => "");
  if (!/^mariadbd \(/m.test(profiles) || !await exists(tool)) return [];
  return [tool, "-p", "unconfined", "--"];
}
