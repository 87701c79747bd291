/** The browser part: wakes the cluster page; on the log page, picks without a second click. */
import { render } from "hono/jsx/dom";
import type { UserRole } from "../../api/users.ts";
import { isLanguage, texts } from "../text/texts.ts";
import { ConfigIsland } from "./config/island.tsx";
import { takeUploads } from "./config/upload.ts";
import { Island } from "./island.tsx";

const cluster = document.getElementById("cluster");
if (cluster?.dataset["state"]) {
  const first = JSON.parse(cluster.dataset["state"]);
  cluster.replaceChildren();
  render(
    <Island
      first={first}
      role={roleOf(cluster.dataset["role"])}
      port={cluster.dataset["port"] ?? ""}
      csrf={document.body.dataset["csrf"] ?? ""}
    />,
    cluster,
  );
}

function roleOf(text: string | undefined): UserRole {
  return text === "administrator" || text === "operator" ? text : "viewer";
}

const config = document.getElementById("config");
if (config?.dataset["module"]) {
  const { module, schema, template, language } = config.dataset;
  config.replaceChildren();
  render(
    <ConfigIsland
      module={module}
      schema={JSON.parse(schema ?? "{}")}
      template={template ? JSON.parse(template) : null}
      t={texts(isLanguage(language) ? language : "en")}
    />,
    config,
  );
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  if (form instanceof HTMLFormElement) takeUploads(form);
}

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => {
    if (select instanceof HTMLSelectElement) select.form?.submit();
  });
}
