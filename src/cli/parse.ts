/** A command line against its command: node's parser, our wording. Pure. */
import { parseArgs } from "node:util";
import { type Call, type Command, UsageError } from "./command.ts";
import { suggest } from "./suggest.ts";

export interface Parsed extends Omit<Call, "out"> {
  readonly help: boolean;
}

/** Throws UsageError with one line that says what was wrong and what was expected. */
export function parse(command: Command, argv: readonly string[]): Parsed {
  const flags = command.flags ?? {};
  const end = argv.indexOf("--");
  const rest = end < 0 ? [] : argv.slice(end + 1);
  const { tokens } = parseArgs({
    args: end < 0 ? [...argv] : argv.slice(0, end),
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(
        Object.entries(flags).map(([name, flag]) => [
          name,
          {
            type: flag.type === "boolean" ? "boolean" : "string",
            ...(flag.short ? { short: flag.short } : {}),
          } as const,
        ]),
      ),
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const args: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind !== "option") continue;
    const flag = token.name === "help"
      ? { type: "boolean" as const }
      : Object.hasOwn(flags, token.name)
      ? flags[token.name]
      : undefined;
    if (!flag) {
      const near = suggest(token.name, Object.keys(flags));
      throw new UsageError(
        `hakit ${command.name}: unknown flag "${token.rawName}"` +
          (near ? `, did you mean "--${near}"?` : usageHint(command)),
      );
    }
    if (flag.type === "boolean" && token.value !== undefined) {
      throw new UsageError(
        `hakit ${command.name}: "${token.rawName}" takes no value, found "${token.value}"`,
      );
    }
    if (flag.type !== "boolean" && token.value === undefined) {
      throw new UsageError(
        `hakit ${command.name}: "${token.rawName}" needs a value`,
      );
    }
    // What was meant as a flag would be taken for the value, and not be in force: `--note --plan` would change something.
    if (
      flag.type !== "boolean" && !token.inlineValue &&
      /^--?[a-z]/i.test(token.value!)
    ) {
      throw new UsageError(
        `hakit ${command.name}: "${token.rawName}" needs a value; one that begins with "-" is given as --${token.name}=VALUE`,
      );
    }
    const before = values.get(token.name) ?? [];
    if (flag.type === "string" && before.length > 0) {
      throw new UsageError(
        `hakit ${command.name}: "${token.rawName}" was given twice`,
      );
    }
    values.set(token.name, [...before, token.value ?? ""]);
  }
  const help = values.has("help");
  if (!help) checkArguments(command, args);
  return {
    args,
    rest,
    help,
    text: (flag) => values.get(flag)?.[0],
    on: (flag) => values.has(flag),
    list: (flag) => values.get(flag) ?? [],
  };
}

function checkArguments(command: Command, args: readonly string[]): void {
  const expected = command.args ?? [];
  const missing = expected.find((argument, i) =>
    !argument.optional && args.length <= i
  );
  if (missing) {
    throw new UsageError(
      `hakit ${command.name}: ${missing.name} is missing (${missing.summary})` +
        usageHint(command),
    );
  }
  const extra = args[expected.length];
  if (extra !== undefined && !expected.at(-1)?.rest) {
    throw new UsageError(
      `hakit ${command.name}: "${extra}" is one argument too many` +
        usageHint(command),
    );
  }
}

function usageHint(command: Command): string {
  return `; see "hakit help ${command.name}"`;
}
