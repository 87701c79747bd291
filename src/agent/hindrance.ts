/** Why a secondary will not go on by itself when the primary dies, as the automaton will find it then (machine/permission.ts). Pure. */
import type { Arbiter } from "../machine/arbiter.ts";
import type { ModuleView } from "../machine/state.ts";
import type { Known } from "./status.ts";

/** Only one node heeds a witness, or each another one, as after a backup of one of them. */
export function heedUnlike(
  { arbiter, local, peer }: Pick<Known, "arbiter" | "local" | "peer">,
): boolean {
  // What is being removed is gone from both in a moment, or says so itself.
  if (arbiter.kind === "witness" && arbiter.retired) return false;
  const [mine] = local.modules, [theirs] = peer.modules;
  return mine !== undefined && theirs !== undefined &&
    mine.witness !== theirs.witness;
}

/** null: nothing that is known now. `answers`: whether its arbiter answers that node; undefined: an older version does not say. */
export function hindrance(
  second: ModuleView,
  arbiter: Arbiter,
  { answers, unlike }: {
    readonly answers: boolean | null | undefined;
    readonly unlike: boolean;
  },
): string | null {
  if (second.failover === false) return "failover is off";
  if (unlike) return "the two nodes do not heed the same witness";
  // What has not answered yet decides nothing either.
  const silent = answers === false || answers === null;
  switch (arbiter.kind) {
    case "none":
      return null;
    case "ping":
      return silent
        ? `its ping of ${arbiter.addresses.join(", ")} is not answered`
        : null;
    case "witness": {
      const name = `the witness ${arbiter.address}`;
      if (arbiter.retired) return `${name} is being removed`;
      if (silent) return `${name} does not answer it`;
      return second.claim === undefined
        ? `${name} has not been told yet that its copy is level`
        : null;
    }
    default:
      return arbiter satisfies never;
  }
}
