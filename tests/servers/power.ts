/** Story 4: both servers lose power, or are shut down in order; they are started in either order. */
import { pair, reaches, roleText } from "./cluster.ts";
import { otherThan, pause, type Server, SERVERS, vm } from "./lab.ts";
import type { Proof } from "./proof.ts";
import { check, note, Timeline } from "./report.ts";

const RETURN_SECONDS = 420;
/** So long the one that boots first is without the other. */
const HEAD_START_MS = 20_000;

export async function bothKilled(
  proof: Proof,
  primary: Server,
  startFirst: "primary" | "second",
): Promise<Server> {
  const second = otherThan(primary);
  await proof.start(primary, second);
  await pause(2000);
  await Promise.all(SERVERS.map((server) => vm(["kill", String(server)])));
  // Their server is gone: end without asking it.
  await proof.stop();
  const order = startFirst === "primary"
    ? [primary, second]
    : [second, primary];
  note(`both lost power; server ${order[0]} is started first`);
  await vm(["up", String(order[0])], { seconds: 300 });
  await pause(HEAD_START_MS);
  note(`      server ${order[0]} by itself: ${await roleText(order[0]!)}`);
  await vm(["up", String(order[1])], { seconds: 300 });
  const timeline = new Timeline();
  const now = await check(
    "both come back by themselves",
    () => pair(RETURN_SECONDS),
  );
  timeline.mark("PRIM and SECOND");
  timeline.tell("after both answered");
  await proof.nothingLost(now);
  await check("clients write again", () => proof.start(now, otherThan(now)));
  await proof.stop();
  return now;
}

/** Secondary first, then primary; the primary's disk leads again. */
export async function shutDown(
  proof: Proof,
  primary: Server,
  between: () => Promise<void>,
): Promise<Server> {
  const second = otherThan(primary);
  await proof.start(primary, second);
  await proof.stop();
  note("both are shut down in order");
  await vm(["stop", String(second)], { seconds: 200 });
  await check("the primary goes on while the other is shut down", async () => {
    await reaches(primary, "ALONE", 60);
  });
  await vm(["stop", String(primary)], { seconds: 200 });
  await between();
  await vm(["up"], { seconds: 400 });
  const now = await check(
    "both come back by themselves",
    () => pair(RETURN_SECONDS),
  );
  await proof.nothingLost(now);
  return now;
}
