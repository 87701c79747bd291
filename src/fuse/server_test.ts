/** Which answer waits for what. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { memory, onServer } from "../../tests/fuse_bed.ts";
import { KIND } from "../replication/operation.ts";
import { mayGainPrivileges } from "../replication/privileges.ts";
import { E, libc, O } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import {
  FATTR,
  FOPEN_DIRECT_IO,
  OP,
  VALID_SECONDS,
  WRITE_DATA,
} from "./abi.ts";

onServer(
  "Server: a read waits for the changes of its file that came before it, not for those that come all the time",
  (bed) => {
    const file = bed.file("image");
    bed.write(file);
    const read = bed.read(file);
    bed.write(file);
    bed.turn();
    strictEqual(bed.answer(read), "none");
    bed.acknowledge();
    bed.write(file);
    bed.turn();
    strictEqual(file.pending, 2, "one write is on its way all the time");
    strictEqual(bed.answer(read), 0);
  },
);

onServer(
  "Server: a copy of a file that is written all the time is left to the kernel's reads and writes",
  (bed) => {
    const image = bed.file("image"), target = bed.file("copy");
    bed.write(image);
    const copy = bed.copy(image, target);
    bed.write(image);
    bed.turn();
    strictEqual(bed.answer(copy), "none");
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.answer(copy), E.XDEV);
  },
);

onServer(
  "Server: a kernel that keeps what it had cached of a copy's target copies by itself",
  (bed) => {
    Object.assign(bed.server.device, { readAhead() {} });
    const source = bed.file("source"), target = bed.file("target");
    const copyFor = (minor: number) => {
      bed.ask(OP.INIT, bed.volume.root, (view, at) => {
        view.setUint32(at, 7, true);
        view.setUint32(at + 4, minor, true);
      });
      bed.turn();
      const copy = bed.copy(source, target);
      bed.turn();
      return copy;
    };
    // Linux 5.4 and 5.10.
    strictEqual(bed.answer(copyFor(31)), E.NOSYS);
    deepStrictEqual(bed.kinds, []);
    const copy = copyFor(32);
    deepStrictEqual(bed.kinds, [KIND.COPY]);
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.answer(copy), 0);
  },
);

onServer(
  "Server: what waits for a session's names waits for the changes before it all the same",
  (bed) => {
    const file = bed.file("image");
    bed.write(file);
    const read = bed.read(file);
    bed.turn();
    bed.pipeline.lose();
    bed.turn();
    strictEqual(bed.answer(read), "none");
    bed.mirror();
    bed.turn();
    strictEqual(bed.answer(read), "none", "sent again under other numbers");
    bed.acknowledge(bed.pipeline.sequence);
    bed.turn();
    strictEqual(bed.answer(read), 0);
  },
);

onServer(
  "Server: a copy that waited is not made before a write that this disk refused is taken back at the peer",
  (bed) => {
    const source = bed.file("source"), target = bed.file("target");
    const { dataFd } = source;
    // Read and not written, as on a full disk.
    source.dataFd = libc.open(
      memory.string(`/proc/self/fd/${dataFd}`),
      O.RDONLY | O.CLOEXEC,
      0,
    );
    bed.write(source);
    bed.write(bed.file("other"));
    const copy = bed.copy(source, target);
    bed.turn();
    bed.acknowledge();
    bed.turn();
    bed.acknowledge();
    bed.turn();
    deepStrictEqual(
      bed.kinds.filter((kind) => kind < KIND.FSYNC),
      [KIND.WRITE, KIND.WRITE, KIND.WRITE, KIND.SETATTR],
    );
    strictEqual(bed.answer(copy), E.XDEV);
    libc.close(source.dataFd);
    source.dataFd = dataFd;
  },
);

onServer(
  "Server: while a resync has to catch up the answers to changes are apart, those to reads are not",
  (bed) => {
    const file = bed.file("busy");
    bed.pipeline.goAlone();
    bed.now = 1000;
    bed.gapMs = 40;
    const first = bed.write(file), second = bed.chmod(file);
    const third = bed.write(file), read = bed.read(file);
    bed.turn();
    bed.turn();
    const answers = () =>
      [first, second, third].map((each) => bed.answer(each));
    // A loop that was away makes up for 50 ms.
    deepStrictEqual(answers(), [0, 0, "none"]);
    strictEqual(bed.answer(read), 0);
    bed.now += 30;
    bed.turn();
    deepStrictEqual(answers(), [0, 0, 0]);
  },
);

onServer(
  "Server: an inode that the peer does not know yet gets its turn between changes of names that never end",
  (bed) => {
    const file = bed.file("log");
    file.boundIn = 0;
    for (let n = 0; n < 10; n++) bed.file(`name-${n}`);
    bed.unlink("name-0");
    bed.turn();
    const write = bed.write(file);
    // Each comes before the one before it is done: names never stand still by themselves.
    for (let n = 1; n < 10 && bed.answer(write) === "none"; n++) {
      bed.unlink(`name-${n}`);
      bed.turn();
      bed.acknowledge();
      bed.turn();
    }
    strictEqual(bed.answer(write), 0);
  },
);

onServer(
  "Server: of the writes that wait for names to stand still there are not more than 16 MiB in memory",
  (bed) => {
    const file = bed.file("log"), size = 192 << 10;
    file.boundIn = 0;
    bed.file("name");
    const unlink = bed.unlink("name");
    bed.turn();
    let before = 0;
    while (bed.server.takes) {
      bed.write(file, 0, size);
      bed.server.intake();
      before++;
    }
    ok(before * size <= 17 << 20, `${before} writes`);
    // It stays in the kernel, however often the others are tried.
    const last = bed.write(file, 0, size);
    for (let turn = 0; turn < 3; turn++) bed.turn();
    strictEqual(bed.server.takes, false);
    bed.acknowledge();
    bed.turn();
    strictEqual(bed.answer(unlink), 0);
    for (let turn = 0; turn < 3; turn++) {
      bed.acknowledge(bed.pipeline.sequence);
      bed.turn();
    }
    strictEqual(bed.answer(last), 0);
    deepStrictEqual(
      [bed.server.takes, bed.server.hasDeferred],
      [true, false],
    );
  },
);

onServer(
  "Server: trusted attributes are listed to root only, our own to nobody",
  (bed) => {
    const file = bed.file("labelled");
    const path = `/proc/self/fd/${file.dataFd}`;
    for (const name of ["trusted.other", "trusted.hakit.id", "user.seen"]) {
      const at = [path, name, "v"].map((text, i) =>
        memory.string(text, i * 256)
      ) as [number, number, number];
      strictEqual(libc.setxattr(at[0], at[1], at[2], 1, 0), 0);
    }
    const list = (uid: number) => {
      const asked = bed.ask(OP.LISTXATTR, file, (view, at) => {
        view.setUint32(24, uid, true);
        view.setUint32(at, 4096, true);
      });
      bed.turn();
      const names = new TextDecoder().decode(bed.body(asked)).split("\0");
      return names.filter((name) => name !== "").sort();
    };
    deepStrictEqual(list(0), ["trusted.other", "user.seen"]);
    deepStrictEqual(list(1000), ["user.seen"]);
  },
);

onServer(
  "Server: a kernel that takes a late answer for news asks again for the attributes of what it has looked up",
  (bed) => {
    Object.assign(bed.server.device, { readAhead() {} });
    const { root } = bed.volume;
    bed.file("image");
    const validFor = (minor: number) => {
      bed.ask(OP.INIT, root, (view, at) => {
        view.setUint32(at, 7, true);
        view.setUint32(at + 4, minor, true);
      });
      const lookup = bed.ask(
        OP.LOOKUP,
        root,
        (_, at) => memory.string("image", at),
        40 + "image".length + 1 - WRITE_DATA,
      );
      const open = bed.ask(OP.OPENDIR, root, () => {});
      bed.turn();
      const list = bed.ask(OP.READDIRPLUS, root, (view, at) => {
        view.setBigUint64(
          at,
          viewOf(bed.body(open)).getBigUint64(0, true),
          true,
        );
        view.setUint32(at + 16, 4096, true);
      });
      bed.turn();
      const found = viewOf(bed.body(lookup));
      // The names are its own affair: they stay.
      strictEqual(found.getBigUint64(16, true), BigInt(VALID_SECONDS));
      const listed = bed.body(list), view = viewOf(listed);
      const ENTRY = 128, NAME_LENGTH = ENTRY + 16, NAME = ENTRY + 24;
      for (let at = 0; at < listed.length;) {
        const length = view.getUint32(at + NAME_LENGTH, true);
        if (view.getBigUint64(at, true) !== 0n) {
          return [found, new DataView(listed.buffer, listed.byteOffset + at)]
            .map((entry) => Number(entry.getBigUint64(24, true)));
        }
        at += (NAME + length + 7) & ~7;
      }
      throw new Error("not listed");
    };
    // Linux 6.12 and 6.14; of 6.13 the number does not tell.
    deepStrictEqual(validFor(41), [0, 0]);
    deepStrictEqual(validFor(42), [VALID_SECONDS, VALID_SECONDS]);
  },
);

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

onServer(
  "Server: a stranger who writes takes setgid that means nothing, before he has written takes nothing else",
  (bed) => {
    const { SIZE, KILL_SUIDGID } = FATTR;
    const path = `${bed.volume.path}/program`, file = bed.file("program");
    const OWNER = 1201, GROUP = 1300, OTHER = 1202;
    Deno.chownSync(path, OWNER, GROUP);
    /** Mode that the kernel is told after it asked for `valid` on behalf of a user. */
    const told = (
      mode: number,
      { uid, gid = uid }: { readonly uid: number; readonly gid?: number },
      valid = 0,
    ): string => {
      Deno.chmodSync(path, mode);
      mayGainPrivileges(file);
      const asked = bed.ask(OP.SETATTR, file, (view, at) => {
        view.setUint32(24, uid, true);
        view.setUint32(28, gid, true);
        view.setUint32(at, valid, true);
        setU64(view, at + 16, 100);
      });
      bed.turn();
      bed.acknowledge();
      bed.turn();
      strictEqual(bed.answer(asked), 0);
      const attributes = new DataView(bed.body(asked).buffer, 16);
      return (attributes.getUint32(60, true) & 0o7777).toString(8);
    };
    const other = { uid: OTHER }, owner = { uid: OWNER };
    // What is refused, as a fallocate that the disk does not know, leaves a program as it is.
    strictEqual(told(0o6777, other), "6777");
    strictEqual(told(0o6755, owner), "6755");
    // Without the group's execute right setgid stays for its members only.
    strictEqual(told(0o6766, other), "766");
    strictEqual(told(0o6766, { uid: OTHER, gid: GROUP }), "6766");
    strictEqual(told(0o6766, other, SIZE | KILL_SUIDGID), "766");
    strictEqual(told(0o6777, { uid: 0 }), "6777");
    // Who may not write has asked for a chown that changes nothing.
    strictEqual(told(0o6775, other), "6775");
    strictEqual(told(0o6757, { uid: OTHER, gid: GROUP }), "6757");
  },
);

onServer(
  "Server: the kernel never keeps the mode of a program that runs as somebody else, for who writes to it need not have asked us",
  (bed) => {
    const path = `${bed.volume.path}/program`, file = bed.file("program");
    const { root } = bed.volume;
    const look = () =>
      bed.ask(
        OP.LOOKUP,
        root,
        (_, at) => memory.string("program", at),
        40 + "program".length + 1 - WRITE_DATA,
      );
    // By nobody who may write: it takes no privileges.
    const setNothing = () =>
      bed.ask(OP.SETATTR, file, (view) => {
        view.setUint32(24, 1202, true);
        view.setUint32(28, 1202, true);
      });
    /** Seconds for which the kernel may keep the attributes: by SETATTR, GETATTR, STATX and LOOKUP. */
    const kept = (mode: number) => {
      Deno.chmodSync(path, mode);
      const asked = [
        setNothing(),
        bed.ask(OP.GETATTR, file, () => {}),
        bed.ask(OP.STATX, file, () => {}),
        look(),
      ];
      bed.turn();
      bed.acknowledge();
      bed.turn();
      const ATTRIBUTES = 0, ENTRY = 24;
      return asked.map((each, i) => {
        strictEqual(bed.answer(each), 0);
        const at = i === 3 ? ENTRY : ATTRIBUTES;
        return Number(viewOf(bed.body(each)).getBigUint64(at, true));
      });
    };
    const ALWAYS_ASKED = [0, 0, 0, 0], LONG = Array(4).fill(VALID_SECONDS);
    deepStrictEqual(kept(0o4775), ALWAYS_ASKED);
    deepStrictEqual(kept(0o2755), ALWAYS_ASKED);
    deepStrictEqual(kept(0o755), LONG);
  },
);

onServer(
  "Server: who makes a file to write to it around the page cache does so from the beginning",
  (bed) => {
    const { root } = bed.volume;
    Object.assign(bed.server.device, { readAhead() {} });
    bed.ask(OP.INIT, root, (view, at) => {
      const INIT_EXT = 1 << 30, DIRECT_IO_ALLOW_MMAP = 1 << 4;
      view.setUint32(at, 7, true);
      view.setUint32(at + 4, 39, true);
      view.setUint32(at + 12, INIT_EXT, true);
      view.setUint32(at + 16, DIRECT_IO_ALLOW_MMAP, true);
    });
    const name = "redo", S_IFREG = 0o100644;
    const make = bed.ask(
      OP.CREATE,
      root,
      (view, at) => {
        view.setUint32(at, O.RDWR | O.DIRECT, true);
        view.setUint32(at + 4, S_IFREG, true);
        memory.string(name, at + 16);
      },
      56 + name.length + 1 - WRITE_DATA,
    );
    bed.turn();
    // Another request stands where this one did.
    bed.read(bed.file("other"));
    bed.turn();
    bed.acknowledge(bed.pipeline.sequence);
    bed.turn();
    strictEqual(bed.answer(make), 0);
    const id = Number(
      new DataView(bed.body(make).buffer).getBigUint64(0, true),
    );
    const open = bed.ask(
      OP.OPEN,
      bed.volume.get(id)!,
      (view, at) => view.setUint32(at, O.RDONLY, true),
    );
    bed.turn();
    strictEqual(bed.answer(open), 0);
    const flags = new DataView(bed.body(open).buffer).getUint32(8, true);
    strictEqual(flags, FOPEN_DIRECT_IO);
  },
);
