/**
 * A module that was made from a built-in one, and what a newer hakit's form of that changes in it. What a person has edited stays
 * theirs: template.json in the module's folder says how each file was when it came. Pure.
 */
import { createHash } from "node:crypto";
import { isMap, parseDocument } from "yaml";
import { z } from "zod";
import type { ArchiveFile } from "./archive.ts";
import type { FileEdit } from "./edit.ts";

export const RECORD = "template.json";
const YAML = "module.yaml";

const recordSchema = z.strictObject({
  template: z.string(),
  /** SHA-256 by path. */
  files: z.record(z.string(), z.string()),
});
type Record = z.infer<typeof recordSchema>;

/** To be put beside the files of built-in module `template`. */
export function recordOf(
  template: string,
  files: readonly ArchiveFile[],
): ArchiveFile {
  const record: Record = { template, files: {} };
  for (const { path, content } of files) {
    if (path !== YAML && path !== RECORD) record.files[path] = digest(content);
  }
  const text = JSON.stringify(record, null, 2) + "\n";
  const content = new TextEncoder().encode(text);
  return { path: RECORD, executable: false, content };
}

/** Which built-in module it was made from; null: none, or before this was recorded. A record that cannot be read counts as none. */
export function templateOf(files: readonly ArchiveFile[]): string | null {
  return readRecord(files)?.template ?? null;
}

export interface Update {
  /** Empty: nothing is newer. */
  readonly edits: readonly FileEdit[];
  /** Files that have a new form here and were edited there: they stay. */
  readonly kept: readonly string[];
  /** Variables that are new. */
  readonly variables: readonly string[];
}

/** What is to change in `installed` to have the form of `template`, the built-in module called `name`. */
export function updateOf(
  name: string,
  installed: readonly ArchiveFile[],
  template: readonly ArchiveFile[],
): Update {
  const record = readRecord(installed);
  const mine = new Map(installed.map((file) => [file.path, file]));
  const theirs = new Map(template.map((file) => [file.path, file]));
  const edits: FileEdit[] = [];
  const kept: string[] = [];
  for (const { path, content } of template) {
    if (path === YAML || path === RECORD) continue;
    const wanted = digest(content);
    const was = record?.files[path];
    const file = mine.get(path);
    const is = file && digest(file.content);
    if (is === wanted || was === wanted) continue;
    // Without a record it cannot be told what was edited; the history has what it replaces.
    if (is === was || record === null) edits.push(asEdit(path, content));
    else kept.push(path);
  }
  for (const [path, was] of Object.entries(record?.files ?? {})) {
    const file = mine.get(path);
    if (!file || theirs.has(path)) continue;
    if (digest(file.content) === was) edits.push({ path, content: null });
    else kept.push(path);
  }
  const yaml = newVariables(textOf(mine.get(YAML)), textOf(theirs.get(YAML)));
  if (yaml.names.length > 0) edits.push({ path: YAML, content: yaml.text });
  const next = recordOf(name, template);
  if (digest(next.content) !== digestOf(mine.get(RECORD))) {
    edits.push(asEdit(RECORD, next.content));
  }
  return { edits, kept, variables: yaml.names };
}

/** The module's own text with the variables that the template has beside it, comments too; its values stay. */
function newVariables(
  mine: string,
  theirs: string,
): { readonly text: string; readonly names: string[] } {
  const document = parseDocument(mine);
  const source = parseDocument(theirs).get("variables");
  if (!isMap(source)) return { text: mine, names: [] };
  if (!document.has("variables")) {
    document.set("variables", document.createNode({}));
  }
  const target = document.get("variables");
  if (!isMap(target)) return { text: mine, names: [] };
  const names: string[] = [];
  for (const pair of source.items) {
    const name = String(pair.key);
    if (target.has(name)) continue;
    target.items.push(pair);
    names.push(name);
  }
  return { text: names.length > 0 ? document.toString() : mine, names };
}

function readRecord(files: readonly ArchiveFile[]): Record | null {
  try {
    const text = textOf(files.find(({ path }) => path === RECORD));
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function asEdit(path: string, content: Uint8Array): FileEdit {
  return { path, content: content.toBase64(), encoding: "base64" };
}

function textOf(file: ArchiveFile | undefined): string {
  return new TextDecoder().decode(file?.content);
}

function digestOf(file: ArchiveFile | undefined): string | null {
  return file ? digest(file.content) : null;
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
