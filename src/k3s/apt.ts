/** Runs apt-get and dpkg: never asks, waits for another one, and says how far it is. */
import type { Output, Progress } from "../cli/output.ts";
import { sleep } from "../system/clock.ts";
import { command, CommandError } from "../system/command.ts";
import {
  type AptStatus,
  aptStatus,
  bytesToFetch,
  transferOf,
} from "./apt_status.ts";

/** MariaDB's first start on a slow machine included. */
const INSTALL_MS = 30 * 60_000;
/** Another apt: unattended upgrades, or the child of a run of ours that was killed. */
const LOCK_MS = 300_000;
const QUIET = [
  "env",
  // What it says is read below.
  "LC_ALL=C.UTF-8",
  "DEBIAN_FRONTEND=noninteractive",
  "NEEDRESTART_MODE=l",
] as const;
const KEEP_FILES = ["--force-confdef", "--force-confold"] as const;
/** The status to where we read what is meant for people, too: for whom apt waits is said only there. */
const WITH_STATUS = ["sh", "-c", 'exec "$@" 3>&1', "sh"] as const;

/** Lists, then packages; `options` come first, as apt's own. */
export async function aptInstall(
  names: readonly string[],
  { options, out }: {
    readonly options: readonly string[];
    readonly out: Pick<Output, "progress">;
  },
): Promise<void> {
  await finishInterrupted(out);
  const lists = { out, title: "Package lists", bytes: 0, end: "read" };
  await shown([...options, "update"], lists);
  // For the line of progress only: apt itself says a share of the bytes.
  const { stdout } = await command(
    aptGet([...options, "--print-uris", "install", ...names]),
    { timeoutMs: INSTALL_MS, anyCode: true },
  );
  const bytes = bytesToFetch(stdout);
  const packages = { out, title: "Packages", bytes, end: "installed" };
  await shown([...options, "install", ...names], packages);
}

async function shown(
  args: readonly string[],
  { out, title, bytes, end }: {
    readonly out: Pick<Output, "progress">;
    readonly title: string;
    readonly bytes: number;
    readonly end: string;
  },
): Promise<void> {
  let progress = out.progress(title);
  let phase: AptStatus["phase"] = "download";
  try {
    await apt(args, (status) => {
      if (status.phase !== phase) {
        phase = status.phase;
        progress.end("downloaded");
        progress = out.progress(title);
      }
      progress.update(transferOf(status, bytes));
    });
  } catch (error) {
    progress.end("failed");
    throw error;
  }
  progress.end(end);
}

/** A power cut in the middle of an installation leaves packages half configured: apt refuses everything until that is finished. */
async function finishInterrupted(out: Pick<Output, "progress">): Promise<void> {
  const until = performance.now() + LOCK_MS;
  let progress: Progress | null = null;
  for (;;) {
    const { code, stderr } = await command(
      [...QUIET, "dpkg", ...KEEP_FILES, "--configure", "-a"],
      { timeoutMs: INSTALL_MS, anyCode: true },
    );
    // Whatever else is wrong apt says better.
    if (code === 0 || !/lock/.test(stderr) || performance.now() > until) break;
    const holder = /with pid (\d+)/.exec(stderr)?.[1];
    const text = `waits for ${holder ? `process ${holder}` : "another dpkg"}`;
    progress ??= out.progress("Packages");
    progress.update({ done: 0, percent: true, text });
    await sleep(1000);
  }
  progress?.end("waited for another installation");
}

async function apt(
  args: readonly string[],
  tell: (status: AptStatus) => void,
): Promise<void> {
  const until = performance.now() + LOCK_MS;
  for (;;) {
    try {
      return await aptOnce(args, tell);
    } catch (error) {
      // For its lists apt waits for nobody, whatever it is told: on a server that was just installed another one is fetching them.
      const locked = error instanceof CommandError &&
        /\/lists\/lock|lock directory/.test(error.stderr);
      if (!locked || performance.now() > until) throw error;
    }
    tell({ phase: "download", percent: 0, text: "waits for another apt" });
    await sleep(3000);
  }
}

async function aptOnce(
  args: readonly string[],
  tell: (status: AptStatus) => void,
): Promise<void> {
  try {
    await command([
      ...WITH_STATUS,
      ...aptGet(["-o", "APT::Status-Fd=3", ...args]),
    ], {
      timeoutMs: INSTALL_MS,
      onLine(line) {
        const status = aptStatus(line);
        if (status) tell(status);
      },
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // As a person would have typed it.
    const typed = ["apt-get", ...args];
    throw new CommandError(typed, error.code, error.stderr, { cause: error });
  }
}

/** Keeps the machine's own configuration files. */
function aptGet(args: readonly string[]): string[] {
  return [
    ...[...QUIET, "apt-get", "-q", "-y"],
    ...["-o", `DPkg::Lock::Timeout=${LOCK_MS / 1000}`],
    ...KEEP_FILES.flatMap((option) => ["-o", `Dpkg::Options::=${option}`]),
    ...["--no-install-recommends", ...args],
  ];
}
