/** A drill's report for people: lines for a terminal, and one page that can be sent to somebody. Pure. */
import type { DrillReport } from "./outcome.ts";

const TITLES = {
  kill: "power cut",
  swap: "swap",
  cut: "links cut",
} as const satisfies { [fault in DrillReport["fault"]]: string };

/** The sentence that counts. */
export function verdict(
  { acknowledged, lost, pauseSeconds }: DrillReport,
): string {
  return lost.length === 0
    ? `All ${acknowledged} acknowledged writes are there; clients waited ${pauseSeconds} s at most.`
    : `${lost.length} of ${acknowledged} acknowledged writes are LOST: ${
      lost.slice(0, 10).join(", ")
    }${lost.length > 10 ? ", …" : ""}`;
}

export function reportLines(report: DrillReport): string[] {
  return [
    `Drill on cluster ${report.cluster}, ${
      TITLES[report.fault]
    }: from ${report.from} to ${report.to}, ${report.date.slice(0, 19)}Z`,
    ...report.timeline.map(({ what, seconds }) =>
      `  ${seconds.toFixed(1).padStart(7)} s  ${what}`
    ),
    `${report.rows} rows in the database, ${report.lines} lines in the file, ${report.acknowledged} acknowledged.`,
    ...report.errors.slice(0, 5).map((error) =>
      `The client was told meanwhile: ${error}`
    ),
    verdict(report),
  ];
}

export function reportPage(report: DrillReport): string {
  const last = Math.max(1, ...report.timeline.map(({ seconds }) => seconds));
  const rows = report.timeline.map(({ what, seconds }) =>
    `<tr><td>${seconds.toFixed(1)} s</td><td><i style="margin-left:${
      (Math.max(0, seconds) / last * 100).toFixed(1)
    }%"></i></td><td>${escape(what)}</td></tr>`
  );
  const facts: readonly (readonly [string, string])[] = [
    ["Cluster", report.cluster],
    ["What happened", `${TITLES[report.fault]} of ${report.from}`],
    ["Goes on", report.to],
    ["When", `${report.date.slice(0, 19)}Z`],
    ["Clients waited at most", `${report.pauseSeconds} s`],
    ["Acknowledged writes", String(report.acknowledged)],
    ["Found in the database", String(report.rows)],
    ["Found in the file", String(report.lines)],
    ["Lost", String(report.lost.length)],
  ];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Drill of ${
    escape(report.cluster)
  }</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}td{padding:.2rem .6rem .2rem 0;vertical-align:top}
td:first-child{white-space:nowrap;color:#555}
tr td:nth-child(2) i{display:block;width:.6rem;height:.6rem;margin-top:.5rem;background:#2a6;border-radius:50%}
p.verdict{font-size:1.2rem;font-weight:600;color:${
    report.lost.length === 0 ? "#175" : "#b00"
  }}
</style>
<h1>Drill: ${TITLES[report.fault]}</h1>
<p class="verdict">${escape(verdict(report))}</p>
<table>${
    facts.map(([name, value]) =>
      `<tr><td>${name}</td><td>${escape(value)}</td></tr>`
    ).join("\n")
  }</table>
<h2>Seconds after it happened</h2>
<table>${rows.join("\n")}</table>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
