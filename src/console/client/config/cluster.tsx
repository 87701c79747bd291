/** The page of cluster.yaml: how it stands on each node, what differs, and the editor with plan and history as modules have it. */
import { useEffect, useState } from "hono/jsx/dom";
import type {
  ClusterApplied,
  ClusterChange,
} from "../../../agent/cluster_config.ts";
import type { DiffLine } from "../../../module/diff.ts";
import type { Texts } from "../../text/en.ts";
import { ask, refusedText } from "../ask.ts";
import { poll } from "../poll.ts";
import type { ModuleFile } from "./changes.ts";
import type { Schema } from "./form.tsx";
import { ConfigIsland } from "./island.tsx";
import { DiffLines } from "./plan_view.tsx";
import { Restart } from "./restart.tsx";
import { wordsOf } from "./told.ts";

export interface ClusterConfigProps {
  /** This node first. */
  readonly nodes: readonly string[];
  readonly schema: Schema;
  readonly t: Texts;
}

const AGAIN_MS = 10_000;
const PATH = "/api/cluster/config";

interface Standing {
  readonly node: string;
  /** A text: why it is not known. */
  readonly found: string | {
    readonly digest: string;
    readonly files: readonly ModuleFile[];
    readonly inForce: boolean;
  };
}

export function ClusterConfig({ nodes, schema, t }: ClusterConfigProps) {
  return (
    <>
      <StandingView nodes={nodes} t={t} />
      <ConfigIsland module={null} schema={schema} template={null} t={t} />
    </>
  );
}

function StandingView({ nodes, t }: Omit<ClusterConfigProps, "schema">) {
  const [standings, setStandings] = useState<readonly Standing[] | null>(null);
  const [lines, setLines] = useState<readonly DiffLine[]>([]);
  const [told, setTold] = useState<{ ok: boolean; text: string } | null>(null);
  const { clusterConfig } = t;

  async function load(): Promise<void> {
    const all = await Promise.all(nodes.map(look));
    setStandings(all);
    const [mine, theirs] = all;
    setLines(
      mine && theirs && differ(mine, theirs) ? await difference(theirs) : [],
    );
  }
  useEffect(() => poll(load, AGAIN_MS), []);

  async function level(): Promise<void> {
    const answer = await ask<ClusterApplied>(PATH, {
      method: "PUT",
      body: { edits: [] },
    });
    setTold(
      answer.ok
        ? { ok: true, text: wordsOf(answer.value, t, { waits: true }) }
        : { ok: false, text: refusedText(answer) },
    );
    await load();
  }

  const [mine, theirs] = standings ?? [];
  const waiting = (standings ?? []).filter(({ found }) =>
    typeof found !== "string" && !found.inForce
  );
  return (
    <section class="pane" aria-labelledby="standing-title">
      <h2 id="standing-title">{clusterConfig.standing}</h2>
      {standings === null
        ? <p class="quiet">{t.common.loading}</p>
        : (
          <ul class="plain">
            {standings.map(({ node, found }) => (
              <li key={node}>
                <b>{node}</b> {typeof found === "string"
                  ? <span class="failed">{found}</span>
                  : found.inForce
                  ? clusterConfig.inForce
                  : <span class="warning">{clusterConfig.waits(node)}</span>}
              </li>
            ))}
          </ul>
        )}
      {mine && theirs && differ(mine, theirs)
        ? (
          <>
            <p class="failed">
              {clusterConfig.differs(mine.node, theirs.node)}
            </p>
            <DiffLines
              lines={lines}
              label={clusterConfig.differs(mine.node, theirs.node)}
            />
            <p class="row">
              <button type="button" onClick={() => void level()}>
                {clusterConfig.level(mine.node, theirs.node)}
              </button>
            </p>
          </>
        )
        : (
          <Restart
            waiting={waiting.map(({ node }) => node)}
            t={t}
            onEnd={load}
          />
        )}
      {told
        ? (
          <p
            class={told.ok ? "done" : "failed"}
            role={told.ok ? "status" : "alert"}
          >
            {told.text}
          </p>
        )
        : null}
    </section>
  );
}

async function look(node: string): Promise<Standing> {
  const answer = await ask<Exclude<Standing["found"], string>>(
    `${PATH}?node=${encodeURIComponent(node)}`,
    { unasked: true },
  );
  return { node, found: answer.ok ? answer.value : refusedText(answer) };
}

function differ({ found: mine }: Standing, { found: theirs }: Standing) {
  return typeof mine !== "string" && typeof theirs !== "string" &&
    mine.digest !== theirs.digest;
}

/** From this node's to the other's, by a plan that nobody applies; none where that one's cannot be read. */
async function difference({ found }: Standing): Promise<readonly DiffLine[]> {
  const content = typeof found === "string" ? "" : found.files[0]?.content;
  const answer = await ask<ClusterChange>(`${PATH}/plan`, {
    method: "POST",
    body: { edits: [{ path: "cluster.yaml", content }] },
    unasked: true,
  });
  return answer.ok ? answer.value.plan.files[0]?.lines ?? [] : [];
}
