/** Runs a program with a time limit and bounded output; for tools such as `ip`. Scripts of modules have their own way (actions/script.ts). */
import { withoutUserinfo } from "./redact.ts";
import { messageOf } from "./message.ts";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

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
      withoutUserinfo(
        `Cannot run "${argv.join(" ")}": ${
          stderr.trim().split("\n")[0] || `exit code ${code}`
        }`,
      ),
      options,
    );
    this.stderr = withoutUserinfo(stderr);
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
    const output = await new Deno.Command(program!, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: stop.signal,
      ...(options.env ? { env: options.env } : {}),
    }).output();
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
