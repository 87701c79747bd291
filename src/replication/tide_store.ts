/** The tide that this node has kept: see tide.ts. */
import { dirname } from "node:path";
import { syncFolderSync } from "../system/files.ts";
import { errno, ErrnoError, libc, Memory, O } from "../system/libc.ts";
import type { Aio } from "./aio.ts";
import type { Tide } from "./tide.ts";

/** Within one sector, written in place: a power cut leaves the old one or the new one. */
const SIZE = 64;
/** What is there and cannot be read is the oldest: everything is compared. */
const UNREADABLE: Tide = { value: 1 };

export class TideStore {
  #kept: Tide = { value: 0 };
  #written: Tide = this.#kept;
  #fd = -1;
  readonly #memory = new Memory(4096);

  constructor(readonly path: string) {
    let text = "";
    try {
      text = Deno.readTextFileSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) this.#kept = UNREADABLE;
    }
    if (text.trim() !== "") this.#kept = decode(text) ?? UNREADABLE;
    this.#written = this.#kept;
    if (text.length === SIZE) return;
    try {
      // Now: where there is no room, a session is to become level all the same.
      this.#write(this.#kept);
    } catch { /* said when one is to be kept */ }
  }

  /** Value 0: none was ever kept. */
  get kept(): Tide {
    return this.#kept;
  }

  /** Durable when it returns. */
  keep(tide: Tide): void {
    if (tide.value === this.#kept.value) return;
    this.#write(tide);
    if (libc.fdatasync(this.#fd) !== 0) {
      throw new ErrnoError(`Cannot sync "${this.path}"`);
    }
    this.#kept = tide;
  }

  /** The same beside the loop; `done` gets 0 or errno. */
  keepBeside(
    tide: Tide,
    aio: Pick<Aio, "fsync">,
    done: (error: number) => void,
  ): void {
    try {
      this.#write(tide);
    } catch {
      return done(errno());
    }
    aio.fsync(this.#fd, true, (error) => {
      // Another one may have been kept meanwhile.
      if (error === 0 && this.#written === tide) this.#kept = tide;
      done(error);
    });
  }

  #write(tide: Tide): void {
    const isNew = this.#fd < 0;
    if (isNew) {
      const flags = O.RDWR | O.CREAT | O.CLOEXEC;
      this.#fd = libc.open(this.#memory.string(this.path), flags, 0o600);
      if (this.#fd < 0) throw new ErrnoError(`Cannot open "${this.path}"`);
    }
    const text = tide.after === undefined
      ? `${tide.value}`
      : `${tide.value} ${tide.after}`;
    const line = new TextEncoder().encode(text.padEnd(SIZE - 1) + "\n");
    this.#memory.bytes.set(line, 0);
    if (libc.pwrite(this.#fd, this.#memory.address, SIZE, 0) !== SIZE) {
      throw new ErrnoError(`Cannot write "${this.path}"`);
    }
    this.#written = tide;
    if (isNew) syncFolderSync(dirname(this.path));
  }

  close(): void {
    if (this.#fd >= 0) libc.close(this.#fd);
    this.#fd = -1;
  }
}

function decode(text: string): Tide | null {
  const match = /^(\d{1,16})(?: (\d{1,16}))? *\n$/.exec(text);
  if (!match) return null;
  return {
    value: Number(match[1]),
    ...match[2] !== undefined && { after: Number(match[2]) },
  };
}
