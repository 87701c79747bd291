/** How a primary's session begins with a peer that was let in: what is to be levelled, by what both know of their copies, and BEGIN. */
import type { Outgoing } from "../peer/connection.ts";
import type { Context } from "./context.ts";
import { excludedOf } from "./exclusions.ts";
import type { Greeted } from "./greeting.ts";
import { isSetBack } from "./identity.ts";
import { newGeneration } from "./identity_store.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import { type Plan, planResync } from "./resync_plan.ts";

export type Welcome = Greeted & { readonly kind: "welcome" };
export type Opened = Omit<Plan, "relation">;

const WORDS: { readonly [mode in Plan["mode"]]: string } = {
  none: "none",
  dirty: "what changed",
  full: "everything is compared",
};

/** Written alone after the peer was asked for its marks: there is something to level after all. */
export const AFTER_ALL: Opened = {
  mode: "dirty",
  aside: false,
  diverged: false,
  journal: false,
  resumes: false,
};

/** What is to be done, or why there can be no session. */
export function planOf(
  context: Context,
  pipeline: Pick<Pipeline, "unsettled">,
  theirs: Welcome,
): Opened | { readonly refused: string } {
  const { identity, dirty, doubt } = context;
  // Ids of inodes are given from above both nodes' epochs: a node that was set up anew must not give old ones again.
  if (theirs.identity.epoch > identity.value.epoch) {
    identity.save({ epoch: theirs.identity.epoch });
  }
  const marked = !dirty.marks.isEmpty || !pipeline.unsettled.isEmpty;
  const mine = { ...identity.value, tide: context.tide.kept };
  const plan = planResync(
    { identity: mine, doubt, marked, resync: identity.resync },
    theirs,
    {
      places: context.places,
      excluded: excludedOf(context.config.directories),
    },
  );
  if ("refused" in plan) {
    if (plan.refused === "both-empty") {
      return {
        refused:
          "neither node has data: say `hakit prim` on the one whose data is good",
      };
    }
    context.notice =
      "the peer's data is newer than this primary's: nothing is copied";
    return { refused: "the peer's data is newer" };
  }
  if (plan.mode === "full" && isSetBack(theirs.identity, mine)) {
    context.notice =
      "the peer's copy is older than when it was level last (set back to a snapshot, or restored?): everything is compared";
    context.log(context.notice);
  }
  const again = plan.resumes ? ", going on where it broke off" : "";
  context.log(`peer: ${plan.relation}; resync: ${WORDS[plan.mode]}${again}`);
  return plan;
}

/** Tells the peer; from here on a resync has a name, see IdentityStore.resync. */
export function tellBegin(
  { identity }: Pick<Context, "identity">,
  outgoing: Outgoing,
  { mode, aside, diverged, journal, resumes }: Opened,
): void {
  // Another one than any that the peer may still remember, unless it goes on with that one.
  const named = resumes ? identity.resync : newGeneration();
  const resync = mode === "dirty" ? named : null;
  if (resync !== identity.resync) identity.save({}, { resync });
  const { epoch } = identity.value;
  const begin = { mode, aside, diverged, journal, epoch, resync };
  outgoing.json(KIND.BEGIN, begin);
}
