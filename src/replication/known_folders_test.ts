import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import { libc } from "../system/libc.ts";
import type { Context } from "./context.ts";
import { settleGround } from "./ground.ts";
import { writeEpoch } from "./id_xattr.ts";
import { IdentityStore } from "./identity_store.ts";
import { KnownFolders, strangeFolder } from "./known_folders.ts";

const ignore = Deno.uid() !== 0;

Deno.test({
  name: `strangeFolder() names an empty folder in the place of a mirrored disk${
    ignore ? " (left out: not root)" : ""
  }`,
  ignore,
  fn() {
    const root = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const [disk, other, state] = ["disk", "other", "state"]
      .map((name) => `${root}/${name}`);
    for (const path of [disk!, other!, state!]) Deno.mkdirSync(path);
    const context = () =>
      ({
        config: {
          module: "app",
          node: "node1",
          peer: "node2",
          directories: [{ path: other! }, { path: disk! }],
        },
        identity: new IdentityStore(`${state}/identity.json`),
        folders: new KnownFolders(state!),
        log() {},
      }) as unknown as Context;
    const settle = () => deepStrictEqual([...settleGround(context())], []);
    try {
      // A new node: whatever stands there is what it begins with.
      strictEqual(strangeFolder(context()), null);
      settle();
      strictEqual(strangeFolder(context()), null);
      context().identity.advance({ bitmap: null, upToDate: true });
      settle();
      strictEqual(strangeFolder(context()), null);

      // Booted without the disk.
      Deno.renameSync(disk!, `${disk}-away`);
      strictEqual(strangeFolder(context()), null, "one that is not there");
      Deno.mkdirSync(disk!);
      match(
        strangeFolder(context())?.why ?? "",
        new RegExp(
          `^"${disk}" is not the folder .*"hakit second app --full --node node1" once node2 serves; only if .* "hakit help primforce"$`,
        ),
      );
      // Mounted.
      Deno.removeSync(disk!);
      Deno.renameSync(`${disk}-away`, disk!);
      strictEqual(strangeFolder(context()), null);

      // Replaced on purpose, and of a node of before there was such a list.
      Deno.renameSync(disk!, `${disk}-away`);
      Deno.mkdirSync(disk!);
      context().folders.forget();
      strictEqual(strangeFolder(context()), null);
      settle();
      deepStrictEqual(
        [other, disk].map((path) => context().folders.noteOf(path!)),
        [0, 0],
      );

      // Below the disk is what was mirrored before there was that disk.
      const note = (epoch: number) => {
        const backing = openBacking(disk!);
        strictEqual(writeEpoch(backing, epoch), 0);
        libc.close(backing);
      };
      note(3);
      strictEqual(strangeFolder(context()), null);
      settle();
      note(2);
      match(strangeFolder(context())?.why ?? "", /is not the folder/);
      note(4);
      strictEqual(strangeFolder(context()), null);

      // Its system disk alone is restored: what was written alone since is in no state.
      const backup = new Map(
        [...Deno.readDirSync(state!)].map(({ name }) => [
          `${state}/${name}`,
          Deno.readTextFileSync(`${state}/${name}`),
        ]),
      );
      const { identity, folders } = context();
      identity.advance({ bitmap: identity.value.current });
      const backing = openBacking(disk!);
      folders.tokens.draw([{ path: disk!, backing }]);
      libc.close(backing);
      strictEqual(strangeFolder(context()), null);
      for (const [path, text] of backup) Deno.writeTextFileSync(path, text);
      const newer = strangeFolder(context())!;
      match(
        newer.why,
        new RegExp(
          `^"${disk}" has newer data than .* --full --node node1" once node2 serves$`,
        ),
      );
      strictEqual(typeof newer.newer, "number");
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  },
});
