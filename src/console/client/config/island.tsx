/** The configuration page: form, files, plan and history of a module, or of cluster.yaml. Every keystroke is checked by the agent, none is in force. */
import { useEffect, useMemo, useRef, useState } from "hono/jsx/dom";
import type { Applied, Change } from "../../../agent/module_changes.ts";
import type { Revision } from "../../../agent/config_history.ts";
import { ask, type Refusal, refusedText } from "../ask.ts";
import type { Texts } from "../../text/en.ts";
import { say } from "../said.ts";
import { bytes } from "../../../system/units.ts";
import {
  type Drafts,
  editsOf,
  inOrder,
  mistakeIn,
  type ModuleFile,
  sizeOf,
} from "./changes.ts";
import { valuesOf, withEntry, withValue } from "./document.ts";
import { Editor } from "./editor.tsx";
import { Form, type Schema } from "./form.tsx";
import { languageOf } from "./highlight.ts";
import { History } from "./history.tsx";
import { PlanView } from "./plan_view.tsx";
import { leave, takeTold, wordsOf } from "./told.ts";
import { Uninstall } from "./uninstall.tsx";

export interface ConfigIslandProps {
  /** Null: cluster.yaml, which is one file and goes to both nodes or to neither. */
  readonly module: string | null;
  readonly schema: Schema;
  readonly t: Texts;
  /** Files of a template: the module is not installed yet. */
  readonly template: readonly ModuleFile[] | null;
}

/** Typing goes on: the agent is asked when it rests. */
const REST_MS = 400;
const AGAIN_MS = 3000;
const PASSING = ["busy", "no-answer"];

type Verdict =
  | { readonly kind: "none" }
  | { readonly kind: "checking" }
  | { readonly kind: "plan"; readonly change: Change }
  | { readonly kind: "wrong"; readonly refusal: Refusal };

export function ConfigIsland(props: ConfigIslandProps) {
  const { module, schema, t, template } = props;
  const fresh = template !== null;
  const main = module === null ? "cluster.yaml" : "module.yaml";
  const [files, setFiles] = useState<readonly ModuleFile[]>(template ?? []);
  const [digest, setDigest] = useState("");
  const [revisions, setRevisions] = useState<readonly Revision[]>([]);
  const [drafts, setDrafts] = useState<Drafts>(new Map());
  const [open, setOpen] = useState(main);
  const [verdict, setVerdict] = useState<Verdict>({ kind: "none" });
  const [note, setNote] = useState("");
  const [done, setDone] = useState(takeTold);
  const [failed, setFailed] = useState<{ code: string; text: string } | null>(
    null,
  );
  const [busy, setBusy] = useState(false);
  const asked = useRef(0);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const base = module === null
    ? "/api/cluster/config"
    : `/api/modules/${encodeURIComponent(module)}/config`;

  /** `sent`: drafts that are in force now; what was typed since they were sent stays a draft. */
  async function load(sent: Drafts = new Map()): Promise<void> {
    if (fresh) return;
    const got = await ask<{ files: ModuleFile[]; digest: string }>(base);
    if (!got.ok) return setFailed({ code: got.code, text: refusedText(got) });
    // In one turn: a field that showed the old text for a moment would take what is typed then into it.
    setFiles(got.value.files);
    setDigest(got.value.digest);
    setDrafts((now) =>
      new Map([...now].filter(([path, text]) => sent.get(path) !== text))
    );
    const past = await ask<{ revisions: Revision[] }>(`${base}/history`);
    if (past.ok) setRevisions(past.value.revisions);
  }
  useEffect(() => void load(), []);

  const edits = useMemo(() => editsOf(files, drafts, { fresh }), [
    files,
    drafts,
  ]);
  useEffect(() => {
    if (files.length === 0) return;
    // Of many changes within one frame each comes here, and none has been cleaned up: only the last is asked about.
    clearTimeout(rest.current);
    const number = ++asked.current;
    setVerdict({ kind: "checking" });
    const look = async (unasked: boolean) => {
      const answer = await ask<Change>(`${base}/plan`, {
        method: "POST",
        body: { edits, base: digest },
        unasked,
      });
      // An older question's answer tells nothing of what is typed now.
      if (number !== asked.current) return;
      setVerdict(
        answer.ok
          ? { kind: "plan", change: answer.value }
          : { kind: "wrong", refusal: answer },
      );
      // What stands against it may be over in a moment: a module on its way, another person's change, a lost answer.
      const passing = answer.ok
        ? answer.value.refusal !== null
        : PASSING.includes(answer.code);
      if (passing) {
        rest.current = setTimeout(() => void look(true), AGAIN_MS);
      }
    };
    rest.current = setTimeout(() => void look(false), REST_MS);
    return () => clearTimeout(rest.current);
  }, [edits, digest]);
  // A tab that is closed by mistake takes what was typed with it.
  useEffect(() => {
    if (edits.length === 0 || fresh) return;
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", hold);
    return () => removeEventListener("beforeunload", hold);
  }, [edits.length > 0]);

  const file = files.find(({ path }) => path === open);
  const draft = drafts.get(open);
  const text = draft ?? file?.content ?? "";
  const isText = file === undefined || file.encoding === "text";
  const yaml = drafts.get(main) ??
    files.find(({ path }) => path === main)?.content ?? "";
  const values = useMemo(() => valuesOf(yaml), [yaml]);
  const refusal = verdict.kind === "wrong" ? verdict.refusal : null;
  const wrong = refusal && mistakeIn(refusal.message);
  const change = verdict.kind === "plan" ? verdict.change : null;

  function write(path: string, content: string | null): void {
    setDone(null);
    setFailed(null);
    setDrafts((before) => {
      const next = new Map(before);
      const original = files.find((one) => one.path === path);
      if (original?.content === content) next.delete(path);
      else if (!original && content === null) next.delete(path);
      else next.set(path, content);
      return next;
    });
  }

  async function apply(alone: boolean): Promise<void> {
    setBusy(true);
    const sent = drafts;
    const answer = await ask<Applied>(base, {
      method: "PUT",
      body: { edits, base: digest, note, ...alone ? { alone } : {} },
    });
    setBusy(false);
    if (!answer.ok) {
      return setFailed({ code: answer.code, text: refusedText(answer) });
    }
    told(answer.value, sent);
  }

  function told(applied: Applied, sent: Drafts): void {
    if (fresh) return leave(module ?? "", applied, t);
    setNote("");
    setFailed(null);
    setDone(wordsOf(applied, t, { waits: module === null }));
    void load(sent);
  }

  const names = inOrder([
    ...new Set([...files.map(({ path }) => path), ...drafts.keys()]),
  ]);
  return (
    <>
      {done ? <p class="note done" role="status">{done}</p> : null}
      {failed ? <p class="note failed" role="alert">{failed.text}</p> : null}
      <div class="config">
        <section class="pane" aria-labelledby="form-title">
          <h2 id="form-title">{t.config.form}</h2>
          {values
            ? (
              <Form
                kind={module === null ? "cluster" : "module"}
                schema={schema}
                values={values}
                t={t}
                onValue={(path, value) =>
                  write(main, withValue(yaml, path, value))}
                onEntry={(path, value) =>
                  write(main, withEntry(yaml, path, value))}
              />
            )
            : (
              <p class="failed">
                {files.length ? t.config.noForm(main) : t.common.loading}
              </p>
            )}
        </section>
        <div class="side">
          <section class="pane files" aria-labelledby="files-title">
            <header>
              <h2 id="files-title">{t.config.files}</h2>
              <label>
                <span class="hidden">{t.config.file}</span>
                <select
                  value={open}
                  onChange={(event: Event) =>
                    setOpen((event.target as HTMLSelectElement).value)}
                >
                  {names.map((path) => (
                    <option value={path} key={path} selected={path === open}>
                      {path}
                      {drafts.get(path) === null
                        ? ` – ${t.config.removed}`
                        : drafts.has(path)
                        ? ` – ${t.config.changed}`
                        : ""}
                    </option>
                  ))}
                </select>
              </label>
            </header>
            {isText
              ? (
                // A field of its own for each file: undo stays within it.
                <Editor
                  key={open}
                  label={open}
                  value={text}
                  language={languageOf(open, text)}
                  mistake={open === main ? wrong?.line ?? null : null}
                  onChange={(content) => write(open, content)}
                />
              )
              : (
                <p class="quiet">
                  {t.config.binary(bytes(sizeOf(file.content)))}
                </p>
              )}
            <p class={wrong ? "verdict failed" : "verdict"} role="status">
              {wrong
                ? (
                  <>
                    {wrong.line === null
                      ? null
                      : <b>{t.config.line(wrong.line, wrong.column ?? 1)}:</b>}
                    {" "}
                    {say(wrong.text)}
                  </>
                )
                : verdict.kind === "checking"
                ? t.config.checking
                : change
                ? t.config.good
                : ""}
            </p>
            <div class="row">
              {open === main ? null : (
                <button
                  type="button"
                  onClick={() =>
                    write(open, draft === null ? file?.content ?? "" : null)}
                >
                  {draft === null
                    ? t.config.restoreFile(open)
                    : t.config.removeFile(open)}
                </button>
              )}
              {module === null ? null : (
                <form
                  class="pair"
                  onSubmit={(event: Event) => {
                    event.preventDefault();
                    const form = event.target as HTMLFormElement;
                    const path = String(new FormData(form).get("path") ?? "");
                    if (path === "") return;
                    if (!names.includes(path)) write(path, "#!/bin/sh\n");
                    setOpen(path);
                    form.reset();
                  }}
                >
                  <label>
                    <span>{t.config.addFileName}</span>
                    <input
                      name="path"
                      autocomplete="off"
                      maxlength={200}
                      required
                    />
                  </label>
                  <button type="submit">{t.config.addFile}</button>
                </form>
              )}
            </div>
          </section>
          <section class="pane plan" aria-labelledby="plan-title">
            <h2 id="plan-title">{t.config.plan}</h2>
            {change
              ? <PlanView plan={change.plan} refusal={change.refusal} t={t} />
              : refusal
              // Where it is a mistake in the text, its line says what to do.
              ? (
                <p class="failed">
                  {wrong?.line ? say(wrong.text) : refusedText(refusal)}
                </p>
              )
              : <p class="quiet">{t.config.checking}</p>}
            <div class="row">
              <label class="grow">
                <span>{t.config.note}</span>
                <input
                  value={note}
                  maxlength={200}
                  onInput={(event: Event) =>
                    setNote((event.target as HTMLInputElement).value)}
                />
              </label>
              <button
                type="button"
                disabled={edits.length === 0 || fresh}
                onClick={() => {
                  setDrafts(new Map());
                  setFailed(null);
                }}
              >
                {t.config.discard}
              </button>
              <button
                type="button"
                class="primary apply"
                disabled={busy || change === null || change.plan.how === null ||
                  change.refusal !== null}
                onClick={() => void apply(false)}
              >
                {fresh ? t.config.create : t.config.apply}
              </button>
              {failed?.code === "peer-away"
                ? (
                  <button
                    type="button"
                    class="grave"
                    disabled={busy}
                    onClick={() => void apply(true)}
                  >
                    {t.config.applyAlone}
                  </button>
                )
                : null}
            </div>
          </section>
        </div>
      </div>
      {fresh ? null : (
        <>
          <History
            base={base}
            revisions={revisions}
            newest={module === null ? t.clusterConfig.newest : t.config.now}
            t={t}
            // What is typed was not sent: it stays.
            onDone={(applied) => told(applied, new Map())}
          />
          {module === null ? null : <Uninstall module={module} t={t} />}
        </>
      )}
    </>
  );
}
