/** Handlers of requests that change: each becomes an operation of the pipeline, which answers when the change is safe. */
import { apply, SETATTR_SIZE } from "../replication/apply.ts";
import { KIND } from "../replication/operation.ts";
import type { Pipeline } from "../replication/pipeline.ts";
import {
  type Inode,
  isHidden,
  stat,
  statFd,
  type Volume,
} from "../replication/volume.ts";
import { HEADER } from "../peer/frame.ts";
import { E } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import {
  FATTR,
  FOPEN_KEEP_CACHE,
  OP,
  S_IFDIR,
  S_IFLNK,
  WRITE_DATA,
  WRITE_KILL_SUIDGID,
  writeEntry,
} from "./abi.ts";
import { getattr, refuseXattr } from "./look.ts";
import {
  type Answer,
  BODY,
  OUT,
  reply,
  request,
  writeOpen,
} from "./request.ts";

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
]);

/** The times of struct fuse_setattr_in: their flags, where they stand, and where they go in our payload. */
const TIMES = [
  {
    set: FATTR.ATIME,
    setNow: FATTR.ATIME_NOW,
    seconds: 32,
    nanoseconds: 56,
    to: 24,
  },
  {
    set: FATTR.MTIME,
    setNow: FATTR.MTIME_NOW,
    seconds: 40,
    nanoseconds: 60,
    to: 36,
  },
] as const;

/** Whether the name in the request, bytes [from, to), is our own folder's. */
export function hides(
  volume: Volume,
  parent: Inode,
  from: number,
  to: number,
): boolean {
  return parent === volume.root && isHidden(request.bytes.subarray(from, to));
}

/** Answers with an inode that the kernel now knows once more. */
export function answerEntry(inode: Inode, answer: Answer): void {
  const error = statFd(inode.fd);
  if (error) return answer(error);
  inode.lookups++;
  writeEntry(reply.view, OUT, inode.id, stat.view, stat.at);
  answer(0, 128);
}

export class Changes {
  constructor(readonly volume: Volume, readonly pipeline: Pipeline) {}

  /** Everything that changes. The peer must know the inodes by their ids first. */
  change(
    opcode: number,
    inode: Inode,
    length: number,
    answer: Answer,
  ): "wait" | void {
    const view = request.view;
    // The second inode: the new parent of a rename, the file of a link.
    let other: Inode | undefined;
    if (opcode === OP.RENAME || opcode === OP.RENAME2 || opcode === OP.LINK) {
      other = this.volume.get(getU64(view, BODY));
      if (!other) return answer(E.STALE);
    }
    const bound = this.pipeline.bind(this.volume, inode);
    const otherBound = other ? this.pipeline.bind(this.volume, other) : "bound";
    if (bound === "wait" || otherBound === "wait") return "wait";
    // No name can be made in a directory, or of a file, that is gone.
    if (otherBound === "local") return answer(E.NOENT);
    if (bound === "local" && NEEDS_NAME.has(opcode)) return answer(E.NOENT);
    const local = bound === "local";
    switch (opcode) {
      case OP.WRITE:
        return this.#longWrite(inode, local, answer);
      case OP.SETATTR:
        return this.#setattr(inode, local, answer);
      case OP.FALLOCATE: {
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
      case OP.SETXATTR: {
        const size = view.getUint32(BODY, true),
          flags = view.getUint32(BODY + 4, true);
        const end = request.bytes.indexOf(0, BODY + 8) + 1;
        const refused = refuseXattr(BODY + 8, end - 1);
        if (refused) return answer(refused);
        const payload = request.bytes.slice(BODY + 8, end + size);
        return this.#submit(
          { kind: KIND.SETXATTR, id: inode.id, argument: flags },
          inode,
          { payload, local },
          answer,
        );
      }
      case OP.REMOVEXATTR: {
        const refused = refuseXattr(BODY, length - 1);
        if (refused) return answer(refused);
        return this.#submit({ kind: KIND.REMOVEXATTR, id: inode.id }, inode, {
          payload: request.bytes.slice(BODY, length),
          local,
        }, answer);
      }
      case OP.UNLINK:
      case OP.RMDIR: {
        if (hides(this.volume, inode, BODY, length - 1)) return answer(E.NOENT);
        const kind = opcode === OP.RMDIR ? KIND.RMDIR : KIND.UNLINK;
        return this.#submit({ kind, id: inode.id }, null, {
          payload: request.bytes.slice(BODY, length),
        }, answer);
      }
      case OP.RENAME:
      case OP.RENAME2: {
        const names = BODY + (opcode === OP.RENAME ? 8 : 16);
        const flags = opcode === OP.RENAME ? 0 : view.getUint32(BODY + 8, true);
        const second = request.bytes.indexOf(0, names) + 1;
        if (
          hides(this.volume, inode, names, second - 1) ||
          hides(this.volume, other!, second, length - 1)
        ) return answer(E.PERM);
        return this.#submit(
          { kind: KIND.RENAME, id: inode.id, argument: other!.id, flags },
          null,
          { payload: request.bytes.slice(names, length) },
          answer,
        );
      }
      case OP.LINK: {
        if (hides(this.volume, inode, BODY + 8, length - 1)) {
          return answer(E.PERM);
        }
        const target = other!;
        return this.#submit(
          { kind: KIND.LINK, id: target.id, argument: inode.id },
          null,
          { payload: request.bytes.slice(BODY + 8, length) },
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

  #submit(
    operation: {
      readonly kind: number;
      readonly id: number;
      readonly argument?: number;
      readonly flags?: number;
    },
    inode: Inode | null,
    how: { readonly payload: Uint8Array; readonly local?: boolean },
    answer: (error: number) => void,
  ): void {
    if (!how.local) {
      return this.pipeline.submit(operation, {
        volume: this.volume,
        inode,
        answer,
      }, how.payload);
    }
    // The file has no name on either node and dies with its last open: no copy of it is wanted.
    const memory = this.pipeline.memory, at = this.pipeline.place();
    memory.bytes.set(how.payload, at + HEADER);
    answer(apply(
      this.volume,
      {
        kind: operation.kind,
        id: operation.id,
        argument: operation.argument ?? 0,
        flags: operation.flags ?? 0,
        length: how.payload.length,
        volume: this.volume.index,
        sequence: 0,
      },
      memory,
      at,
    ));
  }

  #longWrite(inode: Inode, local: boolean, answer: Answer): void {
    const view = request.view;
    const size = view.getUint32(BODY + 16, true);
    const operation = {
      kind: KIND.WRITE,
      id: inode.id,
      argument: getU64(view, BODY + 8),
      flags: view.getUint32(BODY + 20, true) & WRITE_KILL_SUIDGID ? 1 : 0,
    };
    this.#submit(operation, inode, {
      payload: request.bytes.subarray(WRITE_DATA, WRITE_DATA + size),
      local,
    }, (error) => {
      setU64(reply.view, OUT, size);
      answer(error, 8);
    });
  }

  #setattr(inode: Inode, local: boolean, answer: Answer): void {
    const view = request.view;
    const payload = new Uint8Array(SETATTR_SIZE);
    const out = new DataView(payload.buffer);
    let valid = view.getUint32(BODY, true);
    // "Now" is one moment for both nodes.
    const now = Date.now();
    for (const { set, setNow, seconds, nanoseconds, to } of TIMES) {
      if (valid & setNow) {
        valid |= set;
        out.setBigUint64(to, BigInt(Math.floor(now / 1000)), true);
        out.setUint32(to + 8, (now % 1000) * 1_000_000, true);
      } else {
        out.setBigUint64(to, view.getBigUint64(BODY + seconds, true), true);
        out.setUint32(to + 8, view.getUint32(BODY + nanoseconds, true), true);
      }
    }
    valid &= FATTR.MODE | FATTR.UID | FATTR.GID | FATTR.SIZE | FATTR.ATIME |
      FATTR.MTIME | FATTR.KILL_SUIDGID;
    out.setUint32(0, valid, true);
    out.setUint32(4, view.getUint32(BODY + 68, true), true);
    out.setUint32(8, view.getUint32(BODY + 76, true), true);
    out.setUint32(12, view.getUint32(BODY + 80, true), true);
    out.setBigUint64(16, view.getBigUint64(BODY + 16, true), true);
    this.#submit({ kind: KIND.SETATTR, id: inode.id }, inode, {
      payload,
      local,
    }, (error) => {
      // Asked for again: between the request and now it may have been put away.
      const changed = error ? undefined : this.volume.get(inode.id);
      if (!changed) return answer(error || E.STALE);
      getattr(changed, answer);
    });
  }

  #create(opcode: number, parent: Inode, length: number, answer: Answer): void {
    const view = request.view;
    let mode = 0, rdev = 0, names = BODY;
    switch (opcode) {
      case OP.CREATE:
        mode = view.getUint32(BODY + 4, true);
        names += 16;
        break;
      case OP.MKNOD:
        mode = view.getUint32(BODY, true);
        rdev = view.getUint32(BODY + 4, true);
        names += 16;
        break;
      case OP.MKDIR:
        mode = (view.getUint32(BODY, true) & 0o7777) | S_IFDIR;
        names += 8;
        break;
      default:
        mode = S_IFLNK | 0o777;
    }
    const end = request.bytes.indexOf(0, names);
    if (hides(this.volume, parent, names, end)) return answer(E.PERM);
    const payload = new Uint8Array(16 + length - names);
    const out = new DataView(payload.buffer);
    out.setUint32(0, mode, true);
    out.setUint32(4, view.getUint32(24, true), true);
    out.setUint32(8, view.getUint32(28, true), true);
    out.setUint32(12, rdev, true);
    payload.set(request.bytes.subarray(names, length), 16);
    const id = this.volume.newId();
    this.pipeline.submit({ kind: KIND.CREATE, id, argument: parent.id }, {
      volume: this.volume,
      answer: (error) => {
        const inode = error ? undefined : this.volume.get(id);
        if (!inode) return answer(error || E.IO);
        if (opcode !== OP.CREATE) return answerEntry(inode, answer);
        if (statFd(inode.fd)) return answer(E.IO);
        inode.lookups++;
        inode.opens++;
        writeEntry(reply.view, OUT, id, stat.view, stat.at);
        writeOpen(OUT + 128, 0, FOPEN_KEEP_CACHE);
        answer(0, 144);
      },
    }, payload);
  }
}
