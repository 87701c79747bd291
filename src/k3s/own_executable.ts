/** This program in its place: `./hakit first` may have been started from a stick. */
import { dirname } from "node:path";
import type { Step } from "../cluster/step.ts";
import { digestOf } from "../system/digest.ts";
import { exists, writeDurably } from "../system/files.ts";
import { EXECUTABLE } from "../system/unit.ts";
import { isActive } from "./services.ts";

/** `from`: the running executable; null: run from its sources. */
export function executableStep(
  from: string | null = Deno.build.standalone ? Deno.execPath() : null,
  { to = EXECUTABLE, agentRuns = () => isActive("hakit") } = {},
): Step {
  return {
    name: to,
    async done() {
      if (from === null) return "run from its sources: not put there";
      if (!await exists(to)) return null;
      const same = await Deno.realPath(from) === await Deno.realPath(to) ||
        await digestOf(from) === await digestOf(to);
      if (same) return "this one";
      // Two versions on two nodes are for "hakit upgrade" to bring about.
      return await agentRuns()
        ? 'another one, which runs: "hakit upgrade FILE" replaces it'
        : null;
    },
    async do() {
      await Deno.mkdir(dirname(to), { recursive: true });
      await writeDurably(to, await Deno.readFile(from!), { mode: 0o755 });
    },
  };
}
