/** Story: the primary is lost for good, the first server as well as the second. Another machine with an empty disk takes its place. */
import { pairWith, reaches } from "./cluster.ts";
import { on, otherThan, type Server, vm } from "./lab.ts";
import {
  JOIN_SECONDS,
  PREREQ_SECONDS,
  putExecutable,
  tokenIn,
} from "./install.ts";
import type { Proof } from "./proof.ts";
import { check, note } from "./report.ts";

export async function replace(
  proof: Proof,
  lost: Server,
  executable: string,
): Promise<Server> {
  const left = otherThan(lost);
  await check(
    "nobody is invited in the place of a node that answers",
    async () => {
      const { code, stderr } = await on(left, "hakit invite", {
        anyCode: true,
      });
      note(`      exit code ${code}: ${stderr.trim()}`);
      if (code !== 1 || !stderr.includes("is there and answers")) {
        throw new Error(`exit code ${code}: ${stderr}`);
      }
    },
  );
  await proof.start(lost, left);
  await vm(["kill", String(lost)]);
  await vm(["replace", String(lost)]);
  await check(
    `server ${lost} is gone for good: the other one goes on`,
    () => reaches(left, "ALONE", 120),
  );
  const token = await check("hakit invite", async () => {
    const { stdout } = await on(left, "hakit invite", { seconds: 90 });
    note(stdout.trim().replace(/^/gm, "        "));
    return tokenIn(stdout);
  });
  // What is committed from here on is not on the lost disk either.
  await proof.flows(5, 60);
  await vm(["up", String(lost)], { seconds: 300 });
  await putExecutable(lost, executable);
  await check(
    `hakit prereq on the new server ${lost}`,
    () => on(lost, "hakit prereq", { seconds: PREREQ_SECONDS }),
  );
  await check(
    `hakit second on the new server ${lost}`,
    () => on(lost, `hakit second ${token}`, { seconds: JOIN_SECONDS }),
  );
  await check("PRIM and SECOND, both Ready", () => pairWith(left, 120));
  await proof.stop();
  await check("the new server takes over", async () => {
    await on(left, "hakit swap", { seconds: 120 });
    await pairWith(lost, 120);
  });
  await proof.nothingLost(lost);
  return lost;
}
