/** The first event of a life: an agent starts, perhaps beside a replicator that never stopped serving. Pure. */
import type { Report } from "../replication/control.ts";
import { kept } from "./claim.ts";
import { wantRun } from "./command.ts";
import { leave } from "./leave.ts";
import { cleanPlan } from "./plans.ts";
import type { Role } from "./state.ts";
import { command, type Found, log, run, type Turn } from "./turn.ts";

export function begin(
  turn: Turn,
  found: Found & { readonly report: Report | null },
): void {
  const { state } = turn;
  const { report } = found;
  state.begun = true;
  state.reportGoneAt = turn.at;
  state.report = report;
  if (report !== null) state.identity = report.identity;
  const { goal, lastRole } = state.record;

  if (report?.phase === "primary") {
    const role = lastRole === "PRIM" ? "PRIM" : "ALONE";
    resume(turn, role);
    // The record changes before the world does: these two say that this node was on its way out.
    // Of a yield that was cut short: the other node serves.
    if (lastRole === "SECOND") {
      return leave(turn, "was handing over", { succeeded: true });
    }
    if (goal === "stop") return leave(turn, "was being stopped");
    if (role === "ALONE" && report.session !== "mirrored") {
      // The last agent may have died between the record and the word.
      if (report.session === "lost" || report.session === "none") {
        command(turn, { command: "alone" });
      }
    }
    state.addressesDue = true;
    return;
  }
  if (report?.phase === "secondary" && goal === "run") {
    resume(turn, "SECOND");
    state.addresses = false;
    // A record that says ALONE was written just before the last agent died: nothing came of it, and the peer may have gone on.
    state.record = {
      goal,
      lastRole: "SECOND",
      cameFrom: null,
      ...kept(state.record),
    };
    return;
  }
  const delayMs = found.bootDelayMs ?? 0;
  if (found.boot && goal === "run" && delayMs === 0) return wantRun(turn);
  if (found.boot && goal === "run") {
    state.startAt = turn.at + delayMs;
    state.reason = `starts ${delayMs / 1000} s after boot`;
  }
  run(turn, "clean", cleanPlan());
}

/**
 * What serves goes on while its disk hangs, and an agent that took it for stopped would stop it. Until it says what it does nothing is
 * decided here, and the other node hears that the addresses may be held.
 */
export function beginSilent(turn: Turn, { boot, bootDelayMs }: Found): void {
  turn.state.silent = { boot, bootDelayMs };
  log(
    turn,
    "warning",
    "Serves by its record, and the replicator does not say yet what it does: waits for its first word",
  );
}

/** Its first word; null: it has ended. */
export function endSilence(turn: Turn, report: Report | null): void {
  const { silent } = turn.state;
  if (silent === null) return;
  turn.state.silent = null;
  begin(turn, { ...silent, report });
}

function resume(turn: Turn, role: Role): void {
  const { state } = turn;
  state.role = role;
  state.since = turn.at;
  state.scripts = role;
  state.oldFault = null;
  state.dialled = true;
  if (role === "PRIM") state.wasMirrored = true;
  log(turn, "info", `The agent is back beside its replicator: still ${role}`);
}
