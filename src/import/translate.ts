/**
 * userconfig.xml → what module.yaml says, and two lists for a person: what has no counterpart here, and what must be looked at. Every
 * attribute is either translated, a default, or in one of the lists. Pure.
 */
import type { Element } from "./userconfig.ts";

export interface Translation {
  readonly module: { readonly [key: string]: unknown };
  /** Has no counterpart, or is not needed; with the reason. */
  readonly missing: readonly string[];
  /** Must be decided or done by a person. */
  readonly look: readonly string[];
}

/** Attributes that were read, so that the rest can be named. */
class Notes {
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

const ACTIONS: { readonly [action: string]: string } = {
  restart: "restart",
  stopstart: "stopstart",
  stop: "stop",
  wait: "wait",
  noaction: "nothing",
};
const WHEN: { readonly [when: string]: string } = {
  prim: "prim",
  second: "second",
  sec: "second",
  both: "both",
  pre: "pre",
};

/** Throws where the whole module is of a kind that there is not. */
export function translate(root: Element, name: string): Translation {
  const notes = new Notes();
  const [service] = root.children.filter((child) => child.name === "service");
  if (!service) throw new Error("has no element <service>");
  const mode = notes.take(service, "mode");
  if (mode !== "mirror") {
    throw new Error(`is of mode "${mode ?? "?"}", expected mirror`);
  }
  const module: { [key: string]: unknown } = { name, mode: "mirror" };
  ofService(notes, service, module);
  for (const part of service.children) {
    switch (part.name) {
      case "heart":
        ofHeart(notes, part);
        break;
      case "vip":
        module["virtual_addresses"] = addresses(notes, part);
        break;
      case "rfs":
        ofDirectories(notes, part, module);
        break;
      case "user":
        ofUser(notes, part, module);
        break;
      case "errd":
        module["processes"] = processes(notes, part);
        break;
      case "check":
        module["checkers"] = checkers(notes, part);
        break;
      case "failover":
        ofRules(notes, part, module);
        break;
      case "vhost":
        notes.missing.push(
          "<vhost>: a service does not see another host name; give it the name by its own configuration",
        );
        break;
      default:
        notes.missing.push(`<${part.name}>: has no counterpart`);
    }
  }
  for (const part of root.children) {
    if (part !== service && part.name !== "macro") {
      notes.missing.push(`<${part.name}>: has no counterpart`);
    }
  }
  const { missing, look } = notes;
  return { module, missing, look };
}

type Draft = { [key: string]: unknown };

function ofService(notes: Notes, service: Element, module: Draft): void {
  const boot = notes.take(service, "boot") ?? "ignore";
  if (boot === "ignore") {
    module["boot"] = "off";
    notes.look.push('boot was "ignore" (not started at boot): set boot: on?');
  } else module["boot"] = boot;
  set(module, "boot_delay", time(notes.take(service, "boot_delay"), "s"));
  set(module, "failover", notes.take(service, "failover"));
  const primary = notes.take(service, "defaultprim");
  if (primary !== undefined && primary !== "alone") {
    module["default_primary"] = primary === "lastprim"
      ? "last"
      : primary.toLowerCase();
    if (primary !== "lastprim") {
      notes.look.push(
        `default_primary: "${short(primary)}" must be a node of cluster.yaml`,
      );
    }
  }
  set(module, "max_restarts", number(notes.take(service, "maxloop")));
  set(
    module,
    "restart_period",
    time(notes.take(service, "loop_interval"), "h"),
  );
  notes.rest(service);
}

function ofHeart(notes: Notes, heart: Element): void {
  const timeout = time(notes.take(heart, "timeout"), "ms");
  const pulse = time(notes.take(heart, "pulse"), "ms");
  if (timeout !== undefined || pulse !== undefined) {
    notes.look.push(
      `heartbeats (${
        [pulse, timeout].filter(Boolean).join(", ")
      }) stand in cluster.yaml for all modules: heartbeat.timeout is 2.1s by default`,
    );
  }
  notes.take(heart, "port");
  const lans = children(heart, "heartbeat").map((lan) =>
    notes.take(lan, "name") ?? notes.take(lan, "ident") ?? "?"
  );
  if (lans.length > 0) {
    notes.look.push(
      `heartbeats went over ${
        lans.map(short).join(", ")
      }: give each node an address in each of them (nodes[].addresses in cluster.yaml); all are used for everything`,
    );
  }
  notes.rest(heart);
}

function addresses(notes: Notes, vip: Element): Draft[] {
  const found: Draft[] = [];
  for (const list of descend(vip, "interface")) {
    const device = notes.take(list, "name");
    notes.take(list, "check");
    for (const address of descend(list, "virtual_addr")) {
      const addr = notes.take(address, "addr") ?? "";
      const prefix = prefixOf(notes.take(address, "netmask"));
      if (prefix === null && !addr.includes("/")) {
        notes.look.push(
          `virtual address ${
            short(addr)
          }: add the prefix of its network, such as ${short(addr)}/24`,
        );
      }
      notes.take(address, "check");
      notes.rest(address);
      found.push({
        address: prefix === null ? addr : `${addr}/${prefix}`,
        ...(device === undefined ? {} : { interface: device }),
      });
    }
    notes.rest(list);
  }
  notes.rest(vip);
  return found;
}

function ofDirectories(notes: Notes, rfs: Element, module: Draft): void {
  const cap = number(notes.take(rfs, "reiallowedbw"));
  if (cap !== undefined) module["resync"] = { limit: `${cap}K` };
  for (const name of ["syncat", "syncdelta"]) {
    const value = notes.take(rfs, name);
    if (value === undefined || value === "0" || value === "0m") continue;
    notes.look.push(
      `${name}="${
        short(value)
      }": copies at times are not made here, both copies are always level`,
    );
  }
  notes.rest(rfs);
  module["directories"] = children(rfs, "replicated").map((entry) => {
    const path = (notes.take(entry, "dir") ?? "").replace(/\/+$/, "");
    notes.take(entry, "mode");
    notes.rest(entry);
    const guards = children(entry, "tocheck").map((guard) =>
      notes.take(guard, "path") ?? ""
    );
    for (const more of guards.slice(1)) {
      notes.look.push(
        `${path}: only one tocheck is kept, "${short(more)}" is not`,
      );
    }
    const exclude: string[] = [];
    for (const out of children(entry, "notreplicated")) {
      const below = notes.take(out, "path");
      const regex = notes.take(out, "regexpath");
      if (below !== undefined) exclude.push(below);
      if (regex !== undefined) {
        notes.look.push(
          `${path}: "${
            short(regex)
          }" is a regular expression: write exclude: with names such as "*.tmp"`,
        );
      }
    }
    return {
      path,
      ...(guards[0] === undefined ? {} : { tocheck: guards[0] }),
      ...(exclude.length === 0 ? {} : { exclude }),
    };
  });
}

function ofUser(notes: Notes, user: Element, module: Draft): void {
  const nice = time(notes.take(user, "nicestoptimeout"), "s");
  notes.take(user, "forcestoptimeout");
  if (nice !== undefined) module["scripts"] = { stop_timeout: nice };
  const variables: { [name: string]: string } = {};
  for (const entry of children(user, "var")) {
    const name = notes.take(entry, "name") ?? "";
    const upper = name.toUpperCase();
    if (upper !== name) {
      notes.look.push(
        `variable ${short(name)} is called ${
          short(upper)
        } now: change it in the scripts`,
      );
    }
    variables[upper] = notes.take(entry, "value") ?? "";
  }
  if (Object.keys(variables).length > 0) module["variables"] = variables;
  notes.rest(user);
}

function processes(notes: Notes, errd: Element): Draft[] {
  const interval = time(notes.take(errd, "polltimer"), "s") ?? "30s";
  notes.rest(errd);
  return children(errd, "proc").map((proc) => {
    const name = notes.take(proc, "name") ?? "";
    const entry: Draft = { name: identifier(name), interval };
    if (notes.take(proc, "service") === "yes") {
      entry["unit"] = name.includes(".") ? name : `${name}.service`;
    } else entry["process"] = name;
    for (const regex of ["nameregex", "argregex"]) {
      const value = notes.take(proc, regex);
      if (value === undefined) continue;
      notes.look.push(
        `process ${short(name)}: ${regex}="${
          short(value)
        }" is a regular expression: write process or arguments with * and ?`,
      );
    }
    set(entry, "at_least", number(notes.take(proc, "atleast")));
    const most = number(notes.take(proc, "atmax"));
    if (most !== undefined && most >= 0) entry["at_most"] = most;
    const after = number(notes.take(proc, "start_after"));
    if (after !== undefined && after > 1) {
      const seconds = Number.parseFloat(interval);
      entry["start_delay"] = interval.endsWith("ms")
        ? `${(after - 1) * seconds}ms`
        : `${(after - 1) * seconds}${interval.at(-1)}`;
    }
    const services = notes.take(proc, "restart_services");
    if (services !== undefined) {
      notes.look.push(
        `process ${short(name)}: restart_services="${
          short(services)
        }" restarts parts only; here the module's scripts run as a whole`,
      );
    }
    entry["action"] = action(notes, proc, "stopstart");
    entry["when"] = when(notes, proc, "class", "prim");
    notes.rest(proc);
    return entry;
  });
}

function checkers(notes: Notes, check: Element): Draft {
  const found: { [kind: string]: Draft[] } = {};
  const add = (kind: string, entry: Draft) => {
    (found[kind] ??= []).push(entry);
  };
  for (const one of check.children) {
    const name = identifier(
      notes.take(one, "ident") ?? notes.take(one, "name") ?? one.name,
    );
    const to = children(one, "to")[0];
    const times: Draft = {};
    const target: Draft = {};
    if (to) {
      set(times, "interval", time(notes.take(to, "interval"), "s"));
      set(times, "timeout", time(notes.take(to, "timeout"), "s"));
      const addr = notes.take(to, "addr");
      if (addr !== undefined) {
        target["address"] = addr === "localhost" ? "127.0.0.1" : addr;
      }
    }
    switch (one.name) {
      case "tcp":
      case "ping": {
        const pre = one.name === "ping";
        const port = number(to && notes.take(to, "port"));
        add(one.name, {
          name,
          ...target,
          ...(pre ? {} : { port }),
          ...times,
          when: when(notes, one, "when", pre ? "pre" : "prim"),
          action: action(notes, one, pre ? "wait" : "restart"),
        });
        break;
      }
      case "intf":
        notes.take(one, "when");
        add("intf", {
          name,
          address: to && notes.take(to, "local_addr"),
          ...times,
        });
        break;
      case "ip":
        add("ip", {
          name,
          ...target,
          ...times,
          when: when(notes, one, "when", "prim"),
        });
        break;
      case "custom": {
        const exec = notes.take(one, "exec") ?? "";
        const args = notes.take(one, "arg");
        notes.look.push(
          `custom checker ${name}: bin/${short(exec)}${
            args ? ` ${short(args)}` : ""
          } looped and set its resource itself. Here it looks once and ends: exit code 0 up, 75 unknown, else down. Change it, then add script: ${
            short(exec)
          }; until then nothing sets custom.${name}`,
        );
        add("custom", {
          name,
          when: when(notes, one, "when", "prim"),
          action: action(notes, one, "nothing"),
        });
        break;
      }
      case "module":
        if (to) {
          notes.look.push(
            `module checker ${name}: another cluster's module is not looked at; this one is of the same cluster`,
          );
          notes.take(to, "port");
          notes.take(to, "secure");
        }
        add("module", {
          name,
          module: (notes.take(one, "name") ?? "").toLowerCase(),
          ...times,
        });
        break;
      case "splitbrain":
        notes.take(one, "when");
        notes.look.push(
          `split brain: ping of ${
            short(notes.take(one, "arg") ?? "?")
          }: say "hakit witness ping ADDRESS", or better "hakit witness add" with a third machine`,
        );
        notes.take(one, "exec");
        break;
      default:
        notes.missing.push(`<${one.name}>: has no counterpart`);
    }
    if (to) notes.rest(to);
    notes.rest(one);
  }
  return found;
}

function ofRules(notes: Notes, failover: Element, module: Draft): void {
  set(module, "hold", time(notes.take(failover, "handle_time"), "ms"));
  notes.rest(failover);
  const text = failover.text.trim();
  if (text === "") return;
  if (/^--\s*Lua/m.test(text)) {
    notes.look.push("failover rules in Lua: write them as rules: by hand");
    return;
  }
  // One statement a line, without the semicolon; the rest of the grammar is the same.
  module["rules"] =
    text.split("\n").map((line) =>
      line.trim().replace(/;$/, "").replace(/^\/\*(.*)\*\/$/, "#$1")
    ).filter((line) => line !== "").join("\n") + "\n";
  notes.look.push("failover rules were taken over: read them once");
}

function action(notes: Notes, element: Element, standard: string): string {
  const given = notes.take(element, "action");
  if (given === undefined) return standard;
  const known = own(ACTIONS, given);
  if (known !== undefined) return known;
  notes.look.push(
    `<${element.name} action="${
      short(given)
    }">: an own program is not run; "nothing" stands there now`,
  );
  return "nothing";
}

function when(
  notes: Notes,
  element: Element,
  attribute: string,
  standard: string,
): string {
  const given = notes.take(element, attribute);
  if (given === undefined) return standard;
  const known = own(WHEN, given);
  if (known !== undefined) return known;
  notes.look.push(
    `<${element.name} ${attribute}="${
      short(given)
    }">: "${standard}" stands there now`,
  );
  return standard;
}

/** Names come from a file: one may be called as what every object has. */
function own(
  table: { readonly [name: string]: string },
  name: string,
): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function children(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

/** At whatever depth below. */
function descend(element: Element, name: string): Element[] {
  return element.children.flatMap((child) =>
    child.name === name ? [child] : descend(child, name)
  );
}

function set(draft: Draft, key: string, value: unknown): void {
  if (value !== undefined) draft[key] = value;
}

/** "30", "30s", "1500ms" as this product writes times; a bare number has the attribute's own unit. */
function time(text: string | undefined, unit: string): string | undefined {
  const match = /^(\d+)\s*(d|h|m|s|ms|us)?$/.exec(text?.trim() ?? "");
  if (!match) return text === undefined ? undefined : text;
  const [, digits, given = unit] = match;
  return given === "us"
    ? `${Math.max(1, Math.round(Number(digits) / 1000))}ms`
    : `${Number(digits)}${given}`;
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text.trim())
    ? Number(text)
    : undefined;
}

/** "255.255.255.0" → 24; null: none, or it is no netmask. */
function prefixOf(netmask: string | undefined): number | null {
  const parts = netmask?.split(".").map(Number) ?? [];
  if (parts.length !== 4) {
    return /^\d{1,3}$/.test(netmask ?? "") ? Number(netmask) : null;
  }
  const bits = parts.map((part) => part.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : null;
}

function identifier(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 31);
  return /^[A-Za-z]/.test(name) ? name : `x${name}`.slice(0, 31);
}

function short(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ").slice(0, 100);
}
