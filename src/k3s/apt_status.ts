/** What apt says of its work on APT::Status-Fd, as what a person wants to know. Pure. */
import type { Transfer } from "../cli/progress.ts";

export interface AptStatus {
  readonly phase: "download" | "install";
  /** Of this phase. */
  readonly percent: number;
  /** "Retrieving file 3 of 40", "Unpacking mariadb-server (amd64)". */
  readonly text: string;
}

/**
 * "dlstatus:3:12.5:Retrieving file 3 of 40 (2min 4s remaining)", "pmstatus:mariadb-server:45:Unpacking mariadb-server (amd64)"; null:
 * another line. https://salsa.debian.org/apt-team/apt, README.progress-reporting
 */
export function aptStatus(printed: string): AptStatus | null {
  // Among dpkg's lines, which end, and begin anew, by a carriage return.
  const line = printed.trimEnd().split("\r").at(-1)!;
  const holder = /^Waiting for cache lock: .*held by (process \d+ \(.*\))/.exec(
    line,
  )?.[1];
  if (holder !== undefined) {
    return { phase: "download", percent: 0, text: `waits for ${holder}` };
  }
  const [, kind, percent, text = ""] =
    /^(dlstatus|pmstatus):[^:]*:([\d.]+):(.*)$/.exec(line) ?? [];
  if (kind === undefined) return null;
  return {
    phase: kind === "dlstatus" ? "download" : "install",
    percent: Math.min(100, Number(percent)),
    // Its own guess of what remains: ours is beside it.
    text: text.replace(/ \([^()]* remaining\)$/, "").trim(),
  };
}

/** Bytes that are to come, of `apt-get --print-uris`: "'http://…' name SIZE HASH". */
export function bytesToFetch(uris: string): number {
  let total = 0;
  for (const line of uris.split("\n")) {
    const size = /^'[^']*' \S+ (\d+)( |$)/.exec(line)?.[1];
    total += Number(size ?? 0);
  }
  return total;
}

/** For a line of progress; without a total of bytes a share is all there is to say. */
export function transferOf(
  { phase, percent, text }: AptStatus,
  bytes: number,
): Transfer {
  return phase === "download" && bytes > 0
    ? { done: Math.round(bytes * percent / 100), total: bytes, text }
    : { done: percent, percent: true, text };
}
