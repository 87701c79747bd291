/** The living cluster page: draws each state, asks before it acts, says what came of it. */
import { useEffect, useRef, useState } from "hono/jsx/dom";
import type { ClusterState } from "../../api/state.ts";
import type { UserRole } from "../../api/users.ts";
import { ClusterView } from "../cluster_view.tsx";
import { isSwitch, orderOf, question, type Wish } from "../question.ts";
import type { Texts } from "../text/en.ts";
import { told } from "../text/speech.ts";
import { answers, headline } from "../view.ts";
import { ask, type Refusal, refusedText } from "./ask.ts";
import { Dialog } from "./dialog.tsx";
import { follow } from "./live.ts";
import * as pursuit from "./pursuit.ts";
import { say } from "./said.ts";

export interface IslandProps {
  readonly first: ClusterState;
  readonly role: UserRole;
  readonly port: string;
  readonly t: Texts;
}

interface Note {
  readonly kind: "asked" | "done" | "failed";
  readonly text: string;
}

/** A command is answered as soon as it is taken; a forwarded one crosses to the other node. */
const COMMAND_MS = 20_000;
const NOTE_MS = 8_000;

export function Island({ first, role, port, t }: IslandProps) {
  const [state, setState] = useState(() => told(first, say));
  const [away, setAway] = useState<{ seconds: number } | null>(null);
  const [wish, setWish] = useState<Wish | null>(null);
  const [pending, setPending] = useState<Wish | null>(null);
  const [note, setNote] = useState<Note | null>(null);
  /** The command whose end is waited for; a later one takes its place. */
  const pursued = useRef<pursuit.Pursuit | null>(null);

  useEffect(() => {
    follow({
      heard: (english) => {
        const state = told(english, say);
        setState(state);
        setAway(null);
        // A question that makes no sense any more does not come back by itself, under another person's thumb.
        setWish((wish) => wish && question(state, wish, t) ? wish : null);
        pursue(state);
      },
      away: (seconds) => {
        setAway({ seconds });
        setWish(null);
      },
      loggedOut: () => location.assign("/login"),
    });
  }, []);
  useEffect(() => {
    const { text } = headline(state, t);
    const now = away ? t.overview.noAnswer : text;
    document.title = `${now} – ${state.cluster}`;
  }, [state, away]);

  // What failed stays until it is read, and what is under way until it has ended.
  useEffect(() => {
    if (note?.kind !== "done") return;
    const timer = setTimeout(() => setNote(null), NOTE_MS);
    return () => clearTimeout(timer);
  }, [note]);

  async function act(confirmed: Wish) {
    setWish(null);
    setPending(confirmed);
    const what = words(confirmed, t);
    setNote({ kind: "asked", text: t.asked.asked(what) });
    pursued.current = pursuit.pursue(state, confirmed, performance.now());
    const problem = await send(confirmed, state, t);
    setPending(null);
    if (problem) {
      pursued.current = null;
      setNote({ kind: "failed", text: problem });
    } else if (pursued.current) {
      pursued.current = pursuit.taken(pursued.current, performance.now());
    } else setNote({ kind: "done", text: t.asked.done(what) });
  }

  function pursue(state: ClusterState): void {
    if (pursued.current === null) return;
    const found = pursuit.advance(pursued.current, state, performance.now());
    const { kind } = found.end;
    const over = kind === "done" || kind === "failed";
    pursued.current = over ? null : found.pursuit;
    setNote(noteOf(found, t));
  }

  function dismiss(): void {
    pursued.current = null;
    setNote(null);
  }

  const asked = wish && !away ? question(state, wish, t) : null;
  return (
    <>
      {note
        ? (
          <p
            class={`note ${note.kind}`}
            role={note.kind === "failed" ? "alert" : "status"}
          >
            <span>{note.text}</span>
            <button type="button" onClick={dismiss}>
              {t.asked.dismiss}
            </button>
          </p>
        )
        : null}
      <ClusterView
        state={state}
        role={role}
        away={away}
        pending={pending}
        onWish={setWish}
        port={port}
        t={t}
      />
      {wish && asked
        ? (
          <Dialog
            title={asked.title}
            cancel={t.common.cancel}
            confirm={asked.confirm}
            grave={asked.grave}
            {...asked.typed === undefined ? {} : {
              typed: {
                word: asked.typed,
                label: t.asked.type(asked.typed),
              },
            }}
            onYes={() => void act(wish)}
            onNo={() => setWish(null)}
          >
            <p>{asked.cost}</p>
            {asked.loss ? <p class="reason">{asked.loss}</p> : null}
          </Dialog>
        )
        : null}
    </>
  );
}

function noteOf(
  { pursuit: { wish }, end }: ReturnType<typeof pursuit.advance>,
  t: Texts,
): Note {
  const what = words(wish, t);
  switch (end.kind) {
    case "asked":
      return { kind: "asked", text: t.asked.asked(what) };
    case "under way":
      return { kind: "asked", text: t.asked.underWay(what) };
    case "done":
      return { kind: "done", text: t.asked.done(what) };
    case "waits":
    case "failed":
      return {
        kind: "failed",
        text: t.asked[end.kind](what, end.why ?? t.asked.seeLog),
      };
    default:
      return end satisfies never;
  }
}

/** Null when the agent has taken the command; else what was not done, and why. A switch is for both nodes. */
async function send(
  wish: Wish,
  state: ClusterState,
  t: Texts,
): Promise<string | null> {
  const { module, command, node } = wish;
  const what = words(wish, t);
  const at = `/api/modules/${encodeURIComponent(module)}`;
  if (isSwitch(command)) {
    const [name, value] = command.split(" ");
    const done: string[] = [];
    // Those that answer first: what one node has and the other has not must be told.
    const nodes = state.nodes.toSorted((a, b) =>
      Number(answers(b)) - Number(answers(a))
    );
    for (const one of nodes) {
      const answer = answers(one)
        ? await ask(`${at}/switches/${name}`, {
          method: "PUT",
          body: { node: one.name, value },
          timeoutMs: COMMAND_MS,
        })
        : null;
      if (answer?.ok) {
        done.push(one.name);
        continue;
      }
      const why = answer ? reasonOf(answer, t) : t.asked.missed;
      return done.length === 0
        ? t.asked.notDone(what, why)
        : t.asked.half(done.join(", "), what, one.name, why);
    }
    return null;
  }
  const order = orderOf(command);
  const answer = await ask(`${at}/${order.command}`, {
    method: "POST",
    body: { node, wait: false, ...order.body },
    timeoutMs: COMMAND_MS,
  });
  return answer.ok ? null : t.asked.notDone(what, reasonOf(answer, t));
}

function reasonOf(refusal: Refusal, t: Texts): string {
  if (refusal.code === "no-answer") return t.asked.noAnswer;
  return refusedText(refusal);
}

function words({ command, module, node }: Wish, { asked }: Texts): string {
  switch (command) {
    case "swap":
      return asked.swap(module);
    case "start":
    case "stop":
    case "restart":
    case "stopstart":
    case "prim":
    case "primforce":
    case "otherFolder":
    case "second":
    case "full":
      return asked[command](module, node);
    default:
      return asked.switch(module, command);
  }
}
