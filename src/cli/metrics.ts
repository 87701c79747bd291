/** `hakit metrics`: what Prometheus gets from this node, and the dashboard for Grafana. */
import { askText } from "./ask.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  name: "metrics",
  summary: "Show what Prometheus reads, or the dashboard for Grafana",
  group: "Look",
  flags: {
    grafana: { type: "boolean", summary: "the dashboard, to be imported" },
  },
  details:
    "https://NODE:9010/metrics needs no login from this machine; from elsewhere, and through a reverse proxy, a key of hakit key create.",
  async run({ on, out }) {
    const path = on("grafana") ? "/api/grafana.json" : "/metrics";
    out.line((await askText(path)).trimEnd());
    return 0;
  },
};
