/** Routes of the configuration pages: for administrators, for module.yaml may hold passwords. */
import { Hono } from "hono";
import { parseDocument } from "yaml";
import { moduleName } from "../api/module_schemas.ts";
import type { AuthEnv } from "../api/auth.ts";
import { readFolder } from "../module/archive.ts";
import { builtInFolder, builtInModules } from "../module/catalog.ts";
import {
  ClusterConfigPage,
  ConfigPage,
  NewModulePage,
  type Template,
} from "./config_pages.tsx";
import { type ModulePagesOptions, nodeNames } from "./module_serve.ts";
import { notFound, page, problem, visitor } from "./respond.ts";
import { sayIn } from "./text/phrases.ts";
import { texts } from "./text/texts.ts";

export function configPages({ auth, state, modules }: ModulePagesOptions) {
  return new Hono<AuthEnv>()
    .get("/config", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      if (user.role !== "administrator") return onlyFor(c, user);
      const { cluster } = await state();
      const names = await modules();
      const wanted = c.req.query("module");
      if (wanted !== undefined && !names.includes(wanted)) {
        return notFound(c, user, "noModule");
      }
      const module = wanted ?? names[0] ?? null;
      return page(c, ConfigPage({ user, cluster, modules: names, module }));
    })
    .get("/config/cluster", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      if (user.role !== "administrator") return onlyFor(c, user);
      const { cluster, nodes } = await state();
      return page(
        c,
        ClusterConfigPage({ user, cluster, nodes: nodeNames(nodes) }),
      );
    })
    .get("/config/new", async (c) => {
      const { user, away } = await visitor(c, auth);
      if (!user) return away;
      if (user.role !== "administrator") return onlyFor(c, user);
      const { cluster } = await state();
      const wanted = c.req.query("template");
      const name = c.req.query("name") ?? "";
      const templates = builtInModules();
      const said = texts(user.language).problems;
      const show = (template: Template | null, why: string | null) =>
        page(
          c,
          NewModulePage({ user, cluster, templates, template, problem: why }),
          why ? 400 : 200,
        );
      if (wanted === undefined) return show(null, null);
      const folder = builtInFolder(wanted);
      const bad = moduleName.safeParse(name).error?.issues[0]?.message;
      if (folder === null || bad !== undefined) {
        const why = bad && sayIn(user.language)(bad);
        return show(null, why ?? said.noTemplate);
      }
      if ((await modules()).includes(name)) {
        return show(null, said.moduleExists(name));
      }
      return show({ name, files: await templateFiles(folder, name) }, null);
    });
}

function onlyFor(
  c: Parameters<typeof problem>[0],
  user: Parameters<typeof problem>[3],
) {
  return problem(c, 403, (t) => ({
    title: t.notForYou,
    message: t.onlyAdministrators,
  }), user);
}

/** All text: templates are ours. */
async function templateFiles(folder: string, name: string) {
  const files = await readFolder(folder);
  return files.map(({ path, content }) => {
    const text = new TextDecoder().decode(content);
    return {
      path,
      executable: path.startsWith("bin/"),
      encoding: "text",
      content: path === "module.yaml" ? named(text, name) : text,
    };
  });
}

function named(text: string, name: string): string {
  const document = parseDocument(text);
  document.set("name", name);
  return document.toString({ lineWidth: 0 });
}
