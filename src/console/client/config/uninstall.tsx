/** Save the module as a file, or take it off both nodes. */
import { useState } from "hono/jsx/dom";
import type { Texts } from "../../text/en.ts";
import { ask, refusedText } from "../ask.ts";
import { Dialog } from "../dialog.tsx";

export function Uninstall({ module, t }: {
  readonly module: string;
  readonly t: Texts;
}) {
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const path = `/api/modules/${encodeURIComponent(module)}`;

  async function remove(): Promise<void> {
    const answer = await ask(path, { method: "DELETE" });
    if (answer.ok) location.assign("/config");
    else setFailed(refusedText(answer));
  }

  return (
    <div class="row end">
      <a class="button" href={`${path}/archive`} download={`${module}.tar`}>
        {t.config.export}
      </a>
      <button type="button" onClick={() => setAsking(true)}>
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
            {failed ? <p class="failed" role="alert">{failed}</p> : null}
          </Dialog>
        )
        : null}
    </div>
  );
}
