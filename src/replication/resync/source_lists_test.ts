import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { openBacking } from "../../fuse/device.ts";
import { libc } from "../../system/libc.ts";
import { readId } from "../id_xattr.ts";
import { ROOT, Volume } from "../volume.ts";
import { WHOLE } from "./page.ts";
import { entriesOf } from "./source_lists.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Names listed of a directory with the files a and b, of which these were read before. */
function listed(names: readonly string[], told = true): string[] {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  let id = 5 * 2 ** 32;
  const volume = new Volume(0, folder, openBacking(folder), () => ++id);
  const path = new Uint8Array(0), fd = volume.walk(path);
  try {
    for (const name of ["a", "b"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "");
    }
    const directory = { volume, id: ROOT, path };
    const entries = entriesOf(
      directory,
      fd,
      names.map(bytes),
      WHOLE,
      {
        newId: told ? volume.newId : null,
        settleTwin: () => {
          ok(told, "two without an id are no twins");
          return false;
        },
      },
    );
    const found = [...entries];
    for (const [i, name] of ["a", "b"].entries()) {
      const file = volume.walk(bytes(name)), given = readId(file);
      libc.close(file);
      deepStrictEqual([given, given > 0], [found[i]!.id, told]);
    }
    return found.map((each) => new TextDecoder().decode(each!.name));
  } finally {
    libc.close(fd);
    volume.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

const ignore = Deno.uid() !== 0;

Deno.test({
  name: "entriesOf() leaves out what is gone since its name was read",
  ignore,
  fn() {
    deepStrictEqual(listed(["a", "gone", "b"]), ["a", "b"]);
  },
});

Deno.test({
  name: "entriesOf() gives no ids where nobody is told of the names",
  ignore,
  fn() {
    deepStrictEqual(listed(["a", "b"], false), ["a", "b"]);
  },
});

Deno.test({
  name: "entriesOf() gives no listing without what cannot be looked at",
  ignore,
  fn() {
    // A name of 300 bytes stands for a broken disk: the system answers neither with a file nor that there is none.
    throws(
      () => listed(["a", "x".repeat(300), "b"]),
      /^Error: Cannot read "\/dev\/shm\/.*\/x+.*: ENAMETOOLONG/,
    );
  },
});
