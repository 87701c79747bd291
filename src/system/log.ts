/** One line an event into a file of bounded size, and to stderr for the journal. A full disk costs log lines, never the agent. */
import { dirname } from "node:path";
import { Beside } from "./beside.ts";
import { oneLine } from "./message.ts";
import { withoutCredentials } from "./redact.ts";

export type Level = "error" | "warning" | "info";

/** A log file is moved to FILE.1 at this size: two files bound what a crash loop can write. */
const MAX_BYTES = 10 * 1024 * 1024;

export interface Log {
  readonly path: string;
  write(level: Level, text: string): void;
  error(text: string): void;
  warning(text: string): void;
  info(text: string): void;
}

/** As it stands in the file. */
export interface LogLine {
  readonly at: string;
  readonly level: Level;
  readonly text: string;
}

export interface LogOptions {
  /** Also to whoever follows the log now; must not throw. */
  readonly onLine?: (line: LogLine) => void;
  /** Lines are written beside the program, which does not wait for the disk they go to; flushLogs() at its end does. */
  readonly beside?: boolean;
  /** Also to stderr, where systemd reads it, with this word before each line. */
  readonly echo?: string;
}

/** Opens a log; the file is made at the first line. */
export function createLog(path: string, options: LogOptions = {}): Log {
  const beside = options.beside
    ? new Beside(path, { mode: 0o640, maxBytes: MAX_BYTES, kept: 1, gap })
    : null;
  const write = (level: Level, text: string) => {
    const entry = {
      at: new Date().toISOString(),
      level,
      text: oneLine(withoutCredentials(text)),
    };
    const line = `${entry.at} ${level} ${entry.text}`;
    if (beside) beside.add(line);
    else append(path, line + "\n");
    options.onLine?.(entry);
    if (options.echo !== undefined) {
      const priority = { error: "<3>", warning: "<4>", info: "<6>" }[level];
      const journal = Deno.env.has("JOURNAL_STREAM") ? priority : "";
      // deno-lint-ignore no-console -- the one place where the daemon speaks to the journal
      console.error(`${journal}${options.echo}: ${level}: ${entry.text}`);
    }
  };
  return {
    path,
    write,
    error: (text) => write("error", text),
    warning: (text) => write("warning", text),
    info: (text) => write("info", text),
  };
}

function gap(lines: number): string {
  const at = new Date().toISOString();
  return `${at} warning ${lines} lines are missing here: the disk stood still`;
}

function append(path: string, line: string): void {
  try {
    rotate(path);
    Deno.writeTextFileSync(path, line, { append: true, mode: 0o640 });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return;
    try {
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.writeTextFileSync(path, line, { append: true, mode: 0o640 });
    } catch {
      // No place for this line: the service matters more.
    }
  }
}

function rotate(path: string): void {
  try {
    if (Deno.statSync(path).size >= MAX_BYTES) {
      Deno.renameSync(path, `${path}.1`);
    }
  } catch {
    // Not there yet.
  }
}
