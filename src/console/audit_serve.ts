/** Routes of the audit page: for administrators. */
import { type Context, Hono } from "hono";
import type { AuditEntry } from "../api/audit.ts";
import type { Auth, AuthEnv } from "../api/auth.ts";
import type { ClusterState } from "../api/state.ts";
import {
  type AuditFilter,
  AuditPage,
  isFilter,
  RESULTS,
} from "./audit_page.tsx";
import {
  needs,
  notFound,
  page,
  problem,
  refusedText,
  visitor,
} from "./respond.ts";

export interface AuditServeOptions {
  readonly auth: Auth;
  readonly state: () => ClusterState | Promise<ClusterState>;
  /** The newest entries of that node, oldest first. */
  readonly audit: (
    node: string,
    lines: number,
  ) => Promise<readonly AuditEntry[]>;
}

const SHOWN_ENTRIES = 500;
/** As many as the API gives at once; only where something is looked for, for they all cross from the other node. */
const SEARCHED_ENTRIES = 10_000;

export function auditPages({ auth, state, audit }: AuditServeOptions) {
  /** What was asked for, or the refusal. */
  async function look(c: Context<AuthEnv>, { saves = false } = {}) {
    const { user, away } = await visitor(c, auth);
    if (!user) return { answer: away };
    const refusal = needs(c, user, "administrator");
    if (refusal) return { answer: refusal };
    const { cluster, nodes } = await state();
    const wanted = c.req.query("node");
    const node = nodes.find(({ name, local }) =>
      wanted ? name === wanted : local
    );
    if (!node) return { answer: notFound(c, user, "noNode") };
    const filter: AuditFilter = {
      text: (c.req.query("text") ?? "").slice(0, 100),
      result: RESULTS.find((word) => word === c.req.query("result")) ?? "",
    };
    let entries: readonly AuditEntry[] = [];
    let why: string | null = null;
    try {
      const most = saves || isFilter(filter) ? SEARCHED_ENTRIES : SHOWN_ENTRIES;
      entries = (await audit(node.name, most))
        .filter((entry) => passes(entry, filter));
    } catch (error) {
      why = refusedText(c, error);
    }
    const names = nodes.map(({ name }) => name);
    return {
      seen: { user, cluster, node: node.name, nodes: names, filter, entries },
      why,
    };
  }

  return new Hono<AuthEnv>()
    .get("/audit", async (c) => {
      const { seen, why, answer } = await look(c);
      if (!seen) return answer;
      return page(
        c,
        AuditPage({
          ...seen,
          entries: seen.entries.slice(-SHOWN_ENTRIES).reverse(),
          found: seen.entries.length,
          problem: why,
        }),
      );
    })
    .get("/audit/save", async (c) => {
      const { seen, why, answer } = await look(c, { saves: true });
      if (!seen) return answer;
      const { node, entries, user } = seen;
      if (why !== null) {
        return problem(c, 404, (t) => ({ title: t.noLog, message: why }), user);
      }
      const lines = entries.map(({ at, who, from, result, what, detail }) =>
        [at, result, who, from, what, detail].join("\t").trimEnd()
      );
      return c.text(lines.join("\n") + "\n", 200, {
        "content-disposition": `attachment; filename="${node}-audit.txt"`,
        "cache-control": "no-store",
      });
    });
}

function passes(entry: AuditEntry, { text, result }: AuditFilter): boolean {
  if (result !== "" && entry.result !== result) return false;
  const { at, who, from, what, detail } = entry;
  return [at, who, from, what, detail].join(" ").toLowerCase()
    .includes(text.trim().toLowerCase());
}
