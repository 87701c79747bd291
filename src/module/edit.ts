/** A change of a module's folder as it is asked for: file by file, in text or (what is no text) in base64. Pure. */
import { z } from "zod";
import {
  type ArchiveFile,
  asModule,
  MAX_ARCHIVE,
  pack,
  unpack,
} from "./archive.ts";

export const fileEditSchema = z.strictObject({
  path: z.string().min(1).max(255),
  content: z.string().max(MAX_ARCHIVE).nullable()
    .describe("null: the file goes"),
  encoding: z.enum(["text", "base64"]).optional().describe("Default: text"),
  executable: z.boolean().optional()
    .describe("Default: as it was; a new file: when it is in bin/"),
});
export type FileEdit = z.infer<typeof fileEditSchema>;

/** The files with the edits made. Throws a plain Error for names and content that no archive may hold. */
export function edited(
  files: readonly ArchiveFile[],
  edits: readonly FileEdit[],
): ArchiveFile[] {
  const all = new Map(files.map((file) => [file.path, file]));
  for (const { path, content, encoding, executable } of edits) {
    const before = all.get(path);
    if (content === null) {
      all.delete(path);
      continue;
    }
    all.set(path, {
      path,
      executable: executable ?? before?.executable ?? path.startsWith("bin/"),
      content: encoding === "base64"
        ? bytesOf(path, content)
        : new TextEncoder().encode(content),
    });
  }
  // The strict reader says what a module's folder may hold, whoever wrote it.
  return asModule(unpack(pack([...all.values()])));
}

function bytesOf(path: string, text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch (cause) {
    throw new Error(`Cannot read "${path}": it is no base64`, { cause });
  }
}
