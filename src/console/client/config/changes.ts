/** What an editor has changed of a module's files, as the API takes it. Pure. */
import type { FileEdit } from "../../../module/edit.ts";

export interface ModuleFile {
  readonly path: string;
  readonly executable: boolean;
  readonly encoding: "text" | "base64";
  readonly content: string;
}

/** How many bytes stand in base64. */
export function sizeOf(base64: string): number {
  return Math.floor(base64.replace(/=+$/, "").length * 3 / 4);
}

/** By path; null: to be removed. */
export type Drafts = ReadonlyMap<string, string | null>;

/** module.yaml first, scripts after it, the rest last. */
export function inOrder(paths: readonly string[]): string[] {
  const rank = (path: string) =>
    path === "module.yaml" ? 0 : path.startsWith("bin/") ? 1 : 2;
  return paths.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** `fresh`: a module that is not installed yet sends all of it. */
export function editsOf(
  files: readonly ModuleFile[],
  drafts: Drafts,
  { fresh }: { readonly fresh: boolean },
): FileEdit[] {
  const edits: FileEdit[] = [];
  for (const { path, encoding, content, executable } of files) {
    const draft = drafts.get(path);
    if (draft === undefined ? !fresh : draft === content) continue;
    if (draft === null && fresh) continue;
    edits.push(
      draft === undefined
        ? { path, content, encoding, executable }
        : { path, content: draft },
    );
  }
  for (const [path, content] of drafts) {
    const known = files.some((file) => file.path === path);
    if (!known && content !== null) edits.push({ path, content });
  }
  return edits;
}

/** "db/module.yaml:6:1: hodl: unknown key" → its place and words; so of cluster.yaml; other messages have no place. */
export function mistakeIn(message: string): {
  readonly line: number | null;
  readonly column: number | null;
  readonly text: string;
} {
  const match = /^[^:]*(?:module|cluster)\.yaml:(\d+):(\d+): (.*)$/s.exec(
    message,
  );
  if (!match) return { line: null, column: null, text: message };
  return {
    line: Number(match[1]),
    column: Number(match[2]),
    text: match[3]!,
  };
}
