/** What is kept beside a module's data: point-in-time copies on both nodes, and what a node alone wrote before it yielded. */
import { useEffect, useState } from "hono/jsx/dom";
import { runsOn, servesOn, takesOn } from "../../api/copy_places.ts";
import { bytes } from "../../system/units.ts";
import type { ClusterState, NodeState } from "../../api/state.ts";
import type { UserRole } from "../../api/users.ts";
import { keptCopy } from "../kept_copies.ts";
import type { Texts } from "../text/en.ts";
import { answers } from "../view.ts";
import { ask, refusedText } from "./ask.ts";
import { Dialog } from "./dialog.tsx";
import { poll } from "./poll.ts";
import { Salvaged } from "./salvaged.tsx";

export interface KeptProps {
  readonly module: string;
  readonly role: UserRole;
  readonly t: Texts;
}

interface Copy {
  readonly name: string;
  /** Missing: the other node's agent is of an earlier version. */
  readonly bytes?: number | null;
}
type Names = readonly Copy[];
interface Wish {
  readonly action: "restore" | "drop";
  readonly node: string;
  readonly name: string;
}
interface Note {
  readonly kind: "asked" | "done" | "failed";
  readonly text: string;
}

const AGAIN_MS = 10_000;
/** A stopped node takes its time for millions of files. */
const PATIENCE_MS = 10 * 60_000;

export function Kept({ module, role, t }: KeptProps) {
  const [state, setState] = useState<ClusterState | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  /** By node; a text: why they are not known. */
  const [found, setFound] = useState<ReadonlyMap<string, Names | string>>(
    new Map(),
  );
  const [wish, setWish] = useState<Wish | null>(null);
  const [note, setNote] = useState<Note | null>(null);
  const [busy, setBusy] = useState(false);
  const { kept } = t;
  const base = `/api/modules/${encodeURIComponent(module)}/copies`;

  async function load(): Promise<void> {
    const now = await ask<ClusterState>("/api/state", { unasked: true });
    if (!now.ok) return setFailed(refusedText(now));
    const entries = await Promise.all(
      now.value.nodes.map(async (node) =>
        [node.name, await look(node, now.value)] as const
      ),
    );
    setFailed(null);
    setState(now.value);
    setFound(new Map(entries));
  }
  useEffect(() => poll(load, AGAIN_MS), []);

  async function look(
    node: NodeState,
    state: ClusterState,
  ): Promise<Names | string> {
    if (!answers(node)) return kept.silent(node.name);
    if (servesOn(state, node.name, module)) return kept.serves(node.name);
    const answer = await ask<{ copies: Names }>(
      `${base}?node=${encodeURIComponent(node.name)}`,
      { unasked: true },
    );
    return answer.ok ? answer.value.copies : refusedText(answer);
  }

  /** One change; `say`: what came of it. */
  async function act<T>(
    path: string,
    { method, body }: { method: "POST" | "DELETE"; body?: unknown },
    say: (value: T) => string,
  ): Promise<void> {
    setBusy(true);
    setNote({ kind: "asked", text: kept.busy });
    const answer = await ask<T>(path, { method, body, timeoutMs: PATIENCE_MS });
    setBusy(false);
    setNote(
      answer.ok
        ? { kind: "done", text: say(answer.value) }
        : { kind: "failed", text: refusedText(answer) },
    );
    await load();
  }

  function take(node: string, form: HTMLFormElement): void {
    const keep = Number(new FormData(form).get("keep"));
    void act<{ name: string }>(
      base,
      { method: "POST", body: { node, ...keep > 0 ? { keep } : {} } },
      ({ name }) => kept.taken(name, module, node),
    );
  }

  function change({ action, node, name }: Wish): void {
    setWish(null);
    if (action === "drop") {
      void act(
        `${base}/${name}?node=${encodeURIComponent(node)}`,
        { method: "DELETE" },
        () => kept.dropped(name, node),
      );
      return;
    }
    void act<{ name: string }>(
      `${base}/${name}/restore`,
      { method: "POST", body: { node } },
      (before) => kept.restored(name, module, node, before.name),
    );
  }

  if (state === null) {
    return failed
      ? <p class="failed" role="alert">{failed}</p>
      : <p class="quiet">{t.common.loading}</p>;
  }
  const beside = takesOn(state, module);
  const runs = runsOn(state, module);
  const stopped = runs === null || runs.role === null;
  // Two histories may come of it, and nobody here can tell.
  const mayServe = stopped && wish?.action === "restore"
    ? runs?.node ?? null
    : null;
  return (
    <>
      {note
        ? (
          <p
            class={`note ${note.kind}`}
            role={note.kind === "failed" ? "alert" : "status"}
          >
            {note.text}
          </p>
        )
        : null}
      {failed ? <p class="failed" role="alert">{failed}</p> : null}
      {role === "viewer"
        ? null
        : (
          <section class="pane" aria-labelledby="take-title">
            <h2 id="take-title">{kept.takeTitle}</h2>
            <p>{kept.takeText}</p>
            {beside === null
              ? <p class="quiet">{kept.nowhere(module)}</p>
              : (
                <form
                  class="row"
                  onSubmit={(event: Event) => {
                    event.preventDefault();
                    take(beside, event.target as HTMLFormElement);
                  }}
                >
                  {role === "administrator"
                    ? (
                      <label>
                        <span>{kept.keep}</span>
                        <input type="number" name="keep" min={1} max={1000} />
                      </label>
                    )
                    : null}
                  <button type="submit" disabled={busy}>
                    {kept.take(beside)}
                  </button>
                </form>
              )}
          </section>
        )}
      <p class="quiet">{kept.sizes}</p>
      {state.nodes.map(({ name: node, modules }) => (
        <section class="pane history" key={node} aria-labelledby={`on-${node}`}>
          <h2 id={`on-${node}`}>{kept.on(node)}</h2>
          <NodeCopies
            names={found.get(node) ?? []}
            // Not offered where it would be refused, and said why.
            restores={stopped && role === "administrator"}
            drops={role === "administrator"}
            busy={busy}
            t={t}
            onWish={(action, name) =>
              setWish({ action, node, name })}
          />
          {modules.some(({ name, salvage }) =>
              name === module && salvage !== null
            )
            ? (
              <Salvaged
                module={module}
                node={node}
                administers={role === "administrator"}
                t={t}
              />
            )
            : null}
        </section>
      ))}
      {runs && runs.role !== null && role === "administrator"
        ? <p class="quiet">{kept.runs(module, runs.role, runs.node)}</p>
        : null}
      {wish
        ? (
          <Dialog
            title={kept.questions[wish.action].title(wish.name)}
            cancel={t.common.cancel}
            confirm={kept.questions[wish.action].confirm}
            grave
            {...mayServe === null
              ? {}
              : { typed: { word: wish.node, label: t.asked.type(wish.node) } }}
            onYes={() => change(wish)}
            onNo={() => setWish(null)}
          >
            <p>{kept.questions[wish.action].cost(module, wish.node)}</p>
            {mayServe === null
              ? null
              : <p>{kept.questions.restore.mayServe(module, mayServe)}</p>}
          </Dialog>
        )
        : null}
    </>
  );
}

export function NodeCopies(
  { names, restores, drops, busy, t: { kept }, onWish }: {
    readonly names: Names | string;
    readonly restores: boolean;
    readonly drops: boolean;
    readonly busy: boolean;
    readonly t: Texts;
    readonly onWish: (action: Wish["action"], name: string) => void;
  },
) {
  if (typeof names === "string") return <p class="quiet">{names}</p>;
  if (names.length === 0) return <p class="quiet">{kept.none}</p>;
  return (
    <ol>
      {names.map((copy) => ({ ...keptCopy(copy.name), size: copy.bytes }))
        .toReversed().map(({ name, kind, at, size }) => (
          <li key={name}>
            <span>
              {at === null ? null : (
                <>
                  <time>{at}</time> UTC ·{" "}
                </>
              )}
              {kept.kinds[kind]}
              {size === undefined
                ? null
                : ` · ${size === null ? kept.notCounted : bytes(size)}`}
              <small>{name}</small>
            </span>
            {restores
              ? (
                <button
                  type="button"
                  aria-label={`${kept.restore}: ${name}`}
                  disabled={busy}
                  onClick={() => onWish("restore", name)}
                >
                  {kept.restore}
                </button>
              )
              : null}
            {drops
              ? (
                <button
                  type="button"
                  aria-label={`${kept.drop}: ${name}`}
                  disabled={busy}
                  onClick={() => onWish("drop", name)}
                >
                  {kept.drop}
                </button>
              )
              : null}
          </li>
        ))}
    </ol>
  );
}
