/** Routes of the pages about modules, and of support. Names from the address are looked up, never used. */
import { type Context, Hono } from "hono";
import type { Auth, AuthEnv } from "../api/auth.ts";
import type { ClusterState } from "../api/state.ts";
import { logsUrl } from "./cluster_view.tsx";
import { ModulePage, SupportPage } from "./module_pages.tsx";
import { notFound, page, visitor } from "./respond.ts";

export interface ModulePagesOptions {
  readonly auth: Auth;
  readonly state: () => ClusterState | Promise<ClusterState>;
  /** Names of the installed ones, also of those that cannot be read. */
  readonly modules: () => Promise<readonly string[]>;
}

export function modulePages({ auth, state, modules }: ModulePagesOptions) {
  const about =
    (here: "timeline" | "resources") => async (c: Context<AuthEnv>) => {
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
          nodes: nodes.toSorted((a) => a.local ? -1 : 1).map(({ name }) =>
            name
          ),
        }),
      );
    };
  return new Hono<AuthEnv>()
    .get("/timeline", about("timeline"))
    .get("/resources", about("resources"))
    .get("/logs", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const { nodes } = await state();
      const here = nodes.find(({ local }) => local)?.name ?? "";
      const [first] = await modules();
      if (first) return c.redirect(logsUrl(first, here), 303);
      return c.redirect("/logs/agent", 303);
    })
    .get("/support", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      const { cluster, nodes } = await state();
      return page(c, SupportPage({ user, cluster, nodes }));
    });
}
