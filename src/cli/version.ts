/** `hakit version`. */
import config from "../../deno.json" with { type: "json" };
import { type Command, JSON_FLAG } from "./command.ts";

export const VERSION: string = config.version;

export const command: Command = {
  name: "version",
  summary: "Print the version of this executable",
  group: "Other",
  flags: { json: JSON_FLAG },
  run({ out, on }) {
    const { arch } = Deno.build;
    if (on("json")) {
      out.json({ version: VERSION, arch, deno: Deno.version.deno });
    } else out.line(`hakit ${VERSION} (${arch}, Deno ${Deno.version.deno})`);
    return 0;
  },
};
