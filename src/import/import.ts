/** A module archive of the other product → the files of a module folder here, and a report for a person. Pure. */
import { stringify } from "yaml";
import { SCRIPTS } from "../machine/action.ts";
import { ConfigError, parseModule } from "../module/load.ts";
import { translate, type Translation } from "./translate.ts";
import { readUserConfig } from "./userconfig.ts";
import { unzip } from "./zip.ts";

export interface ImportedFile {
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array;
}

export interface Imported {
  readonly files: readonly ImportedFile[];
  readonly missing: readonly string[];
  readonly look: readonly string[];
  /** What module.yaml must be corrected in before it can be installed; null: nothing. */
  readonly problem: string | null;
}

/** Programs and variables of the other product. */
const FOREIGN = /\bsafekit\b|\bprint[ie]\b|\$\{?SAFE\w*|%SAFE/;
const MOST_LINES = 5;

/** Throws with one line when it is no such archive, or not of a kind that there is here. */
export function importModule(archive: Uint8Array, name: string): Imported {
  const files = unzip(archive);
  const config = files.get("conf/userconfig.xml");
  if (!config) throw new Error('holds no "conf/userconfig.xml"');
  let translation: Translation;
  let unknownMacros: readonly string[];
  try {
    const { root, unknownMacros: unknown } = readUserConfig(config);
    unknownMacros = unknown;
    translation = translate(root, name);
  } catch (error) {
    throw new Error(
      `conf/userconfig.xml ${
        error instanceof Error ? error.message.split("\n")[0] : error
      }`,
      { cause: error },
    );
  }
  const missing = [...translation.missing];
  const look = [
    ...translation.look,
    ...unknownMacros.map((macro) =>
      `%${macro}% is defined nowhere in the archive: put its value in`
    ),
  ];
  const yaml = stringify(translation.module);
  let problem: string | null = null;
  try {
    parseModule(yaml, "module.yaml");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problem = error.message;
  }
  const out: ImportedFile[] = [];
  for (const [path, content] of files) {
    const [folder, file = "", ...deeper] = path.split("/");
    if (folder !== "bin") {
      if (path !== "conf/userconfig.xml") {
        missing.push(`${path}: not taken over`);
      }
      continue;
    }
    if (/\.(cmd|bat|ps1|vbs)$/i.test(file)) {
      missing.push(`${path}: a script for Windows`);
      continue;
    }
    out.push({ path, executable: true, content });
    look.push(...remarks(path, content));
    if (deeper.length === 0 && !SCRIPTS.some((name) => name === file)) {
      look.push(
        `${path}: is called by no transition here; scripts that need it may`,
      );
    }
  }
  const text = (lines: readonly string[]) =>
    new TextEncoder().encode(lines.join("\n") + "\n");
  const heading = problem === null ? [] : [`# To be corrected: ${problem}`];
  out.push(
    {
      path: "module.yaml",
      executable: false,
      content: text([...heading, yaml.trimEnd()]),
    },
    {
      path: "IMPORT.txt",
      executable: false,
      content: text(reportLines({ missing, look, problem })),
    },
  );
  return { files: out, missing, look, problem };
}

export function reportLines(
  { missing, look, problem }: Omit<Imported, "files">,
): string[] {
  return [
    ...problem === null ? [] : ["Must be corrected first:", `  ${problem}`, ""],
    "To be looked at by a person:",
    ...look.map((line) => `  ${line}`),
    "",
    "Has no counterpart, or is not needed:",
    ...missing.map((line) => `  ${line}`),
  ];
}

/** What in a script belongs to the other product, with its lines. */
function remarks(path: string, content: Uint8Array): string[] {
  const text = new TextDecoder().decode(content);
  const found: string[] = [];
  if (text.includes("\r\n")) {
    found.push(`${path}: its lines end as on Windows: no shell runs it so`);
  }
  const lines = text.split("\n").flatMap((line, index) =>
    FOREIGN.test(line) ? [index + 1] : []
  );
  if (lines.length > 0) {
    const more = lines.length > MOST_LINES ? ", ..." : "";
    found.push(
      `${path}: line ${
        lines.slice(0, MOST_LINES).join(", ")
      }${more} uses the other product's commands or variables ("$HAKIT", "$HAKIT_MODULE"; "exit 1" where a start has failed)`,
    );
  }
  return found;
}
