/** The last drill with its report, and the way to the next one: only a swap, for a power cut is made by hand. */
import { useEffect, useState } from "hono/jsx/dom";
import type { DrillRun } from "../../agent/drills.ts";
import type { DrillReport } from "../../k3s/drill/outcome.ts";
import type { Texts } from "../text/en.ts";
import { type Answer, ask, missedText, refusedText } from "./ask.ts";
import { Dialog } from "./dialog.tsx";
import { poll } from "./poll.ts";
import { say } from "./said.ts";

interface Told {
  readonly drill: DrillReport | null;
  readonly run: DrillRun | null;
}

const AGAIN_MS = 5000;

export function Drill({ nodes, begins, t }: {
  readonly nodes: readonly string[];
  /** Whether this person may begin one here. */
  readonly begins: boolean;
  readonly t: Texts;
}) {
  const [answers, setAnswers] = useState<readonly Answer<Told>[] | null>(null);
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const { drill } = t.support;

  async function load(): Promise<void> {
    setAnswers(
      await Promise.all(
        nodes.map((node) =>
          ask<Told>(`/api/drill?node=${encodeURIComponent(node)}`, {
            unasked: true,
          })
        ),
      ),
    );
  }
  useEffect(() => poll(load, AGAIN_MS), []);

  async function begin(): Promise<void> {
    setAsking(false);
    const answer = await ask("/api/drill", { method: "POST", body: {} });
    setFailed(answer.ok ? null : refusedText(answer));
    await load();
  }

  const told = (answers ?? []).flatMap((answer) =>
    answer.ok ? answer.value : []
  );
  const missed = nodes.flatMap((node, index) => {
    const answer = answers?.[index];
    return answer?.ok === false ? missedText(node, answer) : [];
  });
  const [last] = told.flatMap((one) => one.drill ?? [])
    .toSorted((a, b) => a.date < b.date ? 1 : -1);
  const [run] = told.flatMap((one) => one.run ?? [])
    .toSorted((a, b) => a.began < b.began ? 1 : -1);
  return (
    <section class="pane" aria-labelledby="drill-title">
      <h2 id="drill-title">{drill.title}</h2>
      {answers === null
        ? <p class="quiet">{t.common.loading}</p>
        : last
        ? <DrillView report={last} t={t} />
        : missed.length === 0
        ? <p class="quiet">{drill.none}</p>
        : null}
      {[...new Set(missed)].map((why) => <p class="warning" key={why}>{why}
      </p>)}
      {run && !run.over
        ? (
          <div role="status">
            <p>{drill.running}</p>
            <pre tabindex={0} aria-label={drill.running}>
              {run.lines.map(say).join("\n")}
            </pre>
          </div>
        )
        : null}
      {run?.problem
        ? <p class="failed" role="alert">{drill.notDone(say(run.problem))}</p>
        : null}
      {begins
        ? (
          <>
            <p>{drill.text}</p>
            <p class="row">
              <button
                type="button"
                disabled={run !== undefined && !run.over}
                onClick={() => setAsking(true)}
              >
                {drill.begin}
              </button>
            </p>
          </>
        )
        : null}
      {failed ? <p class="failed" role="alert">{failed}</p> : null}
      {asking
        ? (
          <Dialog
            title={drill.question}
            cancel={t.common.cancel}
            confirm={drill.confirm}
            grave
            onYes={() => void begin()}
            onNo={() => setAsking(false)}
          >
            <p>{drill.cost}</p>
          </Dialog>
        )
        : null}
    </section>
  );
}

function DrillView({ report, t }: {
  readonly report: DrillReport;
  readonly t: Texts;
}) {
  const { drill } = t.support;
  const { acknowledged, lost, pauseSeconds, timeline, errors } = report;
  return (
    <>
      <p class={lost.length === 0 ? "done" : "failed"}>
        <b>
          {lost.length === 0
            ? drill.good(acknowledged, pauseSeconds)
            : drill.lost(lost.length, acknowledged)}
        </b>
      </p>
      <p>
        {drill.faults[report.fault]}: {report.from} → {report.to} ·{" "}
        <time>{report.date.slice(0, 16).replace("T", " ")} UTC</time>
      </p>
      <table class="figures">
        <tbody>
          {timeline.map(({ what, seconds }, index) => (
            <tr key={index}>
              <td>{`${seconds.toFixed(1)}\u00a0s`}</td>
              <td>{say(what)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {errors.length > 0
        ? (
          <p class="quiet">
            {drill.told} {errors.slice(0, 5).map(say).join(" · ")}
          </p>
        )
        : null}
    </>
  );
}
