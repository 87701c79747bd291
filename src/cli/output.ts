/** The only place that prints: lines, tables, colours, JSON, progress. Colour and redrawing only where a person looks at a terminal. */
import { styleText } from "node:util";
import { writeAllSync } from "../system/files.ts";
import { columns } from "./columns.ts";
import { progressLine, type Transfer } from "./progress.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

export interface Progress {
  /** As often as wished; it prints no more than a person can read. */
  update(transfer: Transfer): void;
  /** Ends the line; `text` says what came of it. */
  end(text?: string): void;
}

export interface Output {
  /** Somebody watches a terminal. */
  readonly terminal: boolean;
  line(text?: string): void;
  /** To standard error. */
  error(text: string): void;
  /** Nothing but JSON goes to standard output when this is used. */
  json(value: unknown): void;
  /** Left-aligned columns, two spaces apart. */
  table(rows: readonly (readonly string[])[]): void;
  style(style: Style, text: string): string;
  progress(title: string): Progress;
}

/** A log file gets a line now and then, a terminal sees it move. */
const PLAIN_EVERY_MS = 10_000;
const TERMINAL_EVERY_MS = 200;

export interface Sink {
  readonly terminal: boolean;
  readonly colour: boolean;
  out(text: string): void;
  err(text: string): void;
  now(): number;
}

/** Output over a sink; tests give one that collects. */
export function outputTo(sink: Sink): Output {
  return {
    terminal: sink.terminal,
    line: (text = "") => sink.out(text + "\n"),
    error: (text) => sink.err(text + "\n"),
    json: (value) => sink.out(JSON.stringify(value, null, 2) + "\n"),
    table(rows) {
      for (const line of columns(rows)) sink.out(line + "\n");
    },
    style: (style, text) =>
      sink.colour ? styleText(style, text, { validateStream: false }) : text,
    progress: (title) => progress(title, sink),
  };
}

function progress(title: string, sink: Sink): Progress {
  const began = sink.now();
  const every = sink.terminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS;
  let shown = -Infinity;
  const show = (text: string) =>
    sink.err(sink.terminal ? `\r\x1b[K${text}` : text + "\n");
  return {
    update(transfer) {
      const now = sink.now();
      if (now - shown < every) return;
      shown = now;
      show(progressLine(title, transfer, (now - began) / 1000));
    },
    end(text = "done") {
      show(`${title}: ${text}`);
      if (sink.terminal) sink.err("\n");
    },
  };
}

/** The real thing: standard output and error of this process. */
export function terminalOutput(): Output {
  const encoder = new TextEncoder();
  const write = (stream: { writeSync(data: Uint8Array): number }) => {
    return (text: string) => {
      // A pipe whose reader left (`hakit log | head`) is no failure of ours.
      try {
        writeAllSync(stream, encoder.encode(text));
      } catch (error) {
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
        Deno.exit(0);
      }
    };
  };
  const terminal = Deno.stdout.isTerminal();
  return outputTo({
    terminal: terminal && Deno.stderr.isTerminal(),
    colour: terminal && !Deno.noColor,
    out: write(Deno.stdout),
    err: write(Deno.stderr),
    now: () => performance.now(),
  });
}
