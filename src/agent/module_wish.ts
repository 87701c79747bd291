/** What somebody wants a module's configuration to become, as the files of its folder. Reads, and changes nothing. */
import { ApiError } from "../api/error.ts";
import {
  type ArchiveFile,
  digestFiles,
  readFolder,
} from "../module/archive.ts";
import { installedModules, moduleFolder } from "../module/catalog.ts";
import { edited, type FileEdit } from "../module/edit.ts";
import { ConfigHistory } from "./config_history.ts";
import type { Node } from "./node.ts";
import { messageOf } from "../system/message.ts";

export type Wish =
  /** All files, as of an archive. */
  | { readonly files: readonly ArchiveFile[] }
  /** The folder as it lies here, with these edits; `base`: the digest that the editor began with. */
  | { readonly edits: readonly FileEdit[]; readonly base?: string | undefined }
  /** As it was; default: as before the last change. */
  | { readonly revision: number | undefined };

export async function wantedFiles(
  { paths, me }: Pick<Node, "paths" | "me">,
  name: string,
  wish: Wish,
): Promise<readonly ArchiveFile[]> {
  if ("files" in wish) return wish.files;
  const installed = (await installedModules(paths))
    .some((entry) => entry.name === name);
  // "No files" is what the editor of a new module begins with.
  const fresh = "edits" in wish && wish.base === "";
  if (fresh && installed) {
    throw new ApiError(
      409,
      "refused",
      `Module "${name}" is installed already on ${me.name}`,
    );
  }
  if (fresh) return withEdits([], wish.edits);
  if (!installed) {
    throw new ApiError(
      404,
      "no-such-module",
      `Module "${name}" is not installed on ${me.name}`,
    );
  }
  if ("revision" in wish) {
    return await kept(new ConfigHistory(paths, name), name, wish.revision);
  }
  const files = await readFolder(moduleFolder(paths, name));
  if (wish.base !== undefined && wish.base !== await digestFiles(files)) {
    throw new ApiError(
      409,
      "changed-meanwhile",
      `Module "${name}" was changed by somebody else since you began`,
    );
  }
  return withEdits(files, wish.edits);
}

function withEdits(
  files: readonly ArchiveFile[],
  edits: readonly FileEdit[],
): readonly ArchiveFile[] {
  try {
    return edited(files, edits);
  } catch (error) {
    const text = messageOf(error);
    throw new ApiError(400, "bad-archive", text, { cause: error });
  }
}

async function kept(
  history: ConfigHistory,
  name: string,
  wanted: number | undefined,
): Promise<readonly ArchiveFile[]> {
  const list = await history.list();
  const number = wanted ?? list[1]?.number;
  const files = number === undefined ? null : await history.files(number);
  if (files) return files;
  const numbers = list.map((one) => one.number).join(", ") || "none";
  throw new ApiError(
    404,
    "no-such-revision",
    number === undefined
      ? `Module "${name}" has no earlier configuration`
      : `Module "${name}" has no configuration ${number} (any more), expected one of ${numbers}`,
  );
}
