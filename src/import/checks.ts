/** What is watched: <errd> and <check> → processes and checkers, with their actions. Pure. */
import { type Notes, own, short } from "./notes.ts";
import type { Element } from "./userconfig.ts";
import {
  children,
  type Draft,
  identifier,
  number,
  set,
  time,
} from "./values.ts";

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

export function processes(notes: Notes, errd: Element): Draft[] {
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

export function checkers(notes: Notes, check: Element): Draft {
  const found: { [kind: string]: Draft[] } = {};
  const add = (kind: string, entry: Draft) => {
    (found[kind] ??= []).push(entry);
  };
  for (const one of check.children) {
    const name = identifier(
      notes.take(one, "ident") ?? notes.take(one, "name") ?? one.name,
    );
    const [to, ...more] = children(one, "to");
    if (more.length > 0) {
      notes.look.push(
        `checker ${name}: ${more.length} more <to> are not taken: make a checker of each`,
      );
    }
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
        if (notes.take(one, "exec") !== undefined) {
          notes.look.push(`split brain: an own script is not run`);
        }
        break;
      default:
        notes.missing.push(`<${one.name}>: has no counterpart`);
    }
    if (to) notes.rest(to);
    notes.rest(one);
  }
  return found;
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
