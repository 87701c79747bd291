import { run } from "./src/cli/run.ts";
import { flushLogs } from "./src/system/beside.ts";

if (import.meta.main) {
  const code = await run(Deno.args);
  await flushLogs();
  Deno.exit(code);
}
