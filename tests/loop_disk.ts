/** A small ext4 of its own, on a loop device: its image is sparse and stands where there may not be room for all of it. */
import { join } from "node:path";

const TOOLS = ["mkfs.ext4", "mount", "umount"];

/** Why there can be none here; null: there can. */
export const NO_LOOP_DISK: string | null = Deno.uid() !== 0
  ? "not root"
  : !/\text4$/m.test(Deno.readTextFileSync("/proc/filesystems"))
  ? "this kernel has no ext4"
  : TOOLS.some((tool) => !isInstalled(tool))
  ? `needs ${TOOLS.join(", ")}`
  : null;

const SIZE = 64 << 20;

export class LoopDisk implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  readonly #below = join(this.#folder, "below");
  /** Where it is mounted. */
  readonly path = join(this.#folder, "disk");

  /** `room`: behind it; what is written beyond is refused when it gets there. `options`: of its mount. */
  constructor({ room = SIZE, options = "" } = {}) {
    for (const path of [this.#below, this.path]) Deno.mkdirSync(path);
    const image = join(this.#below, "image");
    run("mount", "-t", "tmpfs", "-o", `size=${room}`, "below", this.#below);
    try {
      using file = Deno.openSync(image, { create: true, write: true });
      file.truncateSync(SIZE);
      run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-N", "64", image);
      run("mount", "-o", `loop${options && `,${options}`}`, image, this.path);
    } catch (error) {
      run("umount", this.#below);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    run("umount", this.path);
    // The system may let go of the image a moment later.
    run("umount", "-l", this.#below);
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

function isInstalled(tool: string): boolean {
  return ["/usr/sbin", "/sbin", "/usr/bin", "/bin"].some((folder) => {
    try {
      return Deno.statSync(join(folder, tool)).isFile;
    } catch {
      return false;
    }
  });
}

function run(program: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(program, { args }).outputSync();
  if (success) return;
  const said = new TextDecoder().decode(stderr);
  throw new Error(`${program} ${args.join(" ")}: ${said}`);
}
