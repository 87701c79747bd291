import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { pack, packFolder, unpack } from "./archive.ts";

const name = fc.stringMatching(/^[a-z0-9_.-]{1,40}$/)
  .filter((text) => text !== "." && text !== "..");
const file = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) =>
    parts.join("/")
  ),
  executable: fc.boolean(),
  content: fc.uint8Array({ maxLength: 2000 }),
}).map((one) => ({ ...one }));

Deno.test("unpack() gives back what pack() was given", () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 6 }), (all) => {
      const files = all.filter((one, at) =>
        all.every((other, index) =>
          index === at ||
          !(`${one.path}/`.startsWith(`${other.path}/`) ||
            `${other.path}/`.startsWith(`${one.path}/`))
        )
      );
      deepStrictEqual(unpack(pack(files)), files);
    }),
    { numRuns: 100 },
  );
});

Deno.test("unpack() refuses names that leave the folder", () => {
  const content = new Uint8Array(3);
  for (
    const path of ["../x", "a/../../x", "/etc/passwd", "a//b", "a/./b", "a\nb"]
  ) {
    const archive = pack([{ path, executable: false, content }]);
    throws(() => unpack(archive), /expected one inside the folder/);
  }
});

Deno.test("unpack() refuses links, devices, doubles, cuts and rubbish, and never hangs", () => {
  const content = new TextEncoder().encode("hello");
  const archive = pack([{ path: "a", executable: false, content }]);
  for (const type of "12346LKxg") {
    const changed = archive.slice();
    changed[156] = type.charCodeAt(0);
    fixSum(changed);
    throws(() => unpack(changed), /expected plain files and folders/);
  }
  const one = { path: "a", executable: false, content };
  throws(() => unpack(pack([one, one])), /twice/);
  throws(
    () => unpack(pack([one, { ...one, path: "a/b" }])),
    /file and folder/,
  );
  throws(() => unpack(archive.subarray(0, 600)), /cut off/);
  throws(() => unpack(new Uint8Array(0)), /cut off/);
  throws(
    () => unpack(new Uint8Array(5000).fill(65)),
    /Cannot read the archive/,
  );
  const huge = archive.slice();
  huge.set(new TextEncoder().encode("77777777777"), 124);
  fixSum(huge);
  throws(() => unpack(huge), /cut off/);
});

Deno.test("unpack() reads what tar makes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-tar-" });
  try {
    await Deno.mkdir(join(folder, "bin"));
    await Deno.writeTextFile(join(folder, "bin/start_prim"), "#!/bin/sh\n", {
      mode: 0o755,
    });
    await Deno.writeTextFile(join(folder, "module.yaml"), "name: a\n");
    const { stdout } = await new Deno.Command("tar", {
      args: ["--format=ustar", "--sort=name", "-C", folder, "-c", "."],
    }).output();
    deepStrictEqual(unpack(stdout), unpack(await packFolder(folder)));
    strictEqual(unpack(stdout)[0]!.executable, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function fixSum(archive: Uint8Array): void {
  archive.set(new TextEncoder().encode("        "), 148);
  const sum = archive.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  const text = sum.toString(8).padStart(6, "0") + "\0 ";
  archive.set(new TextEncoder().encode(text), 148);
}
