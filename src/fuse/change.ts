/** Handlers of requests that change: each becomes an operation of the pipeline, which answers when the change is safe. */
import { apply, COPY_SIZE } from "../replication/apply.ts";
import { KIND } from "../replication/operation.ts";
import type { Pipeline } from "../replication/pipeline.ts";
import { stat, statFd } from "../replication/descriptor.ts";
import { type Inode, OWN } from "../replication/inode.ts";
import { mayTakeXattr } from "../replication/inspect.ts";
import { isHidden } from "../replication/name.ts";
import type { Volume } from "../replication/volume.ts";
import { HEADER } from "../peer/frame.ts";
import { E } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import {
  FILE_LIMIT,
  FOPEN_KEEP_CACHE,
  type Negotiated,
  OP,
  STATX,
  VALID_SECONDS,
  WRITE_DATA,
  WRITE_KILL_SUIDGID,
  writeEntry,
} from "./abi.ts";
import { getattr, isHiddenXattr } from "./look.ts";
import { type NameChange, sideOf } from "./border.ts";
import {
  aclTakesSetgid,
  makingOf,
  modifiedNow,
  setattrPayload,
} from "./payload.ts";
import {
  type Answer,
  BODY,
  OUT,
  reply,
  request,
  writeOpen,
} from "./request.ts";
import { noteFlags } from "./page_cache.ts";
import { answerThrough } from "./write_through.ts";

const NEEDS_NAME = new Set<number>([
  OP.CREATE,
  OP.MKNOD,
  OP.MKDIR,
  OP.SYMLINK,
  OP.UNLINK,
  OP.RMDIR,
  OP.RENAME,
  OP.RENAME2,
  OP.LINK,
  OP.TMPFILE,
]);

/** Two inodes: the new parent of a rename, the file of a link, the target of a copy. */
const OTHER_AT = new Map<number, number>([
  [OP.RENAME, 0],
  [OP.RENAME2, 0],
  [OP.LINK, 0],
  [OP.COPY_FILE_RANGE, 16],
  [OP.COPY_FILE_RANGE_64, 16],
]);

/** While one is under way no inode can be named to the peer. */
const CHANGES_NAMES = new Set<number>([
  OP.UNLINK,
  OP.RMDIR,
  OP.RENAME,
  OP.RENAME2,
  OP.LINK,
]);

const RENAME_WHITEOUT = 4;
/** One step of copy_file_range: the replicator does nothing else meanwhile. Callers go on where a shorter answer ended. */
const MAX_COPY = 4 << 20;

/** Whether the name in the request, bytes [from, to), is our own folder's. */
export function hides(
  volume: Volume,
  parent: Inode,
  from: number,
  to: number,
): boolean {
  return parent === volume.root && isHidden(request.bytes.subarray(from, to));
}

/** Answers with an inode that the kernel now knows once more; its attributes stay valid for `seconds`. */
export function answerEntry(
  inode: Inode,
  answer: Answer,
  seconds?: number,
): void {
  const error = statFd(inode.fd);
  if (error) return answer(error);
  inode.lookups++;
  writeEntry(reply.view, OUT, inode.id, stat.view, stat.at, seconds);
  answer(0, 128);
}

export class Changes {
  kernel: Negotiated = {
    setxattrExtended: false,
    stripsSetgid: false,
    directMmap: false,
    dropsCopied: true,
    lookupValidSeconds: VALID_SECONDS,
  };

  constructor(readonly volume: Volume, readonly pipeline: Pipeline) {}

  /** Everything that changes. The peer must know the inodes by their ids first. */
  change(
    opcode: number,
    inode: Inode,
    length: number,
    answer: Answer,
  ): "wait" | void {
    const view = request.view;
    let other: Inode | undefined;
    const otherAt = OTHER_AT.get(opcode);
    if (otherAt !== undefined) {
      other = this.volume.get(getU64(view, BODY + otherAt));
      if (!other) return answer(E.STALE);
    }
    const bound = this.pipeline.bind(this.volume, inode);
    const otherBound = other ? this.pipeline.bind(this.volume, other) : "bound";
    if (typeof bound === "number") return answer(bound);
    if (typeof otherBound === "number") return answer(otherBound);
    if (bound === "wait" || otherBound === "wait") return "wait";
    // Somebody waits for names to stand still: a storm of unlinks must not keep a database from its first write.
    if (CHANGES_NAMES.has(opcode) && this.pipeline.namesAreWanted) {
      return "wait";
    }
    const local = bound === "local";
    if (otherAt === 16) {
      return this.#copy(inode, other!, {
        local: local || otherBound === "local",
        answer,
      });
    }
    // No name can be made in a directory that is gone. A file without a name gets its first one by a LINK (O_TMPFILE): one that
    // was made before this session the peer does not have; it refuses, and is levelled by its name before the link is answered.
    if (local && !inode.own && NEEDS_NAME.has(opcode)) return answer(E.NOENT);
    if (otherBound === "local" && !other!.own && opcode !== OP.LINK) {
      return answer(E.NOENT);
    }
    switch (opcode) {
      case OP.WRITE:
        return this.#longWrite(inode, local, answer);
      case OP.SETATTR:
        return this.#setattr(inode, local, answer);
      case OP.FALLOCATE: {
        const end = getU64(view, BODY + 8) + getU64(view, BODY + 16);
        if (end > FILE_LIMIT) return answer(E.FBIG);
        const payload = new Uint8Array(12);
        payload.set(request.bytes.subarray(BODY + 16, BODY + 28));
        // Root may change a setuid program and it stays one; the kernel tells us for writes, here the caller does.
        const flags = view.getUint32(24, true) === 0 ? 0 : 1;
        return this.#submit(
          {
            kind: KIND.FALLOCATE,
            id: inode.id,
            argument: getU64(view, BODY + 8),
            flags,
          },
          inode,
          { payload, local },
          answer,
        );
      }
      case OP.SETXATTR:
        return this.#setxattr(inode, local, answer);
      case OP.REMOVEXATTR: {
        if (isHiddenXattr(request.bytes.subarray(BODY, length))) {
          return answer(E.PERM);
        }
        return this.#submit({ kind: KIND.REMOVEXATTR, id: inode.id }, inode, {
          payload: request.bytes.slice(BODY, length),
          local,
        }, answer);
      }
      case OP.UNLINK:
      case OP.RMDIR: {
        if (hides(this.volume, inode, BODY, length - 1)) return answer(E.NOENT);
        const name = request.bytes.slice(BODY, length - 1);
        const side = this.#sideOf({ opcode, parent: inode, name });
        if (typeof side === "number") return answer(side);
        const kind = opcode === OP.RMDIR ? KIND.RMDIR : KIND.UNLINK;
        return this.#submit({ kind, id: inode.id }, null, {
          payload: request.bytes.slice(BODY, length),
          side,
        }, answer);
      }
      case OP.RENAME:
      case OP.RENAME2: {
        const names = BODY + (opcode === OP.RENAME ? 8 : 16);
        const flags = opcode === OP.RENAME ? 0 : view.getUint32(BODY + 8, true);
        // It would make a file that nobody has given an id.
        if (flags & RENAME_WHITEOUT) return answer(E.INVAL);
        const second = request.bytes.indexOf(0, names) + 1;
        if (
          hides(this.volume, inode, names, second - 1) ||
          hides(this.volume, other!, second, length - 1)
        ) return answer(E.PERM);
        const to = request.bytes.slice(second, length - 1);
        const side = this.#sideOf({
          opcode,
          parent: inode,
          name: request.bytes.slice(names, second - 1),
          to: { parent: other!, name: to, flags },
        });
        if (typeof side === "number") return answer(side);
        return this.#submit(
          { kind: KIND.RENAME, id: inode.id, argument: other!.id, flags },
          null,
          { payload: request.bytes.slice(names, length), side },
          answer,
        );
      }
      case OP.LINK: {
        if (hides(this.volume, inode, BODY + 8, length - 1)) {
          return answer(E.PERM);
        }
        const target = other!;
        const side = this.#sideOf({
          opcode,
          parent: inode,
          name: request.bytes.slice(BODY + 8, length - 1),
          linked: target,
        });
        if (typeof side === "number") return answer(side);
        return this.#submit(
          { kind: KIND.LINK, id: target.id, argument: inode.id },
          null,
          { payload: request.bytes.slice(BODY + 8, length), side },
          (error) => {
            const linked = error ? undefined : this.volume.get(target.id);
            if (!linked) return answer(error || E.STALE);
            answerEntry(linked, answer);
          },
        );
      }
      default:
        return this.#create(opcode, inode, length, answer);
    }
  }

  /** On which side of the border it stands; errno: on none, or this disk does not show what would have to be known, which is told. */
  #sideOf(change: NameChange): ReturnType<typeof sideOf> {
    const { volume, pipeline } = this;
    return pipeline.disk.byNames(
      volume,
      change.parent,
      () => sideOf(volume, change),
    );
  }

  #submit(
    operation: {
      readonly kind: number;
      readonly id: number;
      readonly argument?: number;
      readonly flags?: number;
    },
    inode: Inode | null,
    how: {
      readonly payload: Uint8Array;
      readonly local?: boolean;
      readonly side?: "mirrored" | readonly Inode[];
    },
    answer: (error: number) => void,
  ): void {
    // The file has no name on either node and dies with its last open, or it is excluded: no copy of it is wanted.
    if (how.local) return answer(this.#apply(operation, how.payload));
    if (how.side !== undefined && how.side !== "mirrored") {
      return this.#touch(
        how.side,
        () => this.#apply(operation, how.payload),
        answer,
      );
    }
    this.pipeline.submit(operation, {
      volume: this.volume,
      inode,
      answer,
    }, how.payload);
  }

  /**
   * Changes excluded names. The times of mirrored directories in which they stand change too, and are the peer's as well: that is
   * an operation, and what is this node's own is done in its turn.
   */
  #touch(
    parents: readonly Inode[],
    change: () => number,
    answer: (error: number) => void,
  ): void {
    if (parents.length === 0) return answer(change());
    let left = parents.length, worst = 0;
    const touched = (error: number) => {
      worst ||= error;
      if (--left === 0) answer(worst || change());
    };
    for (const inode of parents) {
      this.pipeline.submit(
        { kind: KIND.SETATTR, id: inode.id },
        { volume: this.volume, inode, answer: touched },
        modifiedNow(),
      );
    }
  }

  #apply(
    operation: {
      readonly kind: number;
      readonly id: number;
      readonly argument?: number;
      readonly flags?: number;
    },
    payload: Uint8Array,
  ): number {
    const memory = this.pipeline.memory, at = this.pipeline.place();
    memory.bytes.set(payload, at + HEADER);
    const error = apply(
      this.volume,
      {
        kind: operation.kind,
        id: operation.id,
        argument: operation.argument ?? 0,
        flags: operation.flags ?? 0,
        length: payload.length,
        volume: this.volume.index,
        sequence: 0,
      },
      memory,
      at,
    );
    this.pipeline.disk.refused(this.volume, error);
    const inode = this.volume.get(operation.id);
    if (inode?.own && operation.kind !== KIND.WRITE) {
      inode.changeAttributes();
    }
    return error;
  }

  #setxattr(inode: Inode, local: boolean, answer: Answer): void {
    const view = request.view;
    const names = BODY + (this.kernel.setxattrExtended ? 16 : 8);
    const size = view.getUint32(BODY, true);
    const end = request.bytes.indexOf(0, names) + 1;
    const name = request.bytes.subarray(names, end - 1);
    if (isHiddenXattr(name)) return answer(E.PERM);
    if (!mayTakeXattr(inode.fd, { name, size })) return answer(E.NOSPC);
    this.#submit(
      {
        kind: KIND.SETXATTR,
        id: inode.id,
        argument: view.getUint32(BODY + 4, true),
        flags: aclTakesSetgid(inode, name, this.kernel) ? 1 : 0,
      },
      inode,
      { payload: request.bytes.slice(names, end + size), local },
      answer,
    );
  }

  /** Both copies do it with their own bytes, which at this place in the order are the same. */
  #copy(
    source: Inode,
    target: Inode,
    how: { readonly local: boolean; readonly answer: Answer },
  ): "wait" | void {
    const view = request.view, { answer } = how;
    // The kernel then copies by READ and WRITE.
    if (how.local) return answer(E.XDEV);
    // How much there is to copy is known when what came before is done: never, of a file that is written all the time.
    if (source.pending > 0) return answer(E.XDEV);
    const error = statFd(source.fd);
    if (error) return answer(error);
    const size = getU64(stat.view, stat.at + STATX.size);
    const from = getU64(view, BODY + 8), to = getU64(view, BODY + 32);
    const length = Math.max(
      0,
      Math.min(getU64(view, BODY + 40), MAX_COPY, size - from),
    );
    if (to + length > FILE_LIMIT) return answer(E.FBIG);
    const payload = new Uint8Array(COPY_SIZE);
    const out = new DataView(payload.buffer);
    setU64(out, 0, source.id);
    setU64(out, 8, from);
    out.setUint32(16, length, true);
    const flags = view.getUint32(24, true) === 0 ? 0 : 1;
    this.#submit(
      { kind: KIND.COPY, id: target.id, argument: to, flags },
      target,
      { payload },
      (error) => {
        // u32 and padding, or u64: the same for what we copy.
        setU64(reply.view, OUT, length);
        answer(error, 8);
      },
    );
  }

  #longWrite(inode: Inode, local: boolean, answer: Answer): void {
    const view = request.view;
    const size = view.getUint32(BODY + 16, true);
    if (getU64(view, BODY + 8) + size > FILE_LIMIT) return answer(E.FBIG);
    if (inode.hasUntold) return answer(inode.tellLate());
    const flags = view.getUint32(BODY + 32, true), { volume } = this;
    noteFlags(inode, flags);
    const operation = {
      kind: KIND.WRITE,
      id: inode.id,
      argument: getU64(view, BODY + 8),
      flags: view.getUint32(BODY + 20, true) & WRITE_KILL_SUIDGID ? 1 : 0,
    };
    this.#submit(
      operation,
      inode,
      {
        payload: request.bytes.subarray(WRITE_DATA, WRITE_DATA + size),
        local,
      },
      answerThrough(this.pipeline, { volume, inode, flags, local }, (error) => {
        setU64(reply.view, OUT, size);
        answer(error, 8);
      }),
    );
  }

  #setattr(inode: Inode, local: boolean, answer: Answer): void {
    const payload = setattrPayload(inode);
    if (!payload) return answer(E.FBIG);
    this.#submit(
      { kind: KIND.SETATTR, id: inode.id },
      inode,
      { payload, local },
      (error) => {
        // Asked for again: between the request and now it may have been put away.
        const changed = error ? undefined : this.volume.get(inode.id);
        if (!changed) return answer(error || E.STALE);
        getattr(changed, answer);
      },
    );
  }

  #create(opcode: number, parent: Inode, length: number, answer: Answer): void {
    const made = makingOf(opcode, parent, { length, kernel: this.kernel });
    if (hides(this.volume, parent, made.name, made.nameEnd)) {
      return answer(E.PERM);
    }
    // A nameless file is its directory's: it may get a name on that side only.
    const side = opcode === OP.TMPFILE
      ? parent.own ? [] : "mirrored"
      : this.#sideOf({
        opcode,
        parent,
        name: request.bytes.slice(made.name, made.nameEnd),
      });
    if (typeof side === "number") return answer(side);
    const id = this.volume.newId() + (side === "mirrored" ? 0 : OWN);
    // Now: when it is made another request stands there.
    const opened = made.opens ? request.view.getUint32(BODY, true) : 0;
    this.#submit(
      { kind: made.kind, id, argument: parent.id, flags: made.umask },
      null,
      // Opened O_EXCL it never gets a name, and no copy of it is wanted.
      { payload: made.payload, local: made.nameForbidden, side },
      (error) => {
        const inode = error ? undefined : this.volume.get(id);
        if (!inode) return answer(error || E.IO);
        if (!made.opens) return answerEntry(inode, answer);
        if (statFd(inode.fd)) return answer(E.IO);
        inode.lookups++;
        inode.opens++;
        noteFlags(inode, opened);
        writeEntry(reply.view, OUT, id, stat.view, stat.at);
        writeOpen(OUT + 128, 0, FOPEN_KEEP_CACHE);
        answer(0, 144);
      },
    );
  }
}
