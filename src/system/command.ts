/** Runs a program with a time limit and bounded output; for tools such as `ip`. Scripts of modules have their own way (actions/script.ts). */
import { withoutCredentials } from "./redact.ts";
import { messageOf } from "./message.ts";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of a line that a program does not end. */
const LONGEST_LINE = 64 * 1024;

/** A program that could not be run, or failed. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** Without the passwords of addresses: it is logged. */
  readonly stderr: string;
  constructor(
    readonly argv: readonly string[],
    readonly code: number,
    stderr: string,
    options?: ErrorOptions,
  ) {
    super(
      withoutCredentials(
        `Cannot run "${argv.join(" ")}": ${
          stderr.trim().split("\n")[0] || `exit code ${code}`
        }`,
      ),
      options,
    );
    this.stderr = withoutCredentials(stderr);
  }
}

/** Runs `argv`; throws CommandError when it cannot be started, fails or takes longer than `timeoutMs` (default 5 s). */
export async function command(
  argv: readonly string[],
  options: {
    readonly timeoutMs?: number;
    readonly anyCode?: boolean;
    /** Beside those of this process. For what others must not read in the list of processes. */
    readonly env?: { readonly [name: string]: string };
    /** Gets each line of standard output as it comes; the result has none of them then. */
    readonly onLine?: (line: string) => void;
  } = {},
): Promise<CommandResult> {
  const [program, ...args] = argv;
  const timeoutMs = options.timeoutMs ?? 5000;
  const stop = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop.abort();
  }, timeoutMs);
  try {
    const child = new Deno.Command(program!, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: stop.signal,
      ...(options.env ? { env: options.env } : {}),
    });
    const output = options.onLine
      ? await followed(child.spawn(), options.onLine)
      : await child.output();
    const decoder = new TextDecoder();
    const result = {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
    if (timedOut) {
      throw new CommandError(argv, 124, `took longer than ${timeoutMs} ms`);
    }
    if (result.code !== 0 && !options.anyCode) {
      throw new CommandError(argv, result.code, result.stderr);
    }
    return result;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const text = messageOf(error);
    throw new CommandError(argv, 127, text, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function followed(
  child: Deno.ChildProcess,
  onLine: (line: string) => void,
) {
  const lines = async () => {
    let rest = "";
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const found = (rest + text).split("\n");
      rest = found.pop()!.slice(-LONGEST_LINE);
      for (const line of found) onLine(line);
    }
    if (rest !== "") onLine(rest);
  };
  const [{ code }, stderr] = await Promise.all([
    child.status,
    new Response(child.stderr).bytes(),
    lines(),
  ]);
  return { code, stdout: new Uint8Array(), stderr };
}
