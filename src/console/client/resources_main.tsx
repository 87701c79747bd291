/** The browser part of the resources page, in place of main.tsx: graphs weigh as much as all of that, and are drawn nowhere else. */
import { Resources } from "./resources.tsx";
import { wake } from "./wake.tsx";

void wake(
  "resources",
  ({ module = "", nodes, t }) => (
    <Resources module={module} nodes={JSON.parse(nodes ?? "[]")} t={t} />
  ),
);
