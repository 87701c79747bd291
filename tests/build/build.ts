/** `deno task build`: one executable with modules, assets and workers inside, dist/hakit. */
import { denort } from "./denort.ts";
import { join } from "node:path";

const root = join(import.meta.dirname!, "../..");
const cache = join(
  Deno.env.get("XDG_CACHE_HOME") ??
    join(Deno.env.get("HOME") ?? "/root", ".cache"),
  "hakit-build",
);
const runtime = await denort(cache);
const { code } = await new Deno.Command("deno", {
  cwd: root,
  args: [
    "compile",
    "--quiet",
    "--allow-all",
    "--exclude-unused-npm",
    "--output",
    "dist/hakit",
    "main.ts",
  ],
  env: runtime ? { DENORT_BIN: runtime } : {},
}).output().then(({ code, stderr }) => {
  Deno.stderr.writeSync(stderr);
  return { code };
});
Deno.exit(code);
