/** The browser part: wakes the cluster page; on the log page, picks without a second click. */
import { render } from "hono/jsx/dom";
import type { UserRole } from "../../api/users.ts";
import { AS_IT_CAME, type Say, speech } from "../text/speech.ts";
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
import { textsOf, wake } from "./wake.tsx";

/** What the server drew is seen meanwhile. */
const TABLE_MS = 5_000;

const cluster = document.getElementById("cluster");
if (cluster?.dataset["state"]) {
  const first = JSON.parse(cluster.dataset["state"]);
  void sayBy(cluster.dataset["phrases"]).then((say) => {
    cluster.replaceChildren();
    render(
      <Island
        first={first}
        role={roleOf(cluster.dataset["role"])}
        port={cluster.dataset["port"] ?? ""}
        t={textsOf(cluster)}
        say={say}
      />,
      cluster,
    );
  });
}

/** Without its table the page says in English what the agent says, rather than nothing. */
async function sayBy(url: string | undefined): Promise<Say> {
  if (url === undefined) return AS_IT_CAME;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TABLE_MS) });
    return answer.ok ? speech(await answer.json()) : AS_IT_CAME;
  } catch {
    return AS_IT_CAME;
  }
}

function roleOf(text: string | undefined): UserRole {
  return text === "administrator" || text === "operator" ? text : "viewer";
}

wake("config", ({ module = "", schema, template, t }) => (
  <ConfigIsland
    module={module}
    schema={JSON.parse(schema ?? "{}")}
    template={template ? JSON.parse(template) : null}
    t={t}
  />
));
wake(
  "cluster-config",
  ({ nodes, schema, t }) => (
    <ClusterConfig
      nodes={JSON.parse(nodes ?? "[]")}
      schema={JSON.parse(schema ?? "{}")}
      t={t}
    />
  ),
);
wake("log", ({ module, node = "", live, t, text }) => (
  <LogsIsland
    first={text === t.logs.nothing ? [] : text.split("\n")}
    module={module ?? null}
    node={node}
    live={live === "1"}
    t={t}
  />
));
wake(
  "timeline",
  ({ module = "", nodes, t }) => (
    <Timeline module={module} nodes={JSON.parse(nodes ?? "[]")} t={t} />
  ),
);
wake(
  "kept",
  ({ module = "", role, t }) => (
    <Kept module={module} role={roleOf(role)} t={t} />
  ),
);
wake(
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
