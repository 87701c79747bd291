/** The doctor's findings for a person. */
import type { Examination } from "../doctor/examine.ts";
import type { Output } from "./output.ts";

export function doctorLines(
  out: Output,
  { findings, well, missing }: Examination & {
    readonly missing: string | null;
  },
  { all }: { readonly all: boolean },
): void {
  if (all) {
    for (const title of well) out.line(`${out.style("green", "=")} ${title}`);
    if (well.length > 0) out.line();
  }
  for (const { level, node, what, why, fix } of findings) {
    const mark = level === "problem"
      ? out.style("red", "x")
      : out.style("yellow", "!");
    out.line(`${mark} ${node === null ? "both" : node}: ${what}`);
    out.line(`    ${why}.`);
    if (fix !== null) out.line(`    ${out.style("bold", fix)}`);
  }
  if (findings.length > 0) out.line();
  if (missing !== null) out.error(`! ${missing}`);
  const count = (level: "problem" | "warning") => {
    const { length } = findings.filter((finding) => finding.level === level);
    return `${length} ${level}${length === 1 ? "" : "s"}`;
  };
  out.line(
    `${well.length} checks are well, ${count("problem")}, ${
      count("warning")
    }.` + (all || well.length === 0 ? "" : " (--all lists them)"),
  );
}
