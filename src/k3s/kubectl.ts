/** Questions and wishes to K3s, as a person at this server has them: by kubectl. */
import { command } from "../system/command.ts";
import { K3S } from "./files.ts";

/** It is a program of 60 MB with TLS to begin: seconds on a small server that starts K3s at the same time. */
const KUBECTL_MS = 60_000;

/** What it said. Where it cannot be run, or takes too long, it has failed. */
export async function kubectl(
  args: readonly string[],
  timeoutMs = KUBECTL_MS,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await command(kubectlLine(args), { anyCode: true, timeoutMs })
    .catch((error) => ({ code: 1, stdout: "", stderr: String(error) }));
}

/**
 * As root asks it: with K3s' own file, whatever KUBECONFIG a person's shell has, and with a cache of its own. A unit has no HOME,
 * and kubectl would then keep what it learns below the current folder: the module's, whose content must be the same on both nodes.
 */
export function kubectlLine(args: readonly string[]): string[] {
  return [
    ...[K3S.executable, "kubectl", `--kubeconfig=${K3S.kubeconfig}`],
    ...["--cache-dir=/run/hakit/kubectl", ...args],
  ];
}
