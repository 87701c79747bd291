/** What people ask for: whether it can be done now, and its first step. Pure. */
import type { Action } from "./action.ts";
import { newerHere } from "./copies.ts";
import type { UserCommand } from "./event.ts";
import { leave, stopStart } from "./leave.ts";
import type { ModuleView } from "./state.ts";
import { prestartPlan, restartPlan, secondPlan } from "./plans.ts";
import { startSwap, swapRefusal } from "./primary.ts";
import {
  enter,
  isPrimary,
  log,
  peerView,
  run,
  type State,
  type Turn,
} from "./turn.ts";
import { keepsAside } from "./waiting.ts";

/** Why a command cannot be obeyed now, in one line; null: it can. The API asks before it posts the event. */
export function refusal(state: State, command: UserCommand): string | null {
  const { config, role } = state;
  const peer = peerView(state);
  // A stop is remembered: it begins with that.
  if (state.silent !== null && command !== "stop") {
    return `Cannot ${command} ${config.module}: its replicator does not say yet what it does`;
  }
  switch (command) {
    case "start":
    case "stop":
      return null;
    case "restart":
    case "stopstart":
      if (role === "WAIT" && command === "restart") {
        return `Cannot restart ${config.module}: it is in WAIT and runs nothing`;
      }
      if (role !== "STOP" && (state.plan !== null || state.swap !== null)) {
        return `Cannot ${command} ${config.module}: this node is still busy with a change`;
      }
      return null;
    case "swap": {
      const why = swapRefusal(state);
      return why === null ? null : `Cannot swap ${config.module}: ${why}`;
    }
    case "prim":
    case "primforce":
      if (role !== "STOP" && role !== "WAIT") {
        const why = role === "SECOND"
          ? `it is SECOND: "hakit swap ${config.module}" moves the service to ${config.node}; if ${config.peer} is gone, "hakit stop ${config.module} --node ${config.node}", then "hakit prim ${config.module} --node ${config.node}"`
          : `it is ${role}, expected STOP or WAIT`;
        return `Cannot make this node primary of ${config.module}: ${why}`;
      }
      if (peer !== null && isPrimary(peer.role)) {
        return `Cannot make this node primary of ${config.module}: ${config.peer} is ${peer.role} and serves; to move it without loss: "hakit start ${config.module} --node ${config.node}", wait for SECOND Ready, then "hakit swap ${config.module}"; only to give up what ${config.peer} has written: "hakit stop ${config.module} --node ${config.peer}" first`;
      }
      if (
        command === "prim" && state.identity !== null &&
        !state.identity.consistent
      ) {
        return `Cannot start ${config.module} from the copy of ${config.node}, which is half made: ${
          insteadOfHalf(config.peer, config.module, peer)
        }`;
      }
      return null;
    case "second":
      if (isPrimary(role)) {
        return `Cannot make this node secondary of ${config.module}: it is ${role}; stop it first`;
      }
      if (peer === null || !isPrimary(peer.role)) {
        return `Cannot make this node secondary of ${config.module}: ${config.peer} is ${
          peer?.role ?? "not heard"
        }, expected ALONE or PRIM`;
      }
      if (role === "SECOND" && state.plan !== null) {
        return `Cannot copy ${config.module} anew: this node is still busy with a change`;
      }
      if (newerHere(state, peer)) {
        return `Cannot make this node secondary of ${config.module}: its data is newer than that of ${config.peer}`;
      }
      return null;
    default:
      return command satisfies never;
  }
}

function insteadOfHalf(
  name: string,
  module: string,
  peer: ModuleView | null,
): string {
  if (peer === null || peer.phase === "absent") {
    return `start ${name}, which has a whole one; only if its disk is gone for good: "hakit help primforce"`;
  }
  return peer.identity.current !== null && peer.identity.consistent
    ? `${name} has a whole one, say "hakit start ${module} --node ${name}"`
    : `${name} has no whole one, either; only if no better one comes back: "hakit help primforce"`;
}

export interface Order {
  readonly command: UserCommand;
  readonly full: boolean;
  readonly otherFolder?: boolean;
  readonly by: string;
}

function called({ command, by }: Pick<Order, "command" | "by">): string {
  return `${command} called by ${by}`;
}

/** What the automaton said to a command that could be obeyed a moment before, when it was asked, and cannot now; null: it obeys. */
export function refusedBy(
  actions: readonly Action[],
  order: Pick<Order, "command" | "by">,
): string | null {
  const lines = actions.filter((action) => action.do === "log");
  if (lines.some(({ text }) => text === called(order))) return null;
  return lines.find(({ level }) => level === "error")?.text ?? null;
}

export function obey(turn: Turn, order: Order): void {
  const { state } = turn;
  const no = refusal(state, order.command);
  if (no !== null) {
    log(turn, "error", no);
    return;
  }
  log(turn, "info", called(order));
  switch (order.command) {
    case "start":
      return wantRun(turn);
    case "stop":
      return wantStop(turn);
    case "restart":
      return restart(turn);
    case "stopstart":
      return stopAndStart(turn);
    case "swap":
      return swap(turn);
    case "prim":
    case "primforce":
      state.intent = {
        kind: "prim",
        full: order.full || order.command === "primforce",
        otherFolder: order.command === "primforce" && !!order.otherFolder,
        at: turn.at,
      };
      return wantRun(turn);
    case "second":
      return second(turn, order.full);
    default:
      return order.command satisfies never;
  }
}

/** A person (or boot) starts: old failures count no more. */
export function wantRun(turn: Turn): void {
  const { state } = turn;
  state.record = { ...state.record, goal: "run" };
  state.failures = [];
  state.startAt = null;
  state.retryAt = Math.min(state.retryAt, turn.at);
  if (state.role !== "STOP") return;
  enter(turn, "WAIT", "started");
  run(turn, "prestart", prestartPlan());
}

function wantStop(turn: Turn): void {
  const { state } = turn;
  state.record = { ...state.record, goal: "stop" };
  state.intent = null;
  state.startAt = null;
  state.reason = null;
  if (state.role === "STOP") return;
  const stopping = state.role === "WAIT" &&
    (state.plan?.name === "leave" || state.plan?.name === "finish");
  if (!stopping) leave(turn, "stopped");
}

function restart(turn: Turn): void {
  if (turn.state.role === "STOP") wantRun(turn);
  else restartServices(turn);
}

/** Services anew where they run, data and address untouched. */
export function restartServices(turn: Turn): void {
  const { state } = turn;
  if (state.role === "STOP" || state.role === "WAIT") return;
  state.scripts = state.role;
  run(turn, "restart", restartPlan(state.role));
}

/** Full stop and start: a peer that is up to date takes over in between. A WAIT that is blocked begins anew as it is. */
function stopAndStart(turn: Turn): void {
  const { state } = turn;
  if (state.role === "STOP") return wantRun(turn);
  state.failures = [];
  if (state.role !== "WAIT") stopStart(turn, "stopstart");
}

function swap(turn: Turn): void {
  const { state } = turn;
  // The person knows where it should run.
  state.homeward = false;
  if (state.role === "PRIM") return startSwap(turn);
  state.swap = "asked";
  state.swapSince = turn.at;
}

function second(turn: Turn, full: boolean): void {
  const { state } = turn;
  if (state.role !== "SECOND") {
    state.intent = { kind: "second", full, at: turn.at };
    return wantRun(turn);
  }
  if (!full) return;
  state.synced = false;
  run(
    turn,
    "become-second",
    secondPlan({ yield: keepsAside(state), full: true }),
  );
}
