/**
 * userconfig.xml → what module.yaml says, and two lists for a person: what has no counterpart here, and what must be looked at. Every
 * attribute is either translated, a default, or in one of the lists. Pure.
 */
import { checkers, processes } from "./checks.ts";
import { Notes, short } from "./notes.ts";
import type { Element } from "./userconfig.ts";
import {
  children,
  descend,
  type Draft,
  number,
  prefixOf,
  set,
  time,
} from "./values.ts";

export interface Translation {
  readonly module: { readonly [key: string]: unknown };
  /** Has no counterpart, or is not needed; with the reason. */
  readonly missing: readonly string[];
  /** Must be decided or done by a person. */
  readonly look: readonly string[];
}

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
  const port = notes.take(heart, "port");
  if (port !== undefined) {
    notes.look.push(
      `heart port="${
        short(port)
      }": ports stand in cluster.yaml for all modules`,
    );
  }
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
    unchecked(notes, list, device ?? "an interface");
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
      unchecked(notes, address, addr);
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

/** "on" is what is done here in any case. */
function unchecked(notes: Notes, element: Element, what: string): void {
  if (notes.take(element, "check") !== "off") return;
  notes.look.push(
    `${
      short(what)
    }: check="off" has no counterpart: an address, who holds it and its interface are looked after all the time`,
  );
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
    const mode = notes.take(entry, "mode") ?? "read_only";
    if (mode !== "read_only") {
      notes.look.push(
        `${path}: mode="${
          short(mode)
        }": nobody may write into the secondary's copy`,
      );
    }
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
  const forced = notes.take(user, "forcestoptimeout");
  if (forced !== undefined) {
    notes.look.push(
      `forcestoptimeout="${
        short(forced)
      }": a forced stop has the time of stop_timeout, too`,
    );
  }
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

function ofRules(notes: Notes, failover: Element, module: Draft): void {
  set(module, "hold", time(notes.take(failover, "handle_time"), "ms"));
  notes.rest(failover);
  const isLua = (text: string) => /^\s*--\s*Lua/m.test(text);
  for (const lua of failover.texts.filter(isLua)) {
    notes.look.push(
      `failover rules in Lua: write them as rules: by hand (${saidIn(lua)})`,
    );
  }
  const texts = failover.texts.filter((text) => !isLua(text));
  if (texts.length === 0) return;
  // One statement a line, without the semicolon; the rest of the grammar is the same.
  module["rules"] =
    texts.join("\n").split("\n").map((line) =>
      line.trim().replace(/;$/, "").replace(/^\/\*(.*)\*\/$/, "#$1")
    ).filter((line) => line !== "").join("\n") + "\n";
  notes.look.push("failover rules were taken over: read them once");
}

/** Each rule by its label, each other statement by its words. */
function saidIn(lua: string): string {
  const said = lua.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("--"))
    .flatMap((line) => {
      const labels = line.matchAll(/(\w+)\s*=\s*if_then\b/g);
      const found = [...labels].map(([, label]) => label!);
      return found.length > 0 ? found : [line];
    });
  const more = said.length > 10 ? `, and ${said.length - 10} more` : "";
  return said.slice(0, 10).map(short).join(", ") + more;
}
