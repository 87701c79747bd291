/** What one look at something says, and how answers of tools and servers are read. Pure. */
import { oneLine } from "../system/message.ts";
import { globFinds } from "./glob.ts";

export interface Reading {
  readonly state: "up" | "down" | "unknown";
  /** One line: what is wrong. */
  readonly detail: string | null;
  /** It is down because no answer came within the time limit. */
  readonly late?: true;
}

export const UP: Reading = { state: "up", detail: null };

/** There is nothing to be looked at now. */
export const UNTOLD: Reading = { state: "unknown", detail: null };

const MAX_DETAIL = 200;

export function down(detail: string): Reading {
  return { state: "down", detail: oneLine(detail, MAX_DETAIL) };
}

/** No answer within the time limit. */
export function late(detail: string): Reading {
  return { ...down(detail), late: true };
}

/** It could not be found out: nothing follows from that. */
export function unknown(detail: string): Reading {
  return { state: "unknown", detail: oneLine(detail, MAX_DETAIL) };
}

/** Looking was not possible, which says nothing of what was to be looked at. */
export class CannotTell extends Error {
  override readonly name = "CannotTell";
}

/** Nobody answered within the time limit. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** The last line that is not empty. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

export interface Ended {
  readonly code: number;
  readonly timedOut: boolean;
  readonly output: string;
}

/** EX_TEMPFAIL: the script says that it cannot tell now. */
const CANNOT_TELL = 75;

export function judgeScript(ended: Ended, timeoutMs: number): Reading {
  if (ended.timedOut) {
    return late(`took longer than ${timeoutMs / 1000} s and was ended`);
  }
  const last = lastLine(ended.output);
  // What a check says although all is well is shown beside it.
  if (ended.code === 0) {
    return last === ""
      ? UP
      : { state: "up", detail: oneLine(last, MAX_DETAIL) };
  }
  const said = last || `exit code ${ended.code}`;
  return ended.code === CANNOT_TELL ? unknown(said) : down(said);
}

/** What is used of `ip -j addr`. */
export interface IpLink {
  readonly ifname: string;
  readonly flags?: readonly string[];
  readonly addr_info?: readonly { readonly local?: string }[];
}

export function judgeLinks(
  links: readonly IpLink[],
  wanted: {
    readonly interface?: string | undefined;
    readonly address?: string | undefined;
  },
): Reading {
  const link = links.find(({ ifname, addr_info }) =>
    wanted.interface === undefined
      ? addr_info?.some(({ local }) => local === wanted.address)
      : ifname === wanted.interface
  );
  if (link === undefined) {
    return down(
      wanted.interface === undefined
        ? `no interface has ${wanted.address}`
        : `there is no ${wanted.interface}`,
    );
  }
  const flags = link.flags ?? [];
  if (!flags.includes("UP")) return down(`${link.ifname} is switched off`);
  if (!flags.includes("LOWER_UP") || flags.includes("NO-CARRIER")) {
    return down(`${link.ifname} has no carrier`);
  }
  return UP;
}

export function judgePage(
  page: { readonly status: number; readonly text: string },
  wanted: { readonly status: number; readonly pattern?: string | undefined },
): Reading {
  if (page.status !== wanted.status) {
    return down(`status ${page.status}, expected ${wanted.status}`);
  }
  if (wanted.pattern !== undefined && !globFinds(wanted.pattern, page.text)) {
    return down(`"${wanted.pattern}" is not on the page`);
  }
  return UP;
}

/** `systemctl show -p ActiveState --value`. A unit on its way is neither. */
export function judgeUnit(answer: string): Reading {
  const state = answer.trim().split("\n")[0] ?? "";
  if (state === "active") return UP;
  const moving = ["activating", "deactivating", "reloading", "refreshing"];
  return moving.includes(state)
    ? unknown(`the unit is ${state}`)
    : down(`the unit is ${state || "not known"}`);
}
