/** What a node alone wrote to a module before it yielded: how much, which files, a download, and its removal. */
import { useEffect, useState } from "hono/jsx/dom";
import { bytes } from "../../system/units.ts";
import { keptCopy } from "../kept_copies.ts";
import type { Texts } from "../text/en.ts";
import { ask, refusedText } from "./ask.ts";
import { Dialog } from "./dialog.tsx";
import { poll } from "./poll.ts";

interface Salvage {
  readonly name: string;
  readonly bytes: number | null;
  readonly asides?: readonly string[];
}

const AGAIN_MS = 10_000;
/** Millions of files. */
const DROP_MS = 10 * 60_000;

export function Salvaged({ module, node, administers, t }: {
  readonly module: string;
  readonly node: string;
  readonly administers: boolean;
  readonly t: Texts;
}) {
  const [found, setFound] = useState<readonly Salvage[] | string>([]);
  const [shown, setShown] = useState<{ name: string; text: string } | null>(
    null,
  );
  const [wish, setWish] = useState<Salvage | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { salvage } = t.kept;
  const all = `/api/modules/${encodeURIComponent(module)}/salvage`;
  const query = `?node=${encodeURIComponent(node)}`;

  async function load(): Promise<void> {
    const answer = await ask<{ salvages: Salvage[] }>(`${all}${query}`, {
      unasked: true,
    });
    setFound(answer.ok ? answer.value.salvages : refusedText(answer));
  }
  useEffect(() => poll(load, AGAIN_MS), []);

  async function show(name: string): Promise<void> {
    if (shown?.name === name) return setShown(null);
    setFailed(null);
    const answer = await ask<{ text: string }>(`${all}/${name}${query}`);
    if (answer.ok) setShown({ name, text: answer.value.text });
    else setFailed(refusedText(answer));
  }

  async function drop(name: string): Promise<void> {
    setWish(null);
    setBusy(true);
    setFailed(null);
    const answer = await ask(`${all}/${name}${query}`, {
      method: "DELETE",
      timeoutMs: DROP_MS,
    });
    setBusy(false);
    if (!answer.ok) setFailed(refusedText(answer));
    await load();
  }

  return (
    <div class="reason">
      <p>{salvage.told(module, node)}</p>
      {administers ? null : <p>{salvage.askAdministrator}</p>}
      {failed ? <p class="failed" role="alert">{failed}</p> : null}
      {typeof found === "string" ? <p class="quiet">{found}</p> : null}
      <ul class="plain">
        {(typeof found === "string" ? [] : found).map((
          { name, ...kept },
        ) => (
          <li key={name}>
            <time>{keptCopy(name).at ?? name}</time> UTC · {extent(kept, t)}
            {administers
              ? (
                <p class="row">
                  <button
                    type="button"
                    aria-expanded={shown?.name === name ? "true" : "false"}
                    onClick={() => void show(name)}
                  >
                    {salvage.show}
                  </button>
                  <a
                    class="button"
                    href={`${all}/${name}/archive${query}`}
                    download={`${module}-${node}-${name}.tar`}
                  >
                    {salvage.download}
                  </a>
                  <button
                    type="button"
                    disabled={busy}
                    onClick={() => setWish({ name, ...kept })}
                  >
                    {salvage.drop}
                  </button>
                </p>
              )
              : null}
            {shown?.name === name
              ? <pre tabindex={0} aria-label={salvage.show}>{shown.text}</pre>
              : null}
          </li>
        ))}
      </ul>
      {wish
        ? (
          <Dialog
            title={wish.asides ? salvage.note.title(node) : salvage.title(node)}
            cancel={t.common.cancel}
            confirm={wish.asides ? salvage.note.confirm : salvage.confirm}
            grave
            typed={{ word: module, label: salvage.type(module) }}
            onYes={() => void drop(wish.name)}
            onNo={() => setWish(null)}
          >
            <p>{cost(wish, t)}</p>
          </Dialog>
        )
        : null}
    </div>
  );
}

/** How much it is; where all of it was set aside, where that stands. */
export function extent(
  { bytes: size, asides }: Omit<Salvage, "name">,
  t: Texts,
): string {
  const { note, size: sized } = t.kept.salvage;
  if (asides) return note.where(asides.join(", "));
  return size === null ? t.kept.notCounted : sized(bytes(size));
}

/** What its removal costs: of a copy that was set aside only the note goes. */
export function cost({ name, asides }: Salvage, t: Texts): string {
  const at = keptCopy(name).at ?? name;
  const { note, cost } = t.kept.salvage;
  return asides ? note.cost(at, asides.join(", ")) : cost(at);
}
