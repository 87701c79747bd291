/** Save the module as a file, or take it off both nodes: before it is done, and after it, with the nodes' names. */
import { useState } from "hono/jsx/dom";
import type { ClusterState } from "../../../api/state.ts";
import type { Texts } from "../../text/en.ts";
import { answers } from "../../view.ts";
import { ask, refusedText } from "../ask.ts";
import { Dialog } from "../dialog.tsx";
import { leftOn } from "./told.ts";

export function Uninstall({ module, t }: {
  readonly module: string;
  readonly t: Texts;
}) {
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  /** When it was asked; null: not known. */
  const [state, setState] = useState<ClusterState | null>(null);
  const [removed, setRemoved] = useState<readonly string[] | null>(null);
  const path = `/api/modules/${encodeURIComponent(module)}`;

  async function begin(): Promise<void> {
    setAsking(true);
    const answer = await ask<ClusterState>("/api/state");
    if (answer.ok) setState(answer.value);
  }

  async function remove(): Promise<void> {
    setFailed(null);
    const answer = await ask<{ removed: string[] }>(path, { method: "DELETE" });
    if (answer.ok) setRemoved(answer.value.removed);
    else setFailed(refusedText(answer));
  }

  if (removed) {
    const left = state && leftOn(module, state, removed);
    const goOn = () => location.assign("/config");
    return (
      <Dialog
        title={t.config.uninstalled(module, removed.join(", "))}
        cancel={t.login.goOn}
        onYes={goOn}
        onNo={goOn}
      >
        <p>{left ? t.config.stillOn(left, module) : t.config.uninstalledAll}</p>
      </Dialog>
    );
  }

  const away = state?.nodes.find((node) => !answers(node))?.name;
  return (
    <div class="row end">
      <a class="button" href={`${path}/archive`} download={`${module}.tar`}>
        {t.config.export}
      </a>
      <button type="button" onClick={() => void begin()}>
        {t.config.uninstall}
      </button>
      {asking
        ? (
          <Dialog
            title={t.config.uninstallTitle(module)}
            cancel={t.common.cancel}
            confirm={t.config.uninstall}
            grave
            typed={{ word: module, label: t.config.uninstallType(module) }}
            onYes={() => void remove()}
            onNo={() => {
              setAsking(false);
              setFailed(null);
            }}
          >
            <p>{t.config.uninstallCost}</p>
            {away ? <p class="failed">{t.config.uninstallAway(away)}</p> : null}
            {failed ? <p class="failed" role="alert">{failed}</p> : null}
          </Dialog>
        )
        : null}
    </div>
  );
}
