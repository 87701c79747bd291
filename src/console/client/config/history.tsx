/** The last ten configurations, and the way back to one: its plan is shown before anything is done. */
import { useState } from "hono/jsx/dom";
import type { Applied, Change } from "../../../agent/module_changes.ts";
import type { Revision } from "../../../agent/config_history.ts";
import type { Texts } from "../../text/en.ts";
import { ask, type Refusal, refusedText } from "../ask.ts";
import { Dialog } from "../dialog.tsx";
import { say } from "../said.ts";
import { PlanView } from "./plan_view.tsx";

export function History({ base, revisions, newest, t, onDone }: {
  readonly base: string;
  readonly revisions: readonly Revision[];
  /** What is said of the first of them. */
  readonly newest: string;
  readonly t: Texts;
  readonly onDone: (applied: Applied) => void;
}) {
  const [wanted, setWanted] = useState<number | null>(null);
  const [change, setChange] = useState<Change | null>(null);
  const [failed, setFailed] = useState<Refusal | null>(null);

  async function look(number: number): Promise<void> {
    setFailed(null);
    setChange(null);
    setWanted(number);
    const answer = await ask<Change>(`${base}/plan`, {
      method: "POST",
      body: { revision: number },
    });
    if (answer.ok) setChange(answer.value);
    else setFailed(answer);
  }

  async function back(alone: boolean): Promise<void> {
    const answer = await ask<Applied>(`${base}/rollback`, {
      method: "POST",
      body: { revision: wanted, ...alone ? { alone } : {} },
    });
    if (!answer.ok) return setFailed(answer);
    setWanted(null);
    onDone(answer.value);
  }

  return (
    <section class="pane history" aria-labelledby="history-title">
      <h2 id="history-title">{t.config.history}</h2>
      {revisions.length === 0 ? <p class="quiet">{t.config.noHistory}</p> : (
        <ol>
          {revisions.map(({ number, at, by, note }, index) => (
            <li key={number}>
              <b>{number}</b>
              <span>
                {note}
                <small>
                  <time datetime={at}>
                    {at.slice(0, 19).replace("T", " ")}
                  </time>{" "}
                  {t.config.by(say(by))}
                </small>
              </span>
              {index === 0
                ? <em>{newest}</em>
                : (
                  <button type="button" onClick={() => void look(number)}>
                    {t.config.rollBack(number)}
                  </button>
                )}
            </li>
          ))}
        </ol>
      )}
      {wanted === null ? null : (
        <Dialog
          title={t.config.rollBackPlan(wanted)}
          cancel={t.common.cancel}
          confirm={t.config.apply}
          disabled={change === null || change.plan.how === null ||
            change.refusal !== null}
          onYes={() => void back(false)}
          onNo={() => setWanted(null)}
        >
          {failed
            ? <p class="failed" role="alert">{refusedText(failed)}</p>
            : null}
          {failed?.code === "peer-away" && change
            ? (
              <button
                type="button"
                class="grave"
                onClick={() => void back(true)}
              >
                {t.config.applyAlone}
              </button>
            )
            : null}
          {change
            ? <PlanView plan={change.plan} refusal={change.refusal} t={t} />
            : failed
            ? null
            : <p>{t.config.checking}</p>}
        </Dialog>
      )}
    </section>
  );
}
