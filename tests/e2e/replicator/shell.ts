/** Runs a program to its end; a failure carries what it said. */
export async function run(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Record<string, string>;
    /** Answer instead of throwing when the exit code is not 0. */
    readonly allowFailure?: boolean;
    readonly timeoutMs?: number;
  } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(options.timeoutMs ?? 180_000),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.env ? { env: options.env } : {}),
  }).output();
  const decoder = new TextDecoder();
  const result = {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
  if (output.code !== 0 && !options.allowFailure) {
    throw new Error(
      `${program} ${args.join(" ")}: exit code ${output.code}\n` +
        (result.stdout + result.stderr).slice(-4000),
    );
  }
  return result;
}

/** A line for `sh -c`. */
export function shell(
  script: string,
  options: Parameters<typeof run>[2] = {},
) {
  return run("sh", ["-euc", script], options);
}

/** Null when every program is there, else a sentence for the one that is not. */
export function lacking(...programs: string[]): string | null {
  for (const program of programs) {
    const found = (Deno.env.get("PATH") ?? "").split(":").concat(
      "/usr/sbin",
      "/sbin",
    ).some((dir) => {
      try {
        return Deno.statSync(`${dir}/${program}`).isFile;
      } catch {
        return false;
      }
    });
    if (!found) return `${program} is not installed`;
  }
  return null;
}
