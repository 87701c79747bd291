/** /proc → which processes there are, and whether they are as many as wanted. Pure. */
import type { ProcessCheck } from "../module/checkers.ts";
import { globFinds, globMatches } from "./glob.ts";
import type { Reading } from "./reading.ts";

export interface Process {
  readonly pid: number;
  /** As the kernel keeps it: 15 characters at most. */
  readonly name: string;
  /** R, S, D, T (stopped), Z (dead, not yet buried) … */
  readonly state: string;
}

const KERNEL_NAME = 15;

/** A line of /proc/PID/stat; the name may hold blanks and parentheses. Null: no such line. */
export function parseStat(text: string): Process | null {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const pid = Number(text.slice(0, open));
  const state = text[close + 2];
  if (open < 0 || close < open || !(pid > 0) || state === undefined) {
    return null;
  }
  return { pid, name: text.slice(open + 1, close), state };
}

/** Whether its command line must be read to know more: a name that the kernel cut, or arguments that are asked for. */
export function isCandidate(process: Process, check: ProcessCheck): boolean {
  if (process.state === "Z" || process.state === "X") return false;
  const pattern = check.process ?? "*";
  return globMatches(pattern, process.name) ||
    (process.name.length === KERNEL_NAME &&
      globMatches(pattern.slice(0, KERNEL_NAME) + "*", process.name));
}

/** `line` is /proc/PID/cmdline, arguments separated by NUL; null: not read. */
export function isMeant(
  process: Process,
  check: ProcessCheck,
  line: string | null,
): boolean {
  const words = (line ?? "").split("\0");
  const program = words[0]!.slice(words[0]!.lastIndexOf("/") + 1);
  const pattern = check.process ?? "*";
  if (!globMatches(pattern, process.name) && !globMatches(pattern, program)) {
    return false;
  }
  return check.arguments === undefined ||
    globFinds(check.arguments, words.join(" ").trim());
}

/** Does it need the command line at all? Most do not, and it is the one file of /proc that can hang. */
export function needsLine(process: Process, check: ProcessCheck): boolean {
  return check.arguments !== undefined ||
    !globMatches(check.process ?? "*", process.name);
}

export function judgeCount(check: ProcessCheck, count: number): Reading {
  const { at_least: least, at_most: most } = check;
  if (count < least) {
    return {
      state: "down",
      detail: `${count} run, expected at least ${least}`,
    };
  }
  if (most !== undefined && count > most) {
    return { state: "down", detail: `${count} run, expected at most ${most}` };
  }
  return { state: "up", detail: null };
}
