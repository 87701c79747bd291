/** What README says a test shows, that test is there to show. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { K3S_RELEASE } from "../src/k3s/release.ts";

const ROOT = join(import.meta.dirname!, "..");

async function readme(): Promise<string> {
  const text = await Deno.readTextFile(join(ROOT, "README.md"));
  return text.replaceAll(/^```.*?^```/gms, "").replaceAll(/\s+/g, " ");
}

async function testFiles(): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else if (/_test\.tsx?$|\/scenarios\/.*\.txt$/.test(path)) {
        found.push(path);
      }
    }
  };
  for (const folder of ["src", "tests"]) await walk(join(ROOT, folder));
  return found;
}

Deno.test("README names each test file so that it is one that exists, and quotes what stands in it", async () => {
  const plain = await readme();
  const files = await testFiles();
  const wrong: string[] = [];
  let named = 0;
  for (
    const [, name, quoted] of plain.matchAll(
      /`([\w./]+_test\.tsx?|\d\d_\w+\.txt)`((?:,? "[^"]+")*)/g,
    )
  ) {
    named++;
    const [file, ...others] = files.filter((path) => path.endsWith(`/${name}`));
    if (!file || others.length > 0) {
      wrong.push(`${name}: ${file ? "several" : "none"}`);
    } else if (quoted) {
      const content = (await Deno.readTextFile(file)).replaceAll(/\s+/g, " ");
      for (const [, quote] of quoted.matchAll(/"([^"]+)"/g)) {
        if (!content.includes(quote!)) wrong.push(`${name}: no "${quote}"`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert(named > 100);
});

Deno.test("README's failure scenarios name each transcript", async () => {
  const plain = await readme();
  const names = (await testFiles()).filter((path) => path.endsWith(".txt"))
    .map((path) => basename(path));
  const unnamed = names.filter((name) => !plain.includes(`\`${name}\``));
  assert.deepEqual(unnamed, []);
  assert(names.length > 50);
});

Deno.test("README names the K3s that first fetches, and neither it nor the help calls that one tried", async () => {
  const plain = await readme();
  assert(plain.includes(`\`first\` fetches ${K3S_RELEASE.version},`));
  const help = await Deno.readTextFile(join(ROOT, "src/cli/k3s.ts"));
  for (const text of [plain, help]) {
    assert.doesNotMatch(text, /K3s that is tried|version\} is tried/);
  }
});
