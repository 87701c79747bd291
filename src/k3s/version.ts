/** Which K3s an executable is, by its own word. */
import { runGiven } from "../system/run_given.ts";
import { versionIn } from "./release.ts";

/** `folder`: see runGiven(). */
export async function k3sVersion(
  file: string,
  folder: string,
): Promise<string> {
  const { stdout } = await runGiven([file, "--version"], {
    folder,
    timeoutMs: 30_000,
  });
  const version = versionIn(stdout);
  if (version) return version;
  throw new Error(`"${file} --version" names no version`);
}
