/** Logs and audit for the console's pages, of either node. */
import type { Audit } from "../api/audit.ts";
import { ApiError } from "../api/error.ts";
import type { ConsoleOptions, LogPlace } from "../console/serve.ts";
import type { Door } from "./door.ts";

export function consoleLogs(door: Door): ConsoleOptions["logs"] {
  const remote = (place: LogPlace, path: string) =>
    ask(door, place.node, `/api/modules/${place.module}/${path}`);
  return {
    module: async (place, lines) =>
      door.isPeer(place.node)
        ? (await remote(place, `log?lines=${lines}`)).lines
        : await door.log(place.module, lines),
    agent: async (node, lines) =>
      door.isPeer(node)
        ? (await ask(door, node, `/api/log?lines=${lines}`)).lines
        : await door.agentLog(lines),
    scripts: async (place) =>
      door.isPeer(place.node)
        ? (await remote(place, "scripts")).files
        : await door.scripts(place.module),
    script: async (place, file) =>
      door.isPeer(place.node)
        ? (await remote(place, `scripts/${encodeURIComponent(file)}`)).text
        : await door.script(place.module, file),
  };
}

export function consoleAudit(
  door: Door,
  audit: Audit,
): ConsoleOptions["audit"] {
  return async (node, lines) =>
    door.isPeer(node)
      ? (await ask(door, node, `/api/audit?lines=${lines}`)).entries
      : await audit.read(lines);
}

/** The other node's answer; throws its words when it refuses. */
async function ask(door: Door, node: string, path: string) {
  const answer = await door.forward(path, { method: "GET" });
  const body = await answer.json();
  if (answer.ok) return body;
  const { message = `${node} did not answer`, remedy } = body.error ?? {};
  throw new ApiError(502, "peer-failed", message, { remedy });
}
