/** What a module's log tells of its way to a role: the timeline and the metrics are made of these lines. Pure; the lines are other files'. */

export type WayLine =
  /** The decision. */
  | {
    readonly kind: "turn";
    readonly from: string;
    readonly to: string;
    readonly why: string;
  }
  /** A part of the way is over: a script, the addresses, the directories. */
  | { readonly kind: "phase"; readonly name: string; readonly seconds: number }
  | { readonly kind: "ready"; readonly seconds: number }
  /** The other node: how long it was not heard when that was decided. */
  | { readonly kind: "lost"; readonly seconds: number };

export function wayLine(text: string): WayLine | null {
  const turn = /^(\w+) becomes (\w+): (.*)$/.exec(text);
  if (turn) {
    return { kind: "turn", from: turn[1]!, to: turn[2]!, why: turn[3]! };
  }
  const ready = /^(?:ALONE|PRIM) is ready after ([\d.]+) s/.exec(text);
  if (ready) return { kind: "ready", seconds: Number(ready[1]) };
  const lost = /^\S+ is lost after ([\d.]+) s$/.exec(text);
  if (lost) return { kind: "lost", seconds: Number(lost[1]) };
  const phase = /^(.*?)(?: ended| taken| mounted) after ([\d.]+) s/.exec(text);
  return phase
    ? { kind: "phase", name: phase[1]!, seconds: Number(phase[2]) }
    : null;
}

/** A node that serves, or is on its way to. */
export function serves(role: string): boolean {
  return role === "ALONE" || role === "PRIM";
}
