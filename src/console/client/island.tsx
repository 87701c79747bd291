/** The living cluster page: draws each state, asks before it acts, says what came of it. */
import { useEffect, useRef, useState } from "hono/jsx/dom";
import type { ClusterState } from "../../api/state.ts";
import type { UserRole } from "../../api/users.ts";
import { ClusterView } from "../cluster_view.tsx";
import { type Question, question, type Wish } from "../question.ts";
import { headline } from "../view.ts";
import { follow } from "./live.ts";

export interface IslandProps {
  readonly first: ClusterState;
  readonly role: UserRole;
  readonly port: string;
  readonly csrf: string;
}

interface Note {
  readonly kind: "asked" | "failed";
  readonly text: string;
}

/** A command is answered as soon as it is taken; a forwarded one crosses to the other node. */
const COMMAND_MS = 20_000;
const NOTE_MS = 8_000;

export function Island({ first, role, port, csrf }: IslandProps) {
  const [state, setState] = useState(first);
  const [away, setAway] = useState<{ seconds: number } | null>(null);
  const [wish, setWish] = useState<Wish | null>(null);
  const [pending, setPending] = useState<Wish | null>(null);
  const [note, setNote] = useState<Note | null>(null);

  useEffect(() => {
    follow({
      heard: (state) => {
        setState(state);
        setAway(null);
      },
      away: (seconds) => setAway({ seconds }),
      loggedOut: () => location.assign("/login"),
    });
  }, []);
  useEffect(() => {
    const { text } = headline(state);
    document.title = `${away ? "No answer" : text} – ${state.cluster}`;
  }, [state, away]);

  // A refusal stays until it is read; that something was asked shows in the roles soon enough.
  useEffect(() => {
    if (note?.kind !== "asked") return;
    const timer = setTimeout(() => setNote(null), NOTE_MS);
    return () => clearTimeout(timer);
  }, [note]);

  async function act(confirmed: Wish) {
    setWish(null);
    setPending(confirmed);
    setNote({ kind: "asked", text: `Asked: ${words(confirmed)}.` });
    const problem = await send(confirmed, csrf);
    setPending(null);
    if (problem) {
      setNote({
        kind: "failed",
        text: `Not done: ${words(confirmed)}. ${problem}`,
      });
    }
  }

  const asked = wish && !away ? question(state, wish) : null;
  return (
    <>
      {note
        ? (
          <p
            class={`note ${note.kind}`}
            role={note.kind === "failed" ? "alert" : "status"}
          >
            <span>{note.text}</span>
            <button type="button" onClick={() => setNote(null)}>Dismiss</button>
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
      />
      {wish && asked
        ? (
          <Ask
            asked={asked}
            onYes={() => void act(wish)}
            onNo={() => setWish(null)}
          />
        )
        : null}
    </>
  );
}

/** A plain question. "Cancel" has the focus: Enter alone does nothing grave. */
function Ask({ asked, onYes, onNo }: {
  readonly asked: Question;
  readonly onYes: () => void;
  readonly onNo: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (dialog.current && !dialog.current.open) dialog.current.showModal();
  }, []);
  return (
    <dialog ref={dialog} onClose={onNo} aria-labelledby="question">
      <h2 id="question">{asked.title}</h2>
      <p>{asked.cost}</p>
      <div class="answers">
        <button type="button" onClick={onNo}>Cancel</button>
        <button
          type="button"
          class={asked.grave ? "grave" : "primary"}
          onClick={onYes}
        >
          {asked.confirm}
        </button>
      </div>
    </dialog>
  );
}

/** Null when the agent has taken the command; else its reason. */
async function send(wish: Wish, csrf: string): Promise<string | null> {
  const { module, command, node } = wish;
  try {
    const response = await fetch(
      `/api/modules/${encodeURIComponent(module)}/${command}`,
      {
        method: "POST",
        headers: { "content-type": "application/json", "x-hakit-csrf": csrf },
        body: JSON.stringify({ node, wait: false }),
        signal: AbortSignal.timeout(COMMAND_MS),
      },
    );
    if (response.ok) return null;
    const answer = await response.json().catch(() => null);
    return answer?.error?.message ?? `The agent said ${response.status}.`;
  } catch {
    return "The agent did not answer: look at the state before you try again.";
  }
}

function words({ command, module, node }: Wish): string {
  if (command === "swap") return `swap ${module}`;
  if (command === "prim") return `make ${node} the primary of ${module}`;
  return `${command} ${module} on ${node}`;
}
