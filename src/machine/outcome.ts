/** Whether a command that somebody waits for has come to its end. Pure: looks at the views before and now. */
import type { UserCommand } from "./event.ts";
import type { ModuleView } from "./state.ts";

export type Outcome =
  | { readonly kind: "pending" }
  /** Reached; or WAIT with a reason, which is an answer too. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };

/** What is looked at. */
export type View = Pick<
  ModuleView,
  "module" | "role" | "status" | "reason" | "session"
>;

export interface Progress {
  readonly command: UserCommand;
  readonly before: View;
  readonly now: View;
  /** What the peer says of the module; null: nothing. */
  readonly peer: View | null;
  /** How long role and status have been what they are. */
  readonly stableMs: number;
  /** Whether the module was ever on its way since. */
  readonly moved: boolean;
}

/** A WAIT that lasts so long with a reason is where it stays until something else happens. */
const BLOCKED_MS = 1500;
/** A WAIT without a word is on its way (it tries again after a failure), but not for ever. */
const SILENT_MS = 20_000;
/** A command that changed nothing by then is not going to. */
const IDLE_MS = 3000;

const PENDING = { kind: "pending" } as const;
const DONE = { kind: "done" } as const;

export function outcome(progress: Progress): Outcome {
  const { command, before, now, stableMs } = progress;
  if (command === "stop") {
    return now.role === "STOP" && now.status !== "Transient" ? DONE : PENDING;
  }
  if (now.status === "Transient" && !copying(now)) return PENDING;
  if (now.role === "STOP") {
    // Before the first event took effect it still says STOP; a goal of "stop" afterwards is a start that failed.
    if (!progress.moved && stableMs < IDLE_MS) return PENDING;
    const reason = now.reason ?? "see its log";
    return {
      kind: "failed",
      message: `Module "${now.module}" stopped: ${reason}`,
    };
  }
  if (now.role === "WAIT") {
    return stableMs >= (now.reason === null ? SILENT_MS : BLOCKED_MS)
      ? DONE
      : PENDING;
  }
  switch (command) {
    case "swap":
      return swapped(progress);
    case "restart":
      return progress.moved || stableMs >= IDLE_MS ? DONE : PENDING;
    case "prim":
    case "primforce":
      return now.role === "SECOND" ? PENDING : DONE;
    case "second":
      return now.role === "SECOND" ? DONE : PENDING;
    case "stopstart":
      return progress.moved && (now.status === "Ready" || copying(now))
        ? DONE
        : PENDING;
    case "start":
      return before.role === now.role || now.status === "Ready" || copying(now)
        ? DONE
        : PENDING;
    default:
      return command satisfies never;
  }
}

/** A secondary that is being filled has its role: the copy may take hours. */
function copying(view: View): boolean {
  return view.role === "SECOND" &&
    (view.session === "resync" || view.session === "mirrored");
}

/** Both sides have changed: the one that was primary gets there first, but the service answers only when the other one is. */
function swapped({ before, now, peer, stableMs, moved }: Progress): Outcome {
  const changed = isPrimary(before) !== isPrimary(now);
  const served = [now, peer].some((view) =>
    view !== null && isPrimary(view) && view.status === "Ready"
  );
  if (changed && served) return DONE;
  if (changed || stableMs < (moved ? BLOCKED_MS : IDLE_MS)) return PENDING;
  return {
    kind: "failed",
    message: `Module "${now.module}" did not change places: ${
      now.reason ?? peer?.reason ?? "see its log on both nodes"
    }`,
  };
}

function isPrimary(view: View): boolean {
  return view.role === "PRIM" || view.role === "ALONE";
}
