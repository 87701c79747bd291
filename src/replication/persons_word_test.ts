import {
  deepStrictEqual,
  notStrictEqual,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { settleGround } from "./ground.ts";
import { IdentityStore } from "./identity_store.ts";
import { KnownFolders, strangeFolder } from "./known_folders.ts";
import { Marks } from "./marks.ts";
import { disownCopy, forceCopy, replaceCopy } from "./persons_word.ts";

/** A node with a good copy, in whose place an empty folder stands; `process`: as one that begins finds it. */
function onAnotherFolder(
  name: string,
  run: (process: () => Context, state: string) => void,
) {
  Deno.test({
    name,
    ignore: Deno.uid() !== 0,
    fn() {
      const root = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const data = `${root}/data`, state = `${root}/state`;
      for (const path of [data, state]) Deno.mkdirSync(path);
      const dirty = new Dirty(`${state}/dirty.log`);
      const process = () =>
        ({
          config: {
            module: "app",
            node: "node1",
            peer: "node2",
            directories: [{ path: data }],
          },
          places: [data],
          identity: new IdentityStore(`${state}/identity.json`),
          folders: new KnownFolders(state),
          dirty,
          marks: new Marks(),
          log() {},
        }) as unknown as Context;
      try {
        process().identity.advance({ bitmap: null, upToDate: true });
        deepStrictEqual([...settleGround(process())], []);
        Deno.renameSync(data, `${data}-before`);
        Deno.mkdirSync(data);
        notStrictEqual(strangeFolder(process()), null);
        run(process, state);
      } finally {
        dirty.close();
        Deno.removeSync(root, { recursive: true });
      }
    },
  });
}

const cutOff = () => {
  throw new Error("cut off");
};

onAnotherFolder(
  "forceCopy() of another folder that is cut off leaves it another one, whatever was done",
  (process) => {
    const before = process().identity.value;
    {
      const context = process();
      context.identity.advance = cutOff;
      throws(() => forceCopy(context, { full: true }), /cut off/);
    }
    deepStrictEqual(process().identity.value, before);
    notStrictEqual(strangeFolder(process()), null);
    {
      const context = process();
      context.folders.forget = (first) => {
        first?.();
        cutOff();
      };
      throws(() => forceCopy(context, { full: true }), /cut off/);
    }
    notStrictEqual(strangeFolder(process()), null);
    // The other node's copy is no older one of it.
    const forced = process().identity.value;
    notStrictEqual(forced.current, before.current);
    deepStrictEqual(forced.history, []);

    forceCopy(process(), { full: true });
    strictEqual(strangeFolder(process()), null);
    deepStrictEqual(process().identity.value.history, []);
  },
);

onAnotherFolder(
  "what a person says of a copy changes nothing where the state directory has no room for it",
  (process, state) => {
    const before = process().identity.value;
    const spare = `${state}/tokens.new`;
    const fill = () => {
      Deno.removeSync(spare);
      Deno.mkdirSync(`${spare}/full`, { recursive: true });
    };
    fill();
    for (
      const say of [
        (context: Context) => replaceCopy(context),
        (context: Context) => disownCopy(context, 2 ** 32),
        (context: Context) => forceCopy(context, { full: true }),
      ]
    ) {
      const context = process();
      throws(() => say(context), /directory/);
      for (const { identity } of [context, process()]) {
        deepStrictEqual(identity.value, before);
      }
      notStrictEqual(strangeFolder(context), null);
      notStrictEqual(strangeFolder(process()), null);
    }
    // Full from then on: what a restore says at its end needs no room any more.
    Deno.removeSync(spare, { recursive: true });
    replaceCopy(process());
    strictEqual(process().identity.value.consistent, false);
    fill();
    forceCopy(process(), { full: true, whole: true });
    strictEqual(process().identity.value.consistent, true);
  },
);

onAnotherFolder(
  "replaceCopy() what stands here is not the rest of what was being moved aside before",
  (process) => {
    process().identity.save({ consistent: false }, { aside: "aside-1" });
    strictEqual(process().identity.aside, "aside-1");
    replaceCopy(process());
    strictEqual(process().identity.aside, null);
    strictEqual(process().identity.value.consistent, false);
  },
);
