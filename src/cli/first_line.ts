/** A secret from a file's first line, so that it never stands in a command line. */
import { UsageError } from "./command.ts";

/** `-` reads standard input. `what`: for the refusal of an empty one. */
export async function firstLine(file: string, what: string): Promise<string> {
  const content = file === "-"
    ? await new Response(Deno.stdin.readable).text()
    : await textOf(file);
  const [line = ""] = content.split(/\r?\n/);
  if (line === "") {
    throw new UsageError(`"${file}" is empty, expected ${what} in it`);
  }
  return line;
}

export async function textOf(file: string): Promise<string> {
  return await Deno.readTextFile(file).catch((error) => {
    throw new UsageError(`Cannot read "${file}": ${error.message}`);
  });
}
