import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import { E, libc } from "../system/libc.ts";
import { type Folder, FolderTokens, unlike } from "./folder_tokens.ts";
import { compare, EMPTY } from "./identity.ts";
import { readToken, writeToken } from "./id_xattr.ts";

function withFolders(
  name: string,
  run: (world: {
    readonly state: string;
    /** As a new process finds it. */
    readonly tokens: () => FolderTokens;
    readonly folders: readonly Folder[];
  }) => void,
) {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      const root = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const state = `${root}/state`;
      Deno.mkdirSync(state);
      const folders = ["one", "two"].map((name) => {
        const path = `${root}/${name}`;
        Deno.mkdirSync(path);
        return { path, backing: openBacking(path) };
      });
      const tokens = () => new FolderTokens(state);
      try {
        run({ state, tokens, folders });
      } finally {
        for (const { backing } of folders) libc.close(backing);
        Deno.removeSync(root, { recursive: true });
      }
    },
  });
}

/** What each of them is to the state. */
function judged(tokens: FolderTokens, folders: readonly Folder[]) {
  return folders.map(({ path, backing }) =>
    tokens.judge(path, readToken(backing))
  );
}

const OWN = ["own", "own"];

withFolders(
  "FolderTokens.draw() cut off anywhere leaves a state that knows what its folders carry",
  ({ state, tokens, folders }) => {
    const carry = (those: readonly (number | null)[]) =>
      those.forEach((token, index) => {
        const { backing } = folders[index]!;
        if (token !== null) strictEqual(writeToken(backing, token), 0);
      });
    const carried = () => folders.map(({ backing }) => readToken(backing));
    const kept = () => Deno.readTextFileSync(`${state}/tokens`);
    deepStrictEqual(judged(tokens(), folders), OWN, "of an older build");
    tokens().draw(folders);
    deepStrictEqual(judged(tokens(), folders), OWN);

    const process = tokens();
    for (let round = 0; round < 10; round++) {
      const before = carried(), asked: (() => void)[] = [];
      let durable = kept();
      process.draw(folders, {
        aio: { fsync: (_fd, _data, done) => void asked.push(() => done(0)) },
      });
      // Two syncs of the state, one of each folder, two of the state. Every third draw is never ended.
      const syncs = round % 3 === 2 ? round % 6 : 6;
      for (let sync = 0; sync <= syncs; sync++) {
        const now = carried(), written = kept();
        deepStrictEqual(now.map((token, i) => token !== before[i]), [
          sync >= 2,
          sync >= 2,
        ]);
        // A power cut: each disk may have the one or the other.
        const [one, two] = now;
        const cuts = sync < 3
          ? [before, now, [one!, before[1]!], [before[0]!, two!]]
          : sync === 3
          ? [now, [one!, before[1]!]]
          : [now];
        for (const text of new Set([durable, written])) {
          Deno.writeTextFileSync(`${state}/tokens`, text);
          for (const cut of cuts) {
            carry(cut);
            deepStrictEqual(judged(tokens(), folders), OWN, `${sync}`);
          }
        }
        carry(now);
        Deno.writeTextFileSync(`${state}/tokens`, written);
        if (sync === syncs) break;
        asked.shift()!();
        if (sync % 4 === 1) durable = kept();
      }
      if (syncs < 6) continue;
      deepStrictEqual(asked.length, 0);
      carry(before);
      deepStrictEqual(judged(tokens(), folders), ["other", "other"]);
      carry(carried());
      process.draw(folders);
    }
  },
);

withFolders(
  "FolderTokens.draw() before the first one has ended: also folders that carry none yet are this state's",
  ({ tokens, folders }) => {
    let answers = 2;
    const never = {
      fsync: (_fd: number, _data: boolean, done: (error: number) => void) => {
        if (answers-- > 0) done(0);
      },
    };
    tokens().draw(folders, { aio: never });
    strictEqual(answers, -2, "both folders are being synced");
    for (const { path } of folders) {
      strictEqual(tokens().judge(path, null), "own");
    }
    tokens().draw(folders);
    for (const { path } of folders) {
      strictEqual(tokens().judge(path, null), "other");
    }
  },
);

withFolders(
  "FolderTokens.draw() whose disk fails the sync, or that another one has overtaken, ends nothing",
  ({ tokens, folders }) => {
    tokens().draw(folders);
    const before = readToken(folders[0]!.backing);
    tokens().draw(folders, { aio: { fsync: (_f, _d, done) => done(E.IO) } });
    strictEqual(tokens().judge(folders[0]!.path, before), "own");

    const process = tokens(), first: (() => void)[] = [];
    process.draw(folders, {
      aio: { fsync: (_f, _d, done) => void first.push(() => done(0)) },
    });
    process.draw(folders);
    for (const done of first) done();
    deepStrictEqual(judged(process, folders), OWN);
    deepStrictEqual(judged(tokens(), folders), OWN);

    // What the one that was overtaken knew is not lost.
    process.draw(folders, { level: true, aio: { fsync() {} } });
    process.draw(folders);
    deepStrictEqual([process.level, tokens().level], [true, true]);
    process.forget();
    process.draw(folders);
    deepStrictEqual([process.level, tokens().level], [false, false]);
  },
);

withFolders(
  "FolderTokens.judge() tells data that is newer than a restored state from a disk that is older than the present one",
  ({ state, tokens, folders }) => {
    tokens().draw(folders);
    const [{ path, backing }] = folders as [Folder, Folder];
    const old = readToken(backing)!;
    const restored = Deno.readTextFileSync(`${state}/tokens`);
    tokens().draw(folders, { level: true });
    const present = readToken(backing)!;
    strictEqual(tokens().judge(path, old), "other");
    strictEqual(tokens().level, true);
    Deno.writeTextFileSync(`${state}/tokens`, restored);
    strictEqual(tokens().judge(path, present), "newer");
    strictEqual(tokens().level, false);
    // A new state beside it counts on from there.
    Deno.removeSync(`${state}/tokens`);
    tokens().forget();
    tokens().draw(folders);
    strictEqual(tokens().judge(path, present), "other");
    // A state of before there were tokens.
    Deno.removeSync(`${state}/tokens`);
    strictEqual(tokens().judge(path, readToken(backing)), "newer");
  },
);

withFolders(
  "FolderTokens.judge() tells two folders that are mounted in each other's place, and takes one that is new in the list",
  ({ tokens, folders }) => {
    const [one, two] = folders as [Folder, Folder];
    tokens().draw(folders);
    strictEqual(tokens().judge(one.path, readToken(two.backing)), "other");
    strictEqual(tokens().judge("/srv/more", readToken(two.backing)), "own");
    strictEqual(tokens().judge("/srv/more", null), "own");
    // Not mirrored for a while, and then again.
    tokens().draw([one]);
    deepStrictEqual(judged(tokens(), folders), OWN);
  },
);

withFolders(
  "FolderTokens.forget() takes whatever stands there, and the disk of before is the older one when it comes back",
  ({ tokens, folders }) => {
    tokens().draw(folders);
    const [one, two] = folders as [Folder, Folder];
    const before = readToken(one.backing)!;
    tokens().forget();
    strictEqual(tokens().judge(one.path, null), "own");
    strictEqual(tokens().judge(one.path, 2 ** 40 + 7), "own");
    tokens().draw([{ path: one.path, backing: two.backing }]);
    strictEqual(tokens().judge(one.path, before), "other");
  },
);

withFolders(
  "FolderTokens has a place for what it writes next, also on a disk that has become full",
  ({ state, tokens, folders }) => {
    const process = tokens();
    process.draw(folders);
    const place = Deno.statSync(`${state}/tokens.new`);
    strictEqual(place.size, 4096);
    process.forget();
    strictEqual(Deno.statSync(`${state}/tokens`).ino, place.ino);
    strictEqual(Deno.statSync(`${state}/tokens.new`).size, 4096);
    // What stands there is no list.
    strictEqual(tokens().level, false);
    deepStrictEqual(judged(tokens(), folders), OWN);
  },
);

withFolders(
  "FolderTokens.draw() that finds no room leaves all as it was",
  ({ state, tokens, folders }) => {
    const process = tokens();
    process.draw(folders);
    Deno.removeSync(`${state}/tokens.new`);
    Deno.mkdirSync(`${state}/tokens.new/full`, { recursive: true });
    throws(() => process.draw(folders));
    throws(() => process.forget());
    deepStrictEqual(judged(process, folders), OWN);
    deepStrictEqual(judged(tokens(), folders), OWN);
  },
);

Deno.test("unlike(): neither copy leads by itself over one of which nobody knows how new it is", () => {
  const data = { ...EMPTY, upToDate: true, tide: { value: 2 ** 24 + 9 } };
  const theirs = { ...data, current: "b", history: ["a"], bitmap: "a" };
  const restored = { ...data, current: "a", tide: { value: 2 ** 24 + 1 } };
  strictEqual(compare(theirs, restored).kind, "mine-newer");
  const mine = { ...restored, ...unlike(5 * 2 ** 32 + 7) };
  strictEqual(mine.current, "0000000500000007");
  const unnamed = { kind: "diverged", related: false };
  deepStrictEqual(compare(mine, theirs), unnamed);
  deepStrictEqual(compare(theirs, mine), unnamed);
});
