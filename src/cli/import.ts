/** `hakit import`: an existing module archive as a module folder, and what a person must look at. */
import { basename, dirname, join } from "node:path";
import { importModule, reportLines } from "../import/import.ts";
import { MAX_ZIP } from "../import/zip.ts";
import { type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { messageOf } from "../system/message.ts";

export const command: Command = {
  name: "import",
  summary: "Make a module folder of another product's module archive (.safe)",
  group: "Modules",
  args: [
    { name: "FILE", summary: "the archive, such as shop.safe" },
    {
      name: "FOLDER",
      summary: "a new one; default: the module's name, in this folder",
      optional: true,
    },
  ],
  flags: {
    name: {
      type: "string",
      value: "NAME",
      summary: "of the module; default: the file's name",
    },
    "dry-run": {
      type: "boolean",
      summary: "print the report; write nothing",
    },
    json: JSON_FLAG,
  },
  details: `\
Reads conf/userconfig.xml (mode mirror) and bin/, writes module.yaml, bin/ and IMPORT.txt: what has no counterpart,
and what a person must look at. Nothing is installed: read them, then "hakit module install ./FOLDER".
Exit code 1: written, but module.yaml must be corrected first; the report says where.`,
  async run({ args, on, out, text }) {
    const [file = ""] = args;
    const name = text("name") ??
      basename(file).replace(/\.(safe|zip)$/i, "").toLowerCase()
        .replaceAll(/[^a-z0-9-]/g, "-");
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
      throw new UsageError(
        `hakit import: "${name}" is no name of a module, expected up to 31 of a-z, 0-9 and -, beginning with a letter: give one with --name`,
      );
    }
    const imported = await read(file, name);
    const folder = args[1] ?? name;
    if (!on("dry-run")) await write(folder, imported.files);
    if (on("json")) {
      const { missing, look, problem } = imported;
      const module = imported.files.find(({ path }) => path === "module.yaml")!;
      out.json({
        folder: on("dry-run") ? null : folder,
        module: new TextDecoder().decode(module.content),
        problem,
        look,
        missing,
      });
    } else {
      for (const line of reportLines(imported)) out.line(line);
      if (!on("dry-run")) {
        out.line();
        out.line(
          `Written to ${folder}, this report as IMPORT.txt. Next: read it, then "hakit module install ${
            folder.includes("/") ? folder : `./${folder}`
          }".`,
        );
      }
    }
    return imported.problem === null ? EXIT.done : EXIT.failed;
  },
};

async function read(file: string, name: string) {
  let bytes: Uint8Array;
  try {
    const { size } = await Deno.stat(file);
    if (size > MAX_ZIP) throw new Error(`it is larger than ${MAX_ZIP} bytes`);
    bytes = await Deno.readFile(file);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "it does not exist"
      : messageOf(error);
    throw new UsageError(`Cannot read "${file}": ${why}`);
  }
  try {
    return importModule(bytes, name);
  } catch (error) {
    throw new UsageError(
      `"${file}": ${messageOf(error)}`,
    );
  }
}

async function write(
  folder: string,
  files: ReturnType<typeof importModule>["files"],
): Promise<void> {
  try {
    await Deno.mkdir(folder);
  } catch (error) {
    throw new UsageError(
      `Cannot make the folder "${folder}": ${
        error instanceof Deno.errors.AlreadyExists
          ? "it exists, expected a new one"
          : messageOf(error)
      }`,
    );
  }
  let target = folder;
  try {
    for (const { path, executable, content } of files) {
      target = join(folder, path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeFile(target, content, {
        mode: executable ? 0o755 : 0o644,
      });
    }
  } catch (cause) {
    // The half of one would refuse the next try, and look like a whole one.
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    const why = messageOf(cause);
    throw new Error(`Cannot write "${target}": ${why}`, { cause });
  }
}
