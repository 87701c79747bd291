/** A module archive of the other product: a zip that nobody has vouched for. Everything is bounded before it is unpacked. */
import { unzipSync } from "fflate";

/** A module is scripts and a configuration. */
export const MAX_ZIP = 32 * 1024 * 1024;
const MAX_FILES = 1000;
const MAX_FILE = 16 * 1024 * 1024;
const MAX_ALL = 64 * 1024 * 1024;

/** Plain files by their path; throws with one line when it is none of what we take. */
export function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  if (bytes.length > MAX_ZIP) {
    throw new Error(`is larger than ${MAX_ZIP} bytes`);
  }
  let all = 0;
  let count = 0;
  const names = new Set<string>();
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        count += 1;
        all += originalSize;
        if (count > MAX_FILES) {
          throw new Refusal(`more than ${MAX_FILES} files`);
        }
        if (originalSize > MAX_FILE || all > MAX_ALL) {
          throw new Refusal("it unpacks to more than a module can be");
        }
        if (name.endsWith("/")) return false;
        if (!isPlain(name)) {
          const shown = name.slice(0, 80).replaceAll(/\p{Cc}/gu, "?");
          throw new Refusal(`"${shown}" is no plain path in it`);
        }
        if (names.has(name)) throw new Refusal(`"${name}" is in it twice`);
        names.add(name);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof Refusal) {
      throw new Error(`is refused: ${cause.message}`);
    }
    throw new Error("is no zip archive, or a damaged one", { cause });
  }
  return new Map(Object.entries(files));
}

class Refusal extends Error {}

/** Nothing that leaves the folder, is hidden in it, or looks other than it is. */
function isPlain(name: string): boolean {
  return name.length <= 200 && !/[\p{Cc}\\:]/u.test(name) &&
    name.split("/").every((part) =>
      part !== "" && part !== "." && part !== ".."
    );
}
