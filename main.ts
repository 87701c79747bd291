import { run } from "./src/cli/run.ts";
import { flushLogs } from "./src/system/beside.ts";
import { searchPath } from "./src/system/search_path.ts";

if (import.meta.main) {
  Deno.env.set("PATH", searchPath(Deno.env.get("PATH")));
  const code = await run(Deno.args);
  await flushLogs();
  Deno.exit(code);
}
