/** STATE/drill.json: the report of the last drill that was begun on this node, for the console. */
import { join } from "node:path";
import { drillReportSchema } from "../api/schemas.ts";
import type { DrillReport } from "../k3s/drill/outcome.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";

export async function keepDrill(
  paths: Paths,
  report: DrillReport,
): Promise<void> {
  await writeDurably(fileOf(paths), JSON.stringify(report) + "\n", {
    mode: 0o640,
  });
}

/** Null: there was none, or its report cannot be read. */
export async function readDrill(paths: Paths): Promise<DrillReport | null> {
  const text = await readIfPresent(fileOf(paths));
  if (text === null) return null;
  try {
    return drillReportSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function fileOf(paths: Paths): string {
  return join(paths.state, "drill.json");
}
