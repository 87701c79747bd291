/** The browser part: wakes the cluster page; on the log page, picks without a second click. */
import type { UserRole } from "../../api/users.ts";
import { goOn } from "./audit.ts";
import { ClusterConfig } from "./config/cluster.tsx";
import { ConfigIsland } from "./config/island.tsx";
import { takeUploads } from "./config/upload.ts";
import { Island } from "./island.tsx";
import { Kept } from "./kept.tsx";
import { LogsIsland } from "./logs.tsx";
import { offerNotifications } from "./notify.ts";
import { Support } from "./support.tsx";
import { Timeline } from "./timeline.tsx";
import { wake } from "./wake.tsx";

function roleOf(text: string | undefined): UserRole {
  return text === "administrator" || text === "operator" ? text : "viewer";
}

void wake(
  "cluster",
  ({ state = "", role, port = "", t }) => (
    <Island first={JSON.parse(state)} role={roleOf(role)} port={port} t={t} />
  ),
);
void wake("config", ({ module = "", schema, template, t }) => (
  <ConfigIsland
    module={module}
    schema={JSON.parse(schema ?? "{}")}
    template={template ? JSON.parse(template) : null}
    t={t}
  />
));
void wake(
  "cluster-config",
  ({ nodes, schema, t }) => (
    <ClusterConfig
      nodes={JSON.parse(nodes ?? "[]")}
      schema={JSON.parse(schema ?? "{}")}
      t={t}
    />
  ),
);
void wake("log", ({ module, node = "", live, t, text }) => (
  <LogsIsland
    first={text === t.logs.nothing ? [] : text.split("\n")}
    module={module ?? null}
    node={node}
    live={live === "1"}
    t={t}
  />
));
void wake(
  "timeline",
  ({ module = "", nodes, t }) => (
    <Timeline module={module} nodes={JSON.parse(nodes ?? "[]")} t={t} />
  ),
);
void wake(
  "kept",
  ({ module = "", role, t }) => (
    <Kept module={module} role={roleOf(role)} t={t} />
  ),
);
void wake(
  "support",
  ({ nodes, role, drills, t }) => (
    <Support
      nodes={JSON.parse(nodes ?? "[]")}
      role={roleOf(role)}
      drills={drills === "1"}
      t={t}
    />
  ),
);
offerNotifications();

for (const form of document.querySelectorAll("form[data-upload]")) {
  if (form instanceof HTMLFormElement) takeUploads(form);
}

const live = document.querySelector("button[data-live]");
if (live instanceof HTMLButtonElement) goOn(live);

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => {
    if (select instanceof HTMLSelectElement) select.form?.submit();
  });
}
