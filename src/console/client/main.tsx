/** The browser part: wakes the cluster page; on the log page, picks without a second click. */
import { render } from "hono/jsx/dom";
import type { UserRole } from "../../api/users.ts";
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

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => {
    if (select instanceof HTMLSelectElement) select.form?.submit();
  });
}
