/** argv → command → exit code. Every command is testable as a call of this function. */
import { type Command, UsageError } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, overview } from "./help.ts";
import { TOPICS } from "./topics.ts";
import { type Output, terminalOutput } from "./output.ts";
import { parse } from "./parse.ts";
import { EXIT, report } from "./report.ts";
import { suggest } from "./suggest.ts";

/** Runs one command line; never throws. */
export async function run(
  argv: readonly string[],
  { out = terminalOutput(), table = commands }: {
    out?: Output;
    table?: readonly Command[];
  } = {},
): Promise<number> {
  try {
    return await dispatch(argv, out, table);
  } catch (error) {
    const failure = report(error);
    out.error(`hakit: ${failure.line.replace(/^hakit:? /, "")}`);
    if (failure.remedy) out.error(`       ${failure.remedy}`);
    return failure.code;
  }
}

async function dispatch(
  argv: readonly string[],
  out: Output,
  table: readonly Command[],
): Promise<number> {
  const [name, ...rest] = argv;
  if (
    name === undefined || name === "help" || name === "--help" ||
    name === "-h"
  ) {
    const about = name === undefined ? undefined : rest[0];
    out.line(about === undefined ? overview(table) : helpOf(about, table));
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const command = find(name === "--version" ? "version" : name, table);
  const parsed = parse(command, rest);
  if (parsed.help) {
    out.line(commandHelp(command));
    return EXIT.done;
  }
  return await command.run({ ...parsed, out });
}

function helpOf(about: string, table: readonly Command[]): string {
  const topic = TOPICS.find(({ name }) => name === about);
  return topic?.text ?? commandHelp(find(about, table));
}

function find(name: string, table: readonly Command[]): Command {
  const command = table.find((entry) => entry.name === name);
  if (command) return command;
  const shown = table.filter((entry) => !entry.hidden)
    .map((entry) => entry.name);
  const near = suggest(name, shown);
  throw new UsageError(
    `unknown command "${name}"` +
      (near ? `, did you mean "hakit ${near}"?` : '; see "hakit help"'),
  );
}
