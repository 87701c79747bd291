/**
 * Whether this node's state and a mirrored directory are of the same moment: both have the same token, which is drawn anew when a role
 * begins and ends, when the copies have become level, and when this node goes on alone. The state lies on the system disk, the data on
 * a disk of its own: one of them may be replaced, mounted in the other one's place, or set back alone, and identity.json would speak of
 * a copy that is not there.
 *
 *   state   may carry: the new one, or what it carries     durable
 *   folder  carries the new one                            durable
 *   state   carries the new one                            durable
 *
 * Cut off anywhere, the state names what the folder carries; the other way round it would not. A token is a count with something random
 * behind it: of two the folder's or the state's is the newer one, and none comes twice.
 */
import { dirname } from "node:path";
import { errno, ErrnoError, libc, Memory, O } from "../system/libc.ts";
import { writeOverSync } from "../system/files.ts";
import type { Aio } from "./aio.ts";
import { procPath } from "./descriptor.ts";
import { readToken, writeToken } from "./id_xattr.ts";
import type { Identity } from "./identity.ts";

/** A mirrored directory, behind a descriptor. */
export interface Folder {
  readonly path: string;
  readonly backing: number;
}

/** What a folder that carries none has. */
const NONE = 0;
const COUNTED = 2 ** 32;
/** Tokens are below 2^53; a million times is more than a node begins and ends. */
const MAX_COUNT = 2 ** 20;
/** Draws that could not be ended, on a disk that fails to sync: such a copy is none anyway. */
const MOST = 8;
/** Bytes that most lists fit into: the next one is written over such a file, also on a disk that is full. */
const SPARE = 4096;

type Carried = ReadonlyMap<string, readonly number[]>;

export class FolderTokens {
  readonly #file: string;
  /** By path: any of these. None: nothing is known of that one. */
  #carried: Carried = new Map();
  /** Of the draws. Null: there was none, by a node of before there were tokens. */
  #count: number | null = null;
  #level = false;
  #latest: Carried | null = null;
  /** As `#level`, of the latest draw: it may not be written yet. */
  #wanted: boolean;

  constructor(stateDir: string) {
    this.#file = `${stateDir}/tokens`;
    this.#read();
    this.#wanted = this.#level;
  }

  /** The copies were level since both have tokens: a folder of another moment has been told from this state's ever since. */
  get level(): boolean {
    return this.#level;
  }

  /** What a folder that carries `token` (null: none) is to this state. */
  judge(path: string, token: number | null): "own" | "other" | "newer" {
    const known = this.#carried.get(path), found = token ?? NONE;
    if (known?.includes(found) || !known && found === NONE) return "own";
    // A directory that is new in the list, or a person's word: see `forget`.
    if (!known && this.#count !== null) return "own";
    return countOf(found) > (this.#count ?? 0) ? "newer" : "other";
  }

  /**
   * Gives each of the folders a new token; with `aio` beside the loop, for a disk may be long in taking it. `level`: both copies are.
   * Throws where the state directory is full: then all is as it was.
   */
  draw(
    folders: readonly Folder[],
    { level = this.#wanted, aio = BLOCKING }: {
      readonly level?: boolean;
      readonly aio?: Pick<Aio, "fsync">;
    } = {},
  ): void {
    const present = folders.map(({ path, backing }) => {
      const found = readToken(backing) ?? NONE;
      if (found < 0) throw new ErrnoError(`Cannot look at "${path}"`, -found);
      return found;
    });
    // Above those of a state that was lost, too.
    const used = Math.max(this.#count ?? 0, ...present.map(countOf));
    const count = Math.min(used + 1, MAX_COUNT);
    const announced = new Map(this.#carried), drawn = new Map(this.#carried);
    for (const [index, { path }] of folders.entries()) {
      const found = present[index]!;
      const known = this.#carried.get(path) ?? [];
      const token = count * COUNTED + random();
      announced.set(
        path,
        [...new Set([token, found, ...known])].slice(0, MOST),
      );
      drawn.set(path, [token]);
    }
    this.#latest = drawn;
    this.#wanted = level;
    // Of a later draw, or a person's word, the state speaks already.
    const overtaken = () => this.#latest !== drawn;
    const write = (carried: Carried, then: () => void) =>
      this.#write({ carried, count, level }, { aio, overtaken, then });
    write(announced, () => {
      let left = folders.length;
      for (const { path, backing } of folders) {
        give(backing, drawn.get(path)![0]!, aio, (error) => {
          // One that fails leaves both counting.
          if (error || --left > 0 || overtaken()) return;
          try {
            write(drawn, () => {});
          } catch { /* Both go on counting. */ }
        });
      }
    });
  }

  /** See KnownFolders. */
  forget(first: () => void = () => {}): void {
    this.#latest = null;
    this.#wanted = false;
    // What is forgotten already needs no room again.
    if (this.#carried.size === 0 && this.#count !== null && !this.#level) {
      return first();
    }
    // The count stays: the disk of before is the older one, should it come back.
    this.#write(
      { carried: new Map(), count: this.#count ?? 0, level: false },
      { first },
    );
  }

  /**
   * Never half written: an entry that is missing would make a stranger of the folder. `first`: when there is room for it; `then`: when it
   * is durable. Throws at once where there is no room; with `aio` an error that comes later leaves what was.
   */
  #write(
    { carried, count, level }: {
      readonly carried: Carried;
      readonly count: number;
      readonly level: boolean;
    },
    { aio = BLOCKING, first, overtaken, then }: {
      readonly aio?: Pick<Aio, "fsync">;
      readonly first?: () => void;
      readonly overtaken?: () => boolean;
      readonly then?: () => void;
    } = {},
  ): void {
    const lines = [`${count} ${level ? "level" : "*"}\n`];
    for (const [path, tokens] of carried) {
      lines.push(...tokens.map((token) => `${token} ${path}\n`));
    }
    const spare = `${this.#file}.new`;
    const failed = (error: unknown) => {
      removeQuietly(spare);
      if (aio === BLOCKING) throw error;
    };
    try {
      writeOverSync(spare, lines.join(""), { durably: false });
    } catch (error) {
      removeQuietly(spare);
      throw error;
    }
    syncPath(spare, aio, (error) => {
      // It has written its own into the same place.
      if (overtaken?.()) return;
      if (error) {
        return failed(new ErrnoError(`Cannot write "${spare}"`, error));
      }
      try {
        first?.();
        Deno.renameSync(spare, this.#file);
      } catch (error) {
        return failed(error);
      }
      this.#carried = carried;
      this.#count = count;
      this.#level = level;
      syncPath(dirname(this.#file), aio, (error) => {
        if (overtaken?.()) return;
        if (error) {
          return failed(new ErrnoError(`Cannot sync "${this.#file}"`, error));
        }
        try {
          writeOverSync(spare, " ".repeat(SPARE), { durably: false });
        } catch {
          /* A full disk: what this one took the place of makes room for the next. */
        }
        then?.();
      });
    });
  }

  #read(): void {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.#file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    const carried = new Map<string, number[]>();
    for (const line of text.matchAll(/^(\d+) (.*)\n/gm)) {
      const number = Number(line[1]), what = line[2]!;
      if (what.startsWith("/")) {
        carried.set(what, [...carried.get(what) ?? [], number]);
      } else {
        this.#count = number;
        this.#level = what === "level";
      }
    }
    this.#carried = carried;
  }
}

/** On a full disk its room is needed by what must be recorded. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch { /* Why there is no token is told. */ }
}

const PATH = new Memory(4096);

/** `done` gets 0 or errno when what stands there now is on the disk. */
function syncPath(
  path: string,
  aio: Pick<Aio, "fsync">,
  done: (error: number) => void,
): void {
  const fd = libc.open(PATH.string(path), O.RDONLY | O.CLOEXEC, 0);
  if (fd < 0) return done(errno());
  aio.fsync(fd, false, (error) => {
    libc.close(fd);
    done(error);
  });
}

const BLOCKING: Pick<Aio, "fsync"> = {
  fsync: (fd, _, done) => done(libc.fsync(fd) === 0 ? 0 : errno()),
};

/** `done` gets 0 or errno when it is on the disk. */
function give(
  backing: number,
  token: number,
  aio: Pick<Aio, "fsync">,
  done: (error: number) => void,
): void {
  const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC;
  const fd = libc.open(procPath(backing), flags, 0);
  if (fd < 0) return done(errno());
  const error = writeToken(fd, token);
  const end = (error: number) => {
    libc.close(fd);
    done(error);
  };
  if (error) end(error);
  else aio.fsync(fd, false, end);
}

function countOf(token: number): number {
  return Math.floor(token / COUNTED);
}

function random(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** What a copy counts as of which this node's state does not know how new it is: it has nothing in common with any other. */
export function unlike(
  token: number,
): Pick<Identity, "current" | "bitmap" | "history" | "consistent"> {
  const current = token.toString(16).padStart(16, "0");
  return { current, bitmap: null, history: [], consistent: true };
}
