/** Routes of the pages about modules, and of support. Names from the address are looked up, never used. */
import { type Context, Hono } from "hono";
import type { Auth, AuthEnv } from "../api/auth.ts";
import type { ClusterState } from "../api/state.ts";
import { logsUrl } from "./cluster_view.tsx";
import { ModulePage, SupportPage } from "./module_pages.tsx";
import { notFound, page, visitor } from "./respond.ts";
import { moduleNames } from "./view.ts";

export interface ModulePagesOptions {
  readonly auth: Auth;
  readonly state: () => ClusterState | Promise<ClusterState>;
  /** Names of the installed ones, also of those that cannot be read. */
  readonly modules: () => Promise<readonly string[]>;
}

/** This node first. */
export function nodeNames(nodes: ClusterState["nodes"]): string[] {
  return nodes.toSorted((a) => a.local ? -1 : 1).map(({ name }) => name);
}

export function modulePages({ auth, state, modules }: ModulePagesOptions) {
  const about = (here: "timeline" | "resources" | "kept") =>
  async (
    c: Context<AuthEnv>,
  ) => {
    const { user, away } = await visitor(c, auth);
    if (!user) return away;
    const { cluster, nodes } = await state();
    const names = await modules();
    const wanted = c.req.query("module");
    if (wanted !== undefined && !names.includes(wanted)) {
      return notFound(c, user, "noModule");
    }
    return page(
      c,
      ModulePage({
        here,
        user,
        cluster,
        modules: names,
        module: wanted ?? names[0] ?? null,
        nodes: nodeNames(nodes),
      }),
    );
  };
  return new Hono<AuthEnv>()
    .get("/timeline", about("timeline"))
    .get("/resources", about("resources"))
    .get("/kept", about("kept"))
    .get("/logs", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const now = await state();
      const here = now.nodes.find(({ local }) => local)?.name ?? "";
      // One that cannot be read is installed, but no log of it is shown.
      const known = moduleNames(now);
      const first = (await modules()).find((name) => known.includes(name));
      if (first) return c.redirect(logsUrl(first, here), 303);
      if (user.role !== "viewer") return c.redirect("/logs/agent", 303);
      return page(
        c,
        ModulePage({
          here: "logs",
          user,
          cluster: now.cluster,
          modules: [],
          module: null,
          nodes: [],
        }),
      );
    })
    .get("/support", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const { cluster, nodes } = await state();
      return page(c, SupportPage({ user, cluster, nodes }));
    });
}
