/** A built-in module's module.yaml with this cluster's values; its comments stay. Pure. */
import { parseDocument } from "yaml";
import { vipOf } from "./network.ts";
import type { Kept } from "./kept.ts";

export function fillModule(template: string, kept: Kept): string {
  const document = parseDocument(template);
  document.set("virtual_addresses", [{
    address: kept.vip,
    ...(kept.interface ? { interface: kept.interface } : {}),
  }]);
  document.setIn(["directories", 1, "path"], kept.storage);
  document.setIn(["variables", "STORAGE"], kept.storage);
  document.setIn(["variables", "EXPORT"], kept.export);
  document.setIn(
    ["variables", "CLIENTS"],
    [...kept.node1, ...kept.node2, vipOf(kept)].join(" "),
  );
  return document.toString();
}
