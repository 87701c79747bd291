/** What a command is. The table of these is the documentation: help, completion and parsing all come from it. */
import type { Output } from "./output.ts";

export interface Flag {
  /** list: may be given several times. */
  readonly type: "string" | "boolean" | "list";
  readonly short?: string;
  /** Word for the value in help: `--lines N`. */
  readonly value?: string;
  readonly summary: string;
}

export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** Takes all that remain. */
  readonly rest?: boolean;
  /** Words for shell completion; `module` asks the installed ones. */
  readonly words?: readonly string[] | "module";
}

export interface Command {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Heading in `hakit help`. */
  readonly group: "Set up" | "Look" | "Operate" | "Modules" | "Other";
  readonly args?: readonly Argument[];
  readonly flags?: Readonly<{ [name: string]: Flag }>;
  /** More lines for `hakit help COMMAND`. */
  readonly details?: string;
  /** Not for people: left out of help and completion. */
  readonly hidden?: boolean;
  /** Returns the exit code: 0 done, 1 failed, 2 wrong use, 3 agent not running. */
  run(call: Call): Promise<number> | number;
}

/** One parsed command line. */
export interface Call {
  readonly args: readonly string[];
  /** What stood behind `--`. */
  readonly rest: readonly string[];
  readonly out: Output;
  /** A string flag's value. */
  text(flag: string): string | undefined;
  /** Whether a boolean flag was given. */
  on(flag: string): boolean;
  /** All values of a list flag. */
  list(flag: string): readonly string[];
}

/** The command line (or a setting in it) is wrong: one line, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Flags and an argument that many commands share. */
export const JSON_FLAG: Flag = {
  type: "boolean",
  summary: "print the answer as JSON",
};
export const NODE_FLAG: Flag = {
  type: "string",
  short: "n",
  value: "NAME",
  summary: "of that node",
};
export const MODULE_ARG = {
  name: "MODULE",
  summary: "may be left out where there is only one",
  optional: true,
  words: "module",
} as const;
