/** Story 3: cables. One of two: a warning. Both: two primaries cannot be excluded, and no data is destroyed. */
import { localModule, module, pairWith, reaches, state } from "./cluster.ts";
import { cables, on, otherThan, pause, type Server, until, vm } from "./lab.ts";
import type { Proof } from "./proof.ts";
import { check, note } from "./report.ts";

/** Long enough for anything wrong to happen: many times the heartbeat's timeout. */
const WATCH_MS = 12_000;

export async function links(proof: Proof, primary: Server): Promise<Server> {
  const second = otherThan(primary);
  // No lines here: the way of NFS to the virtual address is one of these cables.
  await proof.start(primary, null);
  for (const link of ["1", "0"]) await oneCable(proof, primary, link);
  const winner = await bothCables(proof, primary, second);
  await proof.stop();
  await proof.nothingLost(winner);
  return winner;
}

/** Of the second server: the client's own way to the primary stays. */
async function oneCable(
  proof: Proof,
  primary: Server,
  link: string,
): Promise<void> {
  const second = otherThan(primary);
  const since = performance.now();
  await vm(["cut", String(second), link]);
  try {
    await check(`link ${link} cut: a warning, nothing else`, async () => {
      await pause(WATCH_MS);
      const seen = await state(primary);
      if (!seen.links.some((each) => each.state === "down")) {
        throw new Error("state shows no link as down");
      }
      const roles = [localModule(seen), await module(second)].map((each) =>
        `${each.role} ${each.status}`
      );
      if (roles.join() !== "PRIM Ready,SECOND Ready") {
        throw new Error(roles.join(", "));
      }
      note(`      ${[...seen.warnings, seen.sentence].join(" | ")}`);
      await proof.flows(5, 30);
    });
    proof.tellPauses(since);
  } finally {
    await vm(["heal", String(second), link]);
  }
  await check(
    `link ${link} healed: all links up`,
    () =>
      until(
        "all links are up",
        60,
        async () =>
          (await state(primary)).links.every((each) => each.state === "up")
            ? true
            : null,
      ),
  );
  await pairWith(primary, 60);
}

async function bothCables(
  proof: Proof,
  primary: Server,
  second: Server,
): Promise<Server> {
  const notes = await on(primary, "hakit state");
  note(notes.stdout.trim().replace(/^/gm, "        "));
  const salvaged = () =>
    on(
      second,
      "find /var/lib/hakit/salvage -type f 2>/dev/null | wc -l; du -s -B1 /var/lib/hakit/salvage 2>/dev/null | cut -f1",
    );
  const before = (await salvaged()).stdout;
  for (const cable of cables(second)) await vm(["cut", ...cable]);
  try {
    await check("both links cut: the primary goes on", async () => {
      await reaches(primary, "ALONE", 60);
      await proof.flows(5, 60);
    });
    await check(
      "the cut-off server goes on, too, as state had said",
      () => reaches(second, "ALONE", 180),
    );
    await on(
      second,
      `mariadb -e "INSERT INTO proof.written VALUES (999999999, 'written by the cut-off server')"`,
      { seconds: 60 },
    );
    await pause(2000);
  } finally {
    for (const cable of cables(second)) await vm(["heal", ...cable]);
  }
  await check(
    "both links healed: the one that was primary stays",
    () => pairWith(primary, 300),
  );
  await check(
    "what the yielding server alone wrote is kept aside",
    async () => {
      const after = (await salvaged()).stdout;
      note(
        `      salvage, files and bytes: ${
          after.trim().replace("\n", ", ")
        }; earlier: ${before.trim().replace("\n", ", ")}`,
      );
      if (after === before || after.startsWith("0")) {
        throw new Error("nothing new below /var/lib/hakit/salvage");
      }
    },
  );
  await proof.flows(5, 60);
  return primary;
}
