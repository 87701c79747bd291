/** How much room folders take on the disk: counted by a process of its own that gives way to all others, one at a time, and remembered. */
import { command } from "../system/command.ts";
import { Turns } from "../system/turns.ts";

/** Millions of files on a slow disk; what takes longer is not told. */
const COUNT_MS = 10 * 60_000;
/** Names that nobody asks for any more go with all others then. */
const MAX_KNOWN = 1000;

export class Sizes {
  readonly #known = new Map<string, number | null>();
  readonly #turns = new Turns();

  /** Null: not counted yet (asking begins it), or it cannot be. `version`: what changes when the folders do. */
  of(folders: readonly string[], version = ""): number | null {
    const key = [...folders, version].join("\0");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, null);
    this.#turns.take(async () => {
      this.#known.set(key, await count(folders));
    }).catch(() => {
      // A folder that went, or a disk that is slow: asked again it would be no better.
    });
    return null;
  }

  /** Everything that was asked for so far is counted. */
  async settled(): Promise<void> {
    await this.#turns.ended();
  }
}

async function count(folders: readonly string[]): Promise<number> {
  const { stdout } = await command(
    ["nice", "-n", "19", "ionice", "-c", "3"].concat(
      ["du", "--summarize", "--total", "--block-size=1", "--", ...folders],
    ),
    { timeoutMs: COUNT_MS, env: { LC_ALL: "C" } },
  );
  return Number.parseInt(stdout.trimEnd().split("\n").at(-1)!, 10);
}
