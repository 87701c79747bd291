/**
 * A support archive without what says whose it is: addresses, machines, nodes, people, modules and domains get stand-ins, the same one
 * everywhere and on both nodes, so that who talks to whom can still be read. Pure.
 */
import { isIPv6 } from "node:net";
import { parse, parseDocument } from "yaml";
import type { ArchiveFile } from "../module/archive.ts";
import { sleep } from "../system/clock.ts";

export interface Anonymous {
  readonly files: readonly ArchiveFile[];
  /** Stand-in → what it stands for: for whoever sends the archive, not for whoever gets it. */
  readonly names: Readonly<Record<string, string>>;
}

export interface Known {
  /** Users and API keys. */
  readonly people: readonly string[];
  /** Modules whose names tell nothing: those that every hakit has. */
  readonly open: readonly string[];
}

/** Letters, digits and what holds a name together on both sides: then it is another word. */
const EDGE = { before: "(?<![\\w-])", after: "(?![\\w-])" };
/** Who came in by single sign-on, as logs and audit have it. */
const GUEST =
  /(?<=(?<![\w-])oidc:|(?:as [a-z]{1,20}, |: |")subject )[\w.@+|-]{1,100}/g;
const MAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}/g;
const URL_HOST = /(?<=https?:\/\/(?:[^\s/@"']{1,200}@)?)[a-z][\w.-]{0,252}/gi;
/** Others cannot be told from files and resources ("agent.log", "tcp.web"). */
const DOMAIN =
  /(?<![\w.-])(?:[a-z\d-]{1,63}\.){1,8}(?:com|org|net|edu|gov|local|lan|internal|intranet|intra|corp|home)(?![\w-]|\.\w)/gi;
const IPV4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)/g;
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi;
const MAC = /(?<![\w:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\w:])/gi;

/** File by file: in between others have their turn. */
export async function anonymise(
  files: readonly ArchiveFile[],
  known: Known,
): Promise<Anonymous> {
  const texts = files.map((file) => ({
    ...file,
    text: new TextDecoder().decode(file.content),
  }));
  const names = new StandIns();
  for (const { path, text } of texts) {
    collectNames(path, text, known, names);
    await sleep(0);
  }
  for (const name of known.people) names.take("person", name);
  const clean = cleaner(names);
  const done: ArchiveFile[] = [];
  for (const { path, executable, text } of texts) {
    const content = new TextEncoder().encode(clean(withoutValues(path, text)));
    done.push({ path: clean(path), executable, content });
    await sleep(0);
  }
  return { files: done, names: names.legend() };
}

class StandIns {
  readonly #of = new Map<string, string>();
  readonly #count = new Map<string, number>();

  /** Its stand-in; the first time a new one of that kind. */
  take(kind: string, name: string): string {
    const known = this.#of.get(name.toLowerCase());
    if (known !== undefined) return known;
    const number = (this.#count.get(kind) ?? 0) + 1;
    this.#count.set(kind, number);
    const made = kind.includes("#")
      ? kind.replace("#", String(number))
      : `${kind}-${number}`;
    this.#of.set(name.toLowerCase(), made);
    return made;
  }

  get(name: string): string | undefined {
    return this.#of.get(name.toLowerCase());
  }

  /** Longest first: a name that holds another one goes as a whole. */
  words(): string[] {
    return [...this.#of.keys()].sort((a, b) => b.length - a.length);
  }

  legend(): Record<string, string> {
    return Object.fromEntries(
      [...this.#of].map(([name, made]) => [made, name]),
    );
  }
}

/** What stands at places that are known to hold names. */
function collectNames(
  path: string,
  text: string,
  { open }: Known,
  names: StandIns,
): void {
  const [, module] = /\/etc\/modules\/([^/]+)\//.exec(path) ?? [];
  if (module && !open.includes(module)) names.take("module", module);
  if (path.endsWith("/etc/cluster.yaml")) {
    const config = yamlOf(text) as {
      cluster?: unknown;
      nodes?: readonly { name?: unknown }[];
    } | null;
    if (typeof config?.cluster === "string") {
      names.take("cluster", config.cluster);
    }
    for (const { name } of config?.nodes ?? []) {
      if (typeof name === "string") names.take("node", name);
    }
  }
  const [, host] = path.endsWith("/system/kernel.txt")
    ? /^\S+ (\S+) /.exec(text) ?? []
    : [];
  if (host) takeHost(names, host);
  if (path.endsWith("/system/mounts.txt")) {
    for (const [, server] of text.matchAll(/^([a-z][\w.-]*):\//gim)) {
      takeHost(names, server!);
    }
  }
  for (const [, server] of text.matchAll(/^\s*(?:- )?server: ([\w.-]+)$/gm)) {
    takeHost(names, server!);
  }
  for (const [url] of text.matchAll(URL_HOST)) takeHost(names, url);
}

function takeHost(names: StandIns, host: string): void {
  if (host === "localhost" || /^[\d.]+$/.test(host)) return;
  names.take("host", host);
  // Alone, too, and with other domains.
  const [first = "", ...domain] = host.split(".");
  if (domain.length > 0) {
    if (first.length > 2) names.take("host", first);
    names.take("domain", domain.join("."));
  }
}

/** Titles and variables of a module are a person's own words. */
function withoutValues(path: string, text: string): string {
  if (!/\/etc\/modules\/[^/]+\/module\.yaml$/.test(path)) return text;
  const document = parseDocument(text);
  const module = document.errors.length > 0 ? null : document.toJS();
  if (typeof module !== "object" || module === null) return "(left out)\n";
  if ("title" in module) document.set("title", "[title]");
  for (const name of Object.keys(module["variables"] ?? {})) {
    document.setIn(["variables", name], "[value]");
  }
  document.commentBefore = null;
  return document.toString();
}

function cleaner(names: StandIns): (text: string) => string {
  const words = names.words().filter((word) => word.length > 1);
  const pattern = words.length === 0 ? null : new RegExp(
    `${EDGE.before}(?:${words.map(escaped).join("|")})${EDGE.after}`,
    "gi",
  );
  return (text) => {
    const first = text
      .replaceAll(GUEST, (name) => names.take("person", name))
      .replaceAll(MAIL, (mail) => names.take("mail", mail))
      .replaceAll(DOMAIN, (domain) => names.take("domain", domain))
      .replaceAll(MAC, (mac) => names.take("mac-#", mac))
      .replaceAll(IPV6, (address) => ipv6(names, address))
      .replaceAll(IPV4, (address) => ipv4(names, address));
    return pattern === null
      ? first
      : first.replaceAll(pattern, (word) => names.get(word)!);
  };
}

/** The same network stays the same network: each gets a number in 198.18.0.0/15, which nobody has. */
function ipv4(names: StandIns, address: string): string {
  const parts = address.split(".").map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  if (parts.some((part) => part > 255)) return address;
  if (a === 127 || a === 255 || a === 0) return address;
  const net = names.take("net#", `${a}.${b}.${c}.0/24`).slice(3);
  const number = Math.min(Number(net) - 1, 511);
  return `198.${18 + (number >> 8)}.${number & 255}.${d}`;
}

function ipv6(names: StandIns, address: string): string {
  if (!isIPv6(address) || address === "::" || address === "::1") return address;
  return names.take(
    /^fe80:/i.test(address) ? "fe80::#" : "2001:db8::#",
    address,
  );
}

function yamlOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function escaped(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
