/** Logs for the console's pages, of either node. */
import type { ConsoleOptions, LogPlace } from "../console/serve.ts";
import type { Door } from "./door.ts";

export function consoleLogs(door: Door): ConsoleOptions["logs"] {
  const remote = async (place: LogPlace, path: string) => {
    const answer = await door.forward(`/api/modules/${place.module}/${path}`, {
      method: "GET",
    });
    const body = await answer.json();
    if (answer.ok) return body;
    throw new Error(body.error?.message ?? `${place.node} did not answer`);
  };
  return {
    module: async (place, lines) =>
      door.isPeer(place.node)
        ? (await remote(place, `log?lines=${lines}`)).lines
        : await door.log(place.module, lines),
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
