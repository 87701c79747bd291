/** What a person must be told about an archive: every attribute that nobody asked for has no counterpart, and says why. Pure. */
import type { Element } from "./userconfig.ts";

/** Attributes that were read, so that the rest can be named. */
export class Notes {
  readonly missing: string[] = [];
  readonly look: string[] = [];
  readonly #read = new Map<Element, Set<string>>();

  take(element: Element, name: string): string | undefined {
    const read = this.#read.get(element) ?? new Set();
    this.#read.set(element, read.add(name));
    return element.attributes[name];
  }

  /** What of an element nobody has asked for. */
  rest(element: Element): void {
    for (const [name, value] of Object.entries(element.attributes)) {
      if (this.#read.get(element)?.has(name)) continue;
      this.missing.push(
        `<${element.name} ${name}="${short(value)}">: ${
          own(WHY, name) ?? "has no counterpart"
        }`,
      );
    }
  }
}

/** Why something is not needed. */
const WHY: { readonly [name: string]: string } = {
  acl: "access lists are always mirrored",
  async: "each write is on both nodes before it returns",
  mountoversuffix: "the directory keeps its name",
  packetsize: "not needed",
  reipacketsize: "not needed",
  ruzone_blocksize: "not needed: changed regions are always known",
  namespacepolicy: "not needed: changed names are always known",
  iotimeout: "not needed",
  locktimeout: "writes wait for a lost peer 2.1 s at most",
  sendtimeout: "writes wait for a lost peer 2.1 s at most",
  nbrei: "not needed",
  nbremconn: "not needed",
  arpreroute: "an address that is taken is always announced",
  arpinterval: "an address that is taken is always announced",
  arpelapse: "an address that is taken is always announced",
  permanent_arp: "an address that is taken is always announced",
  where: "every virtual address follows the primary",
  logging: "what scripts print is always kept",
  userlogsize: "logs of scripts are bounded",
  automatic_reboot: "a server is not restarted",
  tcpreset: "has no counterpart",
  extends: "own rules come first, then one for each checker",
  period: "rules are judged ten times a second",
};

/** Names come from a file: one may be called as what every object has. */
export function own(
  table: { readonly [name: string]: string },
  name: string,
): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

export function short(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ").slice(0, 100);
}
