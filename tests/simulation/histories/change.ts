/**
 * What applications ask for, as the mount would have it done: drawn so that few names meet again and again, in few directories, with
 * moves, exchanges and hard links between them.
 */
import { FATTR, S_IFDIR, S_IFLNK, S_IFREG } from "../../../src/fuse/abi.ts";
import { COPY_SIZE, SETATTR_SIZE } from "../../../src/replication/apply.ts";
import type { Inode } from "../../../src/replication/inode.ts";
import { sizeOf } from "../../../src/replication/inspect.ts";
import { KIND } from "../../../src/replication/operation.ts";
import type { Volume } from "../../../src/replication/volume.ts";
import { Memory } from "../../../src/system/libc.ts";
import { setU64 } from "../../../src/system/u64.ts";
import { shown } from "../../e2e/fs/libc.ts";
import type { World } from "../world.ts";

export interface Change {
  /** For the journal. */
  readonly what: string;
  readonly operation: {
    readonly kind: number;
    readonly id: number;
    readonly argument?: number;
    readonly flags?: number;
  };
  readonly payload: Uint8Array;
  /** Of the file whose data or attributes it changes; null: names only. */
  readonly inode: Inode | null;
  /** Inodes that the peer must know by their ids. */
  readonly concerns: readonly Inode[];
}

export interface Habits {
  /** One byte a character. */
  readonly names: readonly string[];
  /** Hard links come and go much more often than else. */
  readonly links: boolean;
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly parent: Inode;
  /** Null: nothing stands there. */
  readonly inode: Inode | null;
}

const FIFO = 0o010000;
const RENAME_NOREPLACE = 1, RENAME_EXCHANGE = 2;
const KEEP_SIZE = 1, PUNCH_HOLE = 2;
const MIB = 1 << 20;
const memory = new Memory(4096);

export class Changes {
  constructor(readonly world: World, readonly habits: Habits) {}

  /** Null: what was thought of cannot be asked for. */
  draw(volume: Volume): Change | null {
    const place = this.place(volume);
    if (!place) return null;
    const { links } = this.habits;
    if (!place.inode) {
      return this.#one([
        [25, () => this.#create(volume, place)],
        [30, () => this.#rename(volume, place, [0, RENAME_NOREPLACE])],
        [links ? 40 : 15, () => this.#link(volume, place)],
        [links ? 5 : 30, () => null],
      ]);
    }
    if (place.inode.isDirectory) {
      return this.#one([
        [15, () => remove(KIND.RMDIR, place)],
        [15, () => this.#rename(volume, place, [0, RENAME_EXCHANGE])],
        [10, () => this.#chmod(place)],
        [links ? 20 : 60, () => null],
      ]);
    }
    return this.#one([
      [links ? 30 : 12, () => remove(KIND.UNLINK, place)],
      [13, () => this.#rename(volume, place, [0, 0, RENAME_EXCHANGE])],
      [links ? 30 : 75, () => this.#file(volume, place)],
    ]);
  }

  /** Somewhere, whether or not something stands there; null: not in any directory. */
  place(volume: Volume): Place | null {
    const { world, habits } = this;
    const parts = Array.from(
      { length: 1 + this.#below(3) },
      () => world.pick(habits.names),
    );
    let parent = volume.root, inode: Inode | null = parent;
    for (const part of parts) {
      if (!inode?.isDirectory) return null;
      parent = inode;
      const found: Inode | number = volume.lookup(
        parent,
        memory.string(bytes(part)),
      );
      inode = typeof found === "number" ? null : found;
      // The kernel remembers what it has looked up.
      if (inode) inode.lookups ||= 1;
    }
    return { path: parts.join("/"), name: parts.at(-1)!, parent, inode };
  }

  #below(limit: number): number {
    return Math.floor(this.world.between(0, limit));
  }

  #one(
    choices: readonly (readonly [weight: number, () => Change | null])[],
  ): Change | null {
    let at = this.#below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, choice] of choices) {
      at -= weight;
      if (at < 0) return choice();
    }
    return null;
  }

  #create(volume: Volume, { path, name, parent }: Place): Change {
    const mode = this.world.pick([
      ...[S_IFREG, S_IFREG, S_IFREG, S_IFREG, S_IFREG].map((e) => e | 0o644),
      ...[S_IFDIR, S_IFDIR, S_IFDIR].map((each) => each | 0o755),
      S_IFLNK | 0o777,
      FIFO | 0o644,
    ]);
    const target = mode === (S_IFLNK | 0o777)
      ? cString(`t${this.#below(9)}`)
      : new Uint8Array(0);
    const payload = joined(new Uint8Array(16), cString(name), target);
    new DataView(payload.buffer).setUint32(0, mode, true);
    const id = volume.newId();
    return {
      what: `create ${shown(path)} ${mode.toString(8)} id ${id}`,
      operation: { kind: KIND.CREATE, id, argument: parent.id },
      payload,
      inode: null,
      concerns: [parent],
    };
  }

  #rename(volume: Volume, to: Place, flags: readonly number[]): Change | null {
    const from = this.place(volume), flag = this.world.pick(flags);
    if (!from?.inode || from.path === to.path) return null;
    if (to.path.startsWith(`${from.path}/`)) return null;
    if (to.inode && from.path.startsWith(`${to.path}/`)) return null;
    const sign = flag === RENAME_EXCHANGE ? "exchange" : "rename";
    return {
      what: `${sign} ${shown(from.path)} ${shown(to.path)}`,
      operation: {
        kind: KIND.RENAME,
        id: from.parent.id,
        argument: to.parent.id,
        flags: flag,
      },
      payload: joined(cString(from.name), cString(to.name)),
      inode: null,
      concerns: [from.parent, to.parent],
    };
  }

  #link(volume: Volume, to: Place): Change | null {
    const from = this.place(volume);
    if (!from?.inode || from.inode.isDirectory) return null;
    return {
      what: `link ${shown(from.path)} ${shown(to.path)}`,
      operation: {
        kind: KIND.LINK,
        id: from.inode.id,
        argument: to.parent.id,
      },
      payload: cString(to.name),
      inode: null,
      concerns: [from.inode, to.parent],
    };
  }

  #file(volume: Volume, place: Place): Change | null {
    const inode = place.inode!;
    if (inode.type !== S_IFREG) return null;
    return this.#one([
      [7, () => this.#chmod(place)],
      [6, () => this.#truncate(place)],
      [7, () => this.#setxattr(place)],
      [5, () => this.#fallocate(place)],
      [6, () => this.#copy(volume, place)],
      [44, () => this.#write(place)],
    ]);
  }

  #chmod(place: Place): Change {
    return to(place, "chmod", KIND.SETATTR, {
      payload: fields(SETATTR_SIZE, [
        [0, FATTR.MODE | FATTR.UID],
        [4, 0o600 + this.#below(64)],
        [8, this.#below(3)],
      ]),
    });
  }

  #truncate(place: Place): Change {
    const size = this.#below(3 * MIB);
    return to(place, `truncate ${size}`, KIND.SETATTR, {
      payload: fields(SETATTR_SIZE, [[0, FATTR.SIZE], [16, size]]),
    });
  }

  #setxattr(place: Place): Change {
    const name = `user.${this.world.pick(this.habits.names)}`;
    const value = Uint8Array.of(this.#below(256), this.#below(256));
    return to(place, `setxattr ${shown(name)}`, KIND.SETXATTR, {
      payload: joined(cString(name), value),
    });
  }

  #fallocate(place: Place): Change {
    const mode = this.world.pick([KEEP_SIZE | PUNCH_HOLE, KEEP_SIZE, 0]);
    return to(place, `fallocate ${mode}`, KIND.FALLOCATE, {
      argument: this.#below(2 * MIB),
      payload: fields(12, [[0, 1 + this.#below(2 * MIB)], [8, mode]]),
    });
  }

  #copy(volume: Volume, place: Place): Change | null {
    const from = this.place(volume);
    if (from?.inode?.type !== S_IFREG || from.inode === place.inode) {
      return null;
    }
    const size = sizeOf(from.inode.fd), at = this.#below(size + 1);
    const length = this.#below(Math.min(size - at, 300_000) + 1);
    const payload = fields(COPY_SIZE, [[16, length]]);
    const view = new DataView(payload.buffer);
    setU64(view, 0, from.inode.id);
    setU64(view, 8, at);
    const change = to(
      place,
      `copy ${length}@${at} of ${from.path}`,
      KIND.COPY,
      {
        argument: this.#below(MIB),
        payload,
      },
    );
    return { ...change, concerns: [...change.concerns, from.inode] };
  }

  #write(place: Place): Change {
    const { world } = this;
    const payload = new Uint8Array(
      1 + this.#below(world.chance(0.2) ? 200_000 : 5_000),
    );
    const first = 1 + this.#below(255);
    for (let i = 0; i < payload.length; i++) payload[i] = first + i * 7;
    const at = this.#below(world.chance(0.5) ? 100_000 : 3 * MIB);
    return to(place, `write ${payload.length}@${at}`, KIND.WRITE, {
      argument: at,
      payload,
    });
  }
}

/** A change of what stands at a place. */
function to(
  { path, inode }: Place,
  what: string,
  kind: number,
  { payload, argument = 0 }: {
    readonly payload: Uint8Array;
    readonly argument?: number;
  },
): Change {
  return {
    what: `${what} ${shown(path)}`,
    operation: { kind, id: inode!.id, argument },
    payload,
    inode,
    concerns: [inode!],
  };
}

function remove(kind: number, { path, name, parent }: Place): Change {
  return {
    what: `${kind === KIND.RMDIR ? "rmdir" : "unlink"} ${shown(path)}`,
    operation: { kind, id: parent.id },
    payload: cString(name),
    inode: null,
    concerns: [parent],
  };
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function cString(text: string): Uint8Array {
  return bytes(`${text}\0`);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function fields(
  size: number,
  values: readonly (readonly [at: number, value: number])[],
): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(size), view = new DataView(payload.buffer);
  for (const [at, value] of values) view.setUint32(at, value, true);
  return payload;
}
