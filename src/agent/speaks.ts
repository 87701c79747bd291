/** What this executable can say to another one: told by `hakit version --json`, compared before an upgrade. */
import { z } from "zod";
import { VERSION as HEARTBEAT } from "../heartbeat/message.ts";
import { OLDEST, PROTOCOL } from "../peer/handshake.ts";

const range = z.strictObject({ oldest: z.int(), newest: z.int() });
type Range = z.infer<typeof range>;

/** A protocol that a newer version adds is no reason against it. */
export const speaksSchema = z.object({
  heartbeat: range.describe("Heartbeats; others are not heard"),
  replication: range.describe("Replication; without a common one, no mirror"),
});
export type Speaks = z.infer<typeof speaksSchema>;

export const SPEAKS: Speaks = {
  heartbeat: { oldest: HEARTBEAT, newest: HEARTBEAT },
  replication: { oldest: OLDEST, newest: PROTOCOL },
};

/** Why two versions cannot work together; null: they can. Pure. */
export function apart(one: Speaks, other: Speaks): string | null {
  for (const name of ["heartbeat", "replication"] as const) {
    const [a, b] = [one[name], other[name]];
    if (a.newest >= b.oldest && b.newest >= a.oldest) continue;
    return `their ${name} protocols have none in common (${words(a)}, ${
      words(b)
    })`;
  }
  return null;
}

function words({ oldest, newest }: Range): string {
  return oldest === newest ? `${newest}` : `${oldest} to ${newest}`;
}
