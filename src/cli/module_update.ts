/** `hakit module update`: a module that was made from a built-in one gets this hakit's form of it. */
import { moduleFilesAnswer } from "../api/config_schemas.ts";
import { type ArchiveFile, readFolder } from "../module/archive.ts";
import { builtInFolder, builtInModules } from "../module/catalog.ts";
import {
  RECORD,
  templateOf,
  type Update,
  updateOf,
} from "../module/template.ts";
import { VERSION } from "../system/version.ts";
import type { Ask } from "./ask.ts";
import { type Call, UsageError } from "./command.ts";
import { change } from "./module_config.ts";

export async function update(
  call: Call,
  ask: Ask,
  name: string,
): Promise<number> {
  const { files, digest } = await installed(ask, name);
  const found = await newer(name, files);
  if (found === null) {
    throw new UsageError(
      `Module "${name}" was not made from a built-in one: expected one that was made from ${
        builtInModules().join(", ")
      }`,
    );
  }
  const status = await change(call, ask, {
    name,
    edits: found.edits,
    base: digest,
    note: call.text("note") ?? `as in hakit ${VERSION}`,
  });
  if (call.on("json")) return status;
  for (const path of found.kept) {
    call.out.line(
      `Left as it is, for it was edited here: ${path}`,
    );
  }
  return status;
}

/** Those of which this hakit has a newer form. */
export async function outdatedModules(
  ask: Ask,
  names: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    let edits: Update["edits"] = [];
    try {
      const { files } = await installed(ask, name);
      edits = (await newer(name, files))?.edits ?? [];
    } catch {
      // One whose files cannot be read is in the list with its problem, and hides no other.
    }
    // A record alone is no reason to do anything.
    if (edits.some(({ path }) => path !== RECORD)) found.push(name);
  }
  return found;
}

/** What this hakit's form would change; null: it was not made from a built-in one. */
async function newer(
  name: string,
  files: readonly ArchiveFile[],
): Promise<Update | null> {
  const template = templateOf(files) ?? name;
  const folder = builtInFolder(template);
  if (folder === null) return null;
  return updateOf(template, files, await readFolder(folder));
}

/** A module's files as the agent has them. */
async function installed(
  ask: Ask,
  name: string,
): Promise<{ readonly files: ArchiveFile[]; readonly digest: string }> {
  const { files, digest } = await ask(`/api/modules/${name}/config`, {
    answer: moduleFilesAnswer,
  });
  return {
    digest,
    files: files.map(({ path, executable, encoding, content }) => ({
      path,
      executable,
      content: encoding === "text"
        ? new TextEncoder().encode(content)
        : Uint8Array.fromBase64(content),
    })),
  };
}
