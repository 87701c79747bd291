/** Who decides when the nodes are parted, in plain words. Pure. */
import { heedUnlike } from "./hindrance.ts";
import { isPrimary } from "./module_sentence.ts";
import type { Known } from "./status.ts";

/** Who decides when the nodes are parted, and what that cannot exclude. */
export function arbiterSentence(known: Known): string {
  return unlikeSentence(known) ?? ownSentence(known);
}

/** What that means where the nodes heed unlike arbiters; null: they do not. */
export function unlikeSentence(known: Known): string | null {
  if (!heedUnlike(known)) return null;
  const { local, peer } = known;
  const mine = local.modules[0]!.witness, theirs = peer.modules[0]!.witness;
  if (mine !== undefined && theirs !== undefined) {
    return `${local.name} and ${peer.name} heed different witnesses: neither goes on without the other one, or a person; on the node whose witness is the right one, while both run, say "hakit witness add" again.`;
  }
  const [has, lacks] = mine === undefined
    ? [peer.name, local.name]
    : [local.name, peer.name];
  return `${has} heeds a witness and ${lacks} does not: should ${has} die, ${lacks} does not go on without a person; on ${has}, while both run, say "hakit witness add" again, or "hakit witness remove".`;
}

function ownSentence(
  { arbiter, arbiterAnswers, local, peer }: Known,
): string {
  switch (arbiter.kind) {
    case "none":
      return 'There is no arbiter: if all links break at once, both nodes may become primary. On reconnect one of them yields, and what it alone wrote is kept aside. A witness excludes that: "hakit witness install" on a third machine, then "hakit witness add ADDRESS" here (see "hakit help witness").';
    case "ping": {
      const names = arbiter.addresses.join(", ");
      const word = arbiterAnswers === false
        ? `The arbiter does not answer from ${local.name} (ping ${names}): when the links break or the other node dies now, this node stops what it serves, and as SECOND does not take over; mend the way to it, or say "hakit witness remove" while both nodes run.`
        : `The arbiter is a ping of ${names}: a node that is cut off stops.`;
      return `${word} It cannot exclude two primaries: when only the links between the nodes break, both reach it.`;
    }
    case "witness": {
      const name = `witness ${arbiter.address}`;
      if (arbiter.retired) {
        return `The ${name} is being removed: until that is done on both nodes, neither goes on without the other; say "hakit witness remove" again.`;
      }
      const entitled = [...local.modules, ...peer.modules].every((view) =>
        view.claim !== undefined || !isPrimary(view)
      );
      if (arbiterAnswers === null) {
        return `The ${name} has not answered ${local.name} yet: until it does there is no failover, and should the other node die the service stops; if it was not done yet: "hakit witness admit" there.`;
      }
      if (!arbiterAnswers) {
        return `The ${name} does not answer ${local.name}: two primaries stay excluded and mirrored modules run on, but should the other node die now, the service stops until the ${name} is back; see "systemctl status hakit-witness" there, its UDP port, and whether "hakit witness list" there names this cluster.`;
      }
      return entitled
        ? `The ${name} decides: two primaries are excluded; should it and a node fail together, the service stops.`
        : `The ${name} answers and has not been told yet who is up to date; that follows when both nodes are level.`;
    }
    default:
      return arbiter satisfies never;
  }
}
