/** Help, printed from the table. Pure. */
import type { Command, Flag } from "./command.ts";
import { columns } from "./columns.ts";
import { TOPICS } from "./topics.ts";

const GROUPS = ["Set up", "Look", "Operate", "Modules", "Other"] as const;

/** `hakit help`. */
export function overview(table: readonly Command[]): string {
  const lines = [
    "hakit: two servers, one service. Either may die, no acknowledged write is lost.",
    "",
    "Usage: hakit COMMAND [arguments] [flags]",
  ];
  const rows = (group: string) =>
    table.filter((command) => command.group === group && !command.hidden)
      .map((command) => [`  ${command.name}`, command.summary]);
  // One width for all groups.
  const all = columns(GROUPS.flatMap(rows));
  let next = 0;
  for (const group of GROUPS) {
    const count = rows(group).length;
    if (count === 0) continue;
    lines.push("", group, ...all.slice(next, next + count));
    next += count;
  }
  lines.push(
    "",
    'More of one: "hakit help COMMAND".',
    `What is written in module.yaml: ${
      TOPICS.map(({ name }) => `"hakit help ${name}"`).join(", ")
    }.`,
    "Exit codes: 0 done, 1 failed, 2 wrong use, 3 the agent does not run.",
  );
  return lines.join("\n");
}

/** `hakit help COMMAND`. */
export function commandHelp(command: Command): string {
  const flags = Object.entries(command.flags ?? {});
  const lines = [
    `${command.summary}.`,
    "",
    `Usage: ${usage(command)}`,
  ];
  if (command.args?.length) {
    lines.push(
      "",
      "Arguments",
      ...columns(command.args.map((a) => [`  ${a.name}`, a.summary])),
    );
  }
  if (flags.length > 0) {
    lines.push(
      "",
      "Flags",
      ...columns(flags.map(([name, flag]) => [
        `  ${flagText(name, flag)}`,
        flag.summary,
      ])),
    );
  }
  if (command.details) lines.push("", command.details.trim());
  return lines.join("\n");
}

/** "hakit log [MODULE] [flags]". */
export function usage(command: Command): string {
  const args = (command.args ?? []).map((argument) => {
    const name = argument.name + (argument.rest ? "..." : "");
    return argument.optional ? `[${name}]` : name;
  });
  return ["hakit", command.name, ...args, ...(command.flags ? ["[flags]"] : [])]
    .join(" ");
}

function flagText(name: string, flag: Flag): string {
  const value = flag.type === "boolean" ? "" : ` ${flag.value ?? "TEXT"}`;
  return `${flag.short ? `-${flag.short}, ` : ""}--${name}${value}`;
}
