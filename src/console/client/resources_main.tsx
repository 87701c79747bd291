/** The browser part of the resources page: all of main.tsx, and graphs, which weigh a fifth of it and are drawn nowhere else. */
import "./main.tsx";
import { Resources } from "./resources.tsx";
import { wake } from "./wake.tsx";

wake(
  "resources",
  ({ module = "", nodes, t }) => (
    <Resources module={module} nodes={JSON.parse(nodes ?? "[]")} t={t} />
  ),
);
