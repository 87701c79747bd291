/** `hakit version`. */
import { SPEAKS } from "../agent/speaks.ts";
import { VERSION } from "../system/version.ts";
import { type Command, JSON_FLAG } from "./command.ts";

export const command: Command = {
  name: "version",
  summary: "Print the version of this executable",
  group: "Other",
  flags: { json: JSON_FLAG },
  run({ out, on }) {
    const { arch } = Deno.build;
    if (on("json")) {
      const deno = Deno.version.deno;
      out.json({ version: VERSION, arch, deno, speaks: SPEAKS });
    } else out.line(`hakit ${VERSION} (${arch}, Deno ${Deno.version.deno})`);
    return 0;
  },
};
