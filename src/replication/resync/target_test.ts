import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { basename, join } from "node:path";
import { S_IFREG } from "../../fuse/abi.ts";
import { openBacking } from "../../fuse/device.ts";
import type { Outgoing } from "../../peer/connection.ts";
import { type Frame, newFrame } from "../../peer/frame.ts";
import { E, libc } from "../../system/libc.ts";
import { writeId } from "../id_xattr.ts";
import {
  type Attributes,
  encodeAttributes,
  encodeListing,
} from "../listing.ts";
import { KIND } from "../operation.ts";
import { ROOT, Volume } from "../volume.ts";
import { encodePage, isOnPage } from "./page.ts";
import { ResyncTarget } from "./target.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const FILE = 77;

interface Bed {
  readonly folder: string;
  readonly volume: Volume;
  /** Payloads of ENDED. */
  readonly ended: readonly Uint8Array[];
  /** Their errors. */
  readonly errors: readonly number[];
  /** Files that were flushed, as they are named, and whether the pass had ended when the flush did. */
  readonly flushed: readonly (readonly [name: string, after: boolean])[];
  /** Whether frames are to wait. */
  full(): boolean;
  tell(frame: Partial<Frame>, payload?: Uint8Array): void;
  /** A file of this name with this text, and FILE's id unless another one is given. */
  has(name: string, content: string, id?: number): void;
}

function onTarget(
  name: string,
  run: (bed: Bed) => void,
  { flushes = false } = {},
): void {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const volume = new Volume(0, folder, openBacking(folder), () => 9);
      const ended: Uint8Array[] = [], errors: number[] = [];
      const flushed: [string, boolean][] = [], flushing: (() => void)[] = [];
      const outgoing = {
        append: ({ kind, flags }: Frame, payload: Uint8Array) => {
          if (kind !== KIND.ENDED) return;
          ended.push(payload);
          errors.push(flags);
        },
      };
      const target = new ResyncTarget(
        [volume],
        outgoing as unknown as Outgoing,
        {
          adopts: false,
          fromDisk: false,
          announce() {},
          sync: (done) => done(),
          flush: flushes
            ? (fd, done) => {
              const path = Deno.readLinkSync(`/proc/self/fd/${fd}`);
              flushing.push(() => {
                flushed.push([basename(path), ended.length > 0]);
                done();
              });
            }
            : null,
          begin: (work) => {
            for (const _ of work) {
              for (const end of flushing.splice(0)) end();
            }
          },
        },
      );
      try {
        run({
          folder,
          volume,
          ended,
          errors,
          flushed,
          full: () => target.full,
          tell: (frame, payload = new Uint8Array(0)) =>
            strictEqual(
              target.heard({ ...newFrame(), ...frame }, payload),
              null,
            ),
          has(name, content, id = FILE) {
            Deno.writeTextFileSync(join(folder, name), content);
            const fd = volume.walk(bytes(name));
            strictEqual(writeId(fd, id), 0);
            libc.close(fd);
          },
        });
      } finally {
        target.close();
        volume.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

/** Ids in a payload of ENDED. */
function toldOf(payload: Uint8Array): number[] {
  const view = new DataView(payload.buffer, payload.byteOffset);
  return Array.from(
    { length: view.getUint32(0, true) },
    (_, i) => view.getUint32(5 + i * 9, true),
  );
}

/** Words in a payload of ENDED. */
function wordsOf(payload: Uint8Array): string {
  return new TextDecoder().decode(
    payload.subarray(4 + toldOf(payload).length * 9),
  );
}

/** A size. */
const FIVE = [5, 0, 0, 0, 0, 0, 0, 0];

const attributes = (
  name: string,
  nlink: number,
  size = 0,
  xattrs: Attributes["xattrs"] = [],
) =>
  encodeAttributes(bytes(name), {
    mode: S_IFREG | 0o644,
    uid: 0,
    gid: 0,
    nlink,
    size,
    times: new Uint8Array(24),
    xattrs,
  });

onTarget(
  "ResyncTarget: what its file system does not take is named, with the error, in the pass in which it was refused",
  ({ tell, has, ended, errors }) => {
    has("file", "");
    const value = new Uint8Array(65_537);
    const large = [{ name: bytes("trusted.large"), value }];
    tell({ kind: KIND.META, id: FILE }, attributes("file", 1, 0, large));
    tell({ kind: KIND.END, argument: 1 });
    tell({ kind: KIND.META, id: FILE }, attributes("file", 1));
    tell({ kind: KIND.END, argument: 2 });
    deepStrictEqual(ended.map(wordsOf), [
      'its disk refuses the attributes of "file": E2BIG',
      "",
    ]);
    deepStrictEqual(errors, [E["2BIG"], 0]);
  },
);

onTarget(
  "ResyncTarget: a link that was made as a copy is told at the end of the pass, also when further parts of the root were listed after it",
  ({ tell, has, ended }) => {
    has("file", "");
    tell({ kind: KIND.META, id: FILE }, attributes("file", 2));
    // A part of a large directory in which the file does not stand.
    const part = [0, 1].map((number) => ({
      number,
      count: 2,
      removeOnly: false,
    })).find((page) => !isOnPage(page, bytes("file")))!;
    const listing = encodeListing(bytes(""), []);
    tell({ kind: KIND.LIST, id: ROOT, ...encodePage(part) }, listing);
    tell({ kind: KIND.LISTED });
    tell({ kind: KIND.END, argument: 1 });
    // The source has it with one name by now.
    tell({ kind: KIND.META, id: FILE }, attributes("file", 1));
    tell({ kind: KIND.END, argument: 2 });
    deepStrictEqual(ended.map(toldOf), [[FILE], []]);
  },
);

onTarget(
  "ResyncTarget: of thousands of links that were made as copies each is told, though their directory gets another name before the next pass ends",
  ({ folder, tell, has, ended }) => {
    const ids = Array.from({ length: 2100 }, (_, i) => 100 + i);
    Deno.mkdirSync(join(folder, "before"));
    for (const id of ids) {
      has(`before/${id}`, "", id);
      tell({ kind: KIND.META, id }, attributes(`before/${id}`, 2));
    }
    tell({ kind: KIND.END, argument: 1 });
    Deno.renameSync(join(folder, "before"), join(folder, "after"));
    tell({ kind: KIND.END, argument: 2 });
    const told = new Set(ended.flatMap(toldOf));
    deepStrictEqual(ids.filter((id) => !told.has(id)), []);
  },
);

onTarget(
  "ResyncTarget: of two inodes with one id the one that stands at the path is brought up to date, not the other one, which is known and leaves",
  ({ folder, volume, tell, has }) => {
    // The copy is what a session that broke off has left of a link.
    for (const name of ["copy", "file"]) has(name, "old");
    strictEqual(volume.bind(FILE, bytes("copy")), 0);
    tell(
      { kind: KIND.FILE, id: FILE },
      Uint8Array.of(...FIVE, ...bytes("file")),
    );
    tell({ kind: KIND.DATA, id: FILE }, bytes("newer"));
    volume.dropId(FILE);
    strictEqual(volume.bind(FILE, bytes("copy")), 0);
    tell({ kind: KIND.META, id: FILE }, attributes("file", 1, 5));
    const content = (name: string) => Deno.readTextFileSync(join(folder, name));
    deepStrictEqual([content("file"), content("copy")], ["newer", "old"]);
    strictEqual(Deno.statSync(join(folder, "file")).mtime?.getTime(), 0);
  },
);

onTarget(
  "ResyncTarget: a file that is compared and the same keeps its time, should the session break off before its attributes come",
  ({ folder, tell, has }) => {
    has("file", "equal");
    const path = join(folder, "file");
    Deno.utimeSync(path, 1000, 1000);
    tell(
      { kind: KIND.FILE, id: FILE },
      Uint8Array.of(...FIVE, ...bytes("file")),
    );
    strictEqual(Deno.statSync(path).mtime?.getTime(), 1_000_000);
  },
);

for (const flushes of [true, false]) {
  onTarget(
    flushes
      ? "ResyncTarget: where sync does not tell what could not be written, each file that got data is flushed by itself before the pass ends"
      : "ResyncTarget: where sync tells it no file is flushed by itself",
    ({ tell, has, flushed, ended }) => {
      const ids = { data: 101, linked: 102, holes: 103, same: 104 };
      for (const [name, id] of Object.entries(ids)) {
        has(name, "older", id);
        tell({ kind: KIND.FILE, id }, Uint8Array.of(...FIVE, ...bytes(name)));
        if (name === "holes") {
          tell({ kind: KIND.HOLE, id, argument: 0 }, Uint8Array.of(...FIVE));
        } else if (name !== "same") tell({ kind: KIND.DATA, id }, bytes("new"));
        const nlink = name === "linked" ? 2 : 1;
        tell({ kind: KIND.META, id }, attributes(name, nlink, 5));
      }
      tell({ kind: KIND.END, argument: 1 });
      strictEqual(ended.length, 1);
      deepStrictEqual(
        [...flushed].sort(),
        flushes ? [["data", false], ["holes", false], ["linked", false]] : [],
      );
    },
    { flushes },
  );
}

onTarget(
  "ResyncTarget: while as many files are flushed as the system does at once no more frames are to come",
  ({ tell, has, full, flushed }) => {
    const ids = Array.from({ length: 256 }, (_, i) => 100 + i);
    for (const id of ids) {
      strictEqual(full(), false);
      has(`${id}`, "older", id);
      const file = Uint8Array.of(...FIVE, ...bytes(`${id}`));
      tell({ kind: KIND.FILE, id }, file);
      tell({ kind: KIND.DATA, id }, bytes("newer"));
      tell({ kind: KIND.META, id }, attributes(`${id}`, 1, 5));
    }
    strictEqual(full(), true);
    tell({ kind: KIND.END, argument: 1 });
    deepStrictEqual([full(), flushed.length], [false, ids.length]);
  },
  { flushes: true },
);
