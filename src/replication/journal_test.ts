import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Journal } from "./journal.ts";
import { BLOCK, decodeJournal, HALF } from "./journal_blocks.ts";
import { marksOf } from "./journal_regions.ts";
import { anyOperation, uncovered } from "./journal_sample.ts";
import { CHUNK, markOperation, Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { newFrame } from "../peer/frame.ts";

const GENERATION = "00112233445566aa";
const payload = new DataView(new ArrayBuffer(64));

async function withJournal(
  run: (journal: Journal, said: string[]) => void | Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const said: string[] = [];
  const journal = new Journal(`${folder}/journal`, (why) => said.push(why));
  try {
    await run(journal, said);
  } finally {
    journal.close();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** A disk that lost its power while it wrote: some sectors are new, some old. */
function torn(before: Uint8Array, after: Uint8Array, lots: number) {
  const mixed = before.slice();
  let seed = lots;
  for (let at = 0; at < mixed.length; at += 512) {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    if (seed & 0x4000) mixed.set(after.subarray(at, at + 512), at);
  }
  return mixed;
}

Deno.test("Journal on disk covers what is not settled, whatever a power cut tears", async () => {
  await withJournal((journal) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(anyOperation), fc.nat(6), fc.nat()), {
          maxLength: 100,
        }),
        (turns) => {
          journal.begin(GENERATION);
          const needed = new Marks();
          let sequence = 0;
          for (const [frames, settle, lots] of turns) {
            const before = Deno.readFileSync(journal.path);
            const durable = new Marks();
            durable.add(needed);
            for (const frame of frames) {
              frame.sequence = ++sequence;
              journal.enter(frame, payload, 0, Infinity);
              markOperation(needed, frame, payload, 0);
            }
            journal.flush();
            const after = Deno.readFileSync(journal.path);
            const crashed = decodeJournal(
              torn(before, after, lots),
              GENERATION,
            );
            ok(crashed, "a torn batch is no reason to compare everything");
            strictEqual(uncovered(marksOf(crashed), durable).join(), "");
            strictEqual(
              uncovered(journal.read(GENERATION)!, needed).join(),
              "",
            );
            if (settle === 0) {
              journal.settle(sequence - 2);
              needed.settle(sequence - 2);
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

/** `count` writes to cold regions, a flush each. */
function write(journal: Journal, count: number) {
  const frame = { ...newFrame(), kind: KIND.WRITE, id: 7, length: 10 };
  for (let i = 0; i < count; i++) {
    frame.sequence++;
    frame.argument = (1 + 100 * frame.sequence) * CHUNK;
    ok(!journal.enter(frame, payload, 0, 0), "a cold region was hot");
    journal.flush();
  }
}

Deno.test("Journal goes round its two halves", async () => {
  await withJournal((journal) => {
    journal.begin(GENERATION);
    write(journal, 500);
    strictEqual(Deno.statSync(journal.path).size, 2 * HALF);
    strictEqual(journal.read(GENERATION)!.get(0, 7)!.chunks.size, 500);
  });
});

Deno.test("a block that rotted makes the whole journal worthless, and so does another generation", async () => {
  await withJournal((journal) => {
    journal.begin(GENERATION);
    write(journal, 20);
    strictEqual(journal.read("ffffffffffffffff"), null);
    const bytes = Deno.readFileSync(journal.path);
    for (const block of [0, 1, 10]) {
      const rotten = bytes.slice();
      rotten[block * BLOCK + 50]! ^= 1;
      strictEqual(decodeJournal(rotten, GENERATION), null, `block ${block}`);
    }
    strictEqual(decodeJournal(bytes.subarray(1), GENERATION), null);
    strictEqual(decodeJournal(new Uint8Array(2 * HALF), GENERATION), null);
  });
});

Deno.test("Journal that cannot be written is taken away and says so", async () => {
  await withJournal((journal, said) => {
    journal.begin(GENERATION);
    write(journal, 3);
    Deno.mkdirSync(`${journal.path}.new`);
    journal.begin(GENERATION);
    strictEqual(said.length, 1);
    strictEqual(journal.read(GENERATION), null);
    const frame = { ...newFrame(), kind: KIND.WRITE, id: 7, length: 10 };
    ok(journal.enter(frame, payload, 0, 0), "nobody waits for no journal");
    journal.flush();
  });
});

Deno.test("Journal that was removed, and the folder not synced, counts as removed only when the folder is", async () => {
  await withJournal((journal) => {
    journal.begin(GENERATION);
    const folder = journal.path.slice(0, journal.path.lastIndexOf("/"));
    const { openSync } = Deno;
    let synced = 0, fails = true;
    Deno.openSync = (path, options) => {
      if (path !== folder) return openSync(path, options);
      if (fails) throw new Error("EMFILE");
      synced++;
      return openSync(path, options);
    };
    try {
      throws(() => journal.discard(), /EMFILE/);
      throws(() => journal.discard(), /EMFILE/);
      fails = false;
      journal.discard();
      strictEqual(synced, 1);
    } finally {
      Deno.openSync = openSync;
    }
  });
});

/** While it lasts each write, sync and removal of this process fails that `fails` says; a write then leaves a part. */
function sickDisk(fails: () => boolean): Disposable {
  const file = Deno.FsFile.prototype, { removeSync } = Deno;
  const { writeSync, syncDataSync, syncSync } = file;
  const sick = () => {
    if (fails()) throw new Error("EIO");
  };
  file.writeSync = function (bytes) {
    if (!fails()) return writeSync.call(this, bytes);
    writeSync.call(this, bytes.subarray(0, bytes.length >> 1));
    throw new Error("ENOSPC");
  };
  file.syncDataSync = function () {
    sick();
    syncDataSync.call(this);
  };
  file.syncSync = function () {
    sick();
    syncSync.call(this);
  };
  Deno.removeSync = (...all) => {
    sick();
    removeSync(...all);
  };
  return {
    [Symbol.dispose]() {
      Object.assign(file, { writeSync, syncDataSync, syncSync });
      Deno.removeSync = removeSync;
    },
  };
}

Deno.test("Journal on a disk that fails now and then covers what was done, or there is none", async () => {
  await withJournal((journal) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.array(anyOperation), fc.infiniteStream(fc.nat(9))),
          {
            maxLength: 40,
          },
        ),
        (turns) => {
          journal.begin(GENERATION);
          let done = new Marks(), sequence = 0, follows = true;
          for (const [frames, lots] of turns) {
            const asked = new Marks();
            try {
              using _ = sickDisk(() => lots.next().value === 0);
              if (!follows) {
                // The next session: the copies are level, and count anew, also where it ends before the folder of the new one is synced.
                done = new Marks();
                journal.begin(GENERATION);
                follows = true;
              }
              for (const frame of frames) {
                frame.sequence = ++sequence;
                journal.enter(frame, payload, 0, Infinity);
                markOperation(asked, frame, payload, 0);
              }
              journal.flush();
              done.add(asked);
            } catch {
              // The session ends, and these changes are not made.
              follows = false;
            }
            const left = journal.read(GENERATION);
            if (left) strictEqual(uncovered(left, done).join(), "");
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
