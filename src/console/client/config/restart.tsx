/** Agents that begin again one after the other, for a cluster.yaml that lies there: asked, done by one request after the other, told. */
import { useState } from "hono/jsx/dom";
import { LateError, restartAll } from "../../../api/rolling.ts";
import type { UpgradeInfo } from "../../../api/schemas.ts";
import type { ClusterState } from "../../../api/state.ts";
import {
  type RestartQuestion,
  restartQuestion,
  stepWords,
  waitWords,
} from "../../restart_question.ts";
import type { Texts } from "../../text/en.ts";
import { type Answer, ask, refusedText } from "../ask.ts";
import { Dialog } from "../dialog.tsx";

/** A swap waits for the module's scripts. */
const SWAP_MS = 11 * 60_000;

export function Restart({ waiting, t, onEnd }: {
  /** Nodes whose agents do not run by what lies there. */
  readonly waiting: readonly string[];
  readonly t: Texts;
  readonly onEnd: () => Promise<void>;
}) {
  const [question, setQuestion] = useState<RestartQuestion | null>(null);
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<readonly string[]>([]);
  const [failed, setFailed] = useState<string | null>(null);
  const words = t.clusterConfig.restart;

  async function begin(): Promise<void> {
    setTold([]);
    setFailed(null);
    const now = await ask<ClusterState>("/api/state");
    if (!now.ok) return setFailed(refusedText(now));
    setQuestion(restartQuestion(now.value, waiting, words));
  }

  async function restart(nodes: readonly string[]): Promise<void> {
    setQuestion(null);
    setBusy(true);
    try {
      await restartAll(nodes, {
        state: () => must(ask<ClusterState>("/api/state")),
        info: (node) =>
          must(
            ask<UpgradeInfo>(`/api/upgrade?node=${encodeURIComponent(node)}`),
          ),
        swap: (module, node) =>
          must(ask(`/api/modules/${module}/swap`, {
            method: "POST",
            body: { node, wait: true },
            timeoutMs: SWAP_MS,
          })),
        restart: (node) =>
          must(ask("/api/restart", { method: "POST", body: { node } })),
        say: (step) => setTold((lines) => [...lines, stepWords(step, words)]),
      });
      setTold((lines) => [...lines, words.done]);
    } catch (error) {
      setFailed(
        error instanceof LateError
          ? words.late(waitWords(error.wait, words.steps), error.minutes)
          : error instanceof Error
          ? error.message
          : String(error),
      );
    }
    setBusy(false);
    await onEnd();
  }

  return (
    <>
      {waiting.length > 0 || busy
        ? (
          <p class="row">
            <button
              type="button"
              disabled={busy}
              onClick={() => void begin()}
            >
              {words.button}
            </button>
          </p>
        )
        : null}
      {told.length > 0
        ? (
          <ol class="plain" role="status">
            {told.map((line, index) => <li key={index}>{line}</li>)}
          </ol>
        )
        : null}
      {failed ? <p class="failed" role="alert">{failed}</p> : null}
      {question
        ? (
          <Dialog
            title={question.refusal
              ? words.refused
              : words.title(question.nodes.join(", "))}
            cancel={question.refusal ? words.close : t.common.cancel}
            {...question.refusal ? {} : { confirm: words.confirm }}
            grave
            onYes={() => void restart(question.refusal ? [] : question.nodes)}
            onNo={() => setQuestion(null)}
          >
            {(question.refusal ?? question.lines).map((line, index) => (
              <p key={index}>{line}</p>
            ))}
          </Dialog>
        )
        : null}
    </>
  );
}

async function must<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked;
  if (answer.ok) return answer.value;
  throw new Error(refusedText(answer));
}
