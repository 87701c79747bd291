/** Story 2: the plug of the primary is pulled while clients write; the survivor goes on, the dead one comes back; swap. */
import { pairWith, reaches } from "./cluster.ts";
import { Api, lifeOf, noRowLost, promisedRow, sameLife } from "./k3s.ts";
import { on, otherThan, pause, type Server, until, vm } from "./lab.ts";
import type { Proof } from "./proof.ts";
import { check, note, Timeline } from "./report.ts";

/** Detection, takeover, database recovery, NFS grace of 15 s, K3s beside it, all on one emulated processor. */
const TAKEOVER_SECONDS = 180;
/** Boot and resync. */
const RETURN_SECONDS = 300;

/** `rounds` power cuts, alternating; after every second one a swap. Returns who is primary at the end. */
export async function failover(
  proof: Proof,
  { primary, rounds, random }: {
    readonly primary: Server;
    readonly rounds: number;
    /** 0 to 1, from the seed. */
    readonly random: () => number;
  },
): Promise<Server> {
  let now = primary;
  for (let round = 1; round <= rounds; round++) {
    note(`round ${round} of ${rounds}: server ${now} loses power`);
    now = await powerCut(proof, now, 500 + random() * 7500);
    if (round % 2 === 0 || rounds === 1) now = await swap(proof, now);
  }
  return now;
}

async function powerCut(
  proof: Proof,
  dead: Server,
  afterMs: number,
): Promise<Server> {
  const survivor = otherThan(dead);
  await proof.start(dead, survivor);
  const life = await lifeOf(survivor);
  const api = new Api(survivor);
  await api.answers(3, 60);
  const promised = await promisedRow(dead);
  await pause(afterMs);

  await vm(["kill", String(dead)]);
  const timeline = new Timeline();
  const since = performance.now();
  await check(`server ${survivor} serves alone`, async () => {
    await Promise.all([
      reaches(survivor, "ALONE", TAKEOVER_SECONDS).then(() =>
        timeline.mark("ALONE, Ready")
      ),
      proof.rows!.more(1, TAKEOVER_SECONDS).then(() =>
        timeline.mark("first row")
      ),
      proof.lines!.more(1, TAKEOVER_SECONDS).then(() =>
        timeline.mark("first line")
      ),
    ]);
    await proof.flows(10, 60);
  });
  await check(
    `K3s' API on server ${survivor} answers`,
    () => api.answers(5, TAKEOVER_SECONDS),
  );
  timeline.tell("after the power cut");
  proof.tellPauses(since);
  api.tellOutage(since);
  await api.stop();
  await sameLife(survivor, life);
  await proof.nothingLost(survivor);

  await vm(["up", String(dead)], { seconds: 300 });
  const back = new Timeline();
  await check(
    `server ${dead} becomes SECOND by itself`,
    () => pairWith(survivor, RETURN_SECONDS),
  );
  back.mark("PRIM and SECOND");
  back.tell("after it answered again");
  await noRowLost(dead, promised);
  await check("only changed regions were copied", async () => {
    const { lastResync } = await reaches(survivor, "PRIM", 10);
    if (!lastResync) throw new Error("state tells no resync");
    const { bytesSent, seconds, full } = lastResync;
    const { stdout } = await on(
      survivor,
      "du -s -B1 /var/lib/mysql /var/lib/hakit-k3s/storage | awk '{ sum += $1 } END { print sum }'",
    );
    note(
      `      ${mib(bytesSent)} of ${mib(Number(stdout))} in ${
        seconds.toFixed(1)
      } s`,
    );
    if (full) throw new Error("all was copied");
    if (bytesSent > Number(stdout) / 2) throw new Error("more than half");
  });
  await proof.flows(5, 60);
  await proof.stop();
  await proof.nothingLost(survivor);
  return survivor;
}

async function swap(proof: Proof, primary: Server): Promise<Server> {
  const next = otherThan(primary);
  note(`swap: server ${next} becomes primary`);
  await proof.start(primary, next);
  const lives = [await lifeOf(primary), await lifeOf(next)] as const;
  const api = new Api(next);
  await api.answers(3, 60);
  const timeline = new Timeline();
  const since = performance.now();
  await check("hakit swap", async () => {
    await askedToSwap(primary);
    timeline.mark("command returned");
    await pairWith(next, TAKEOVER_SECONDS);
    timeline.mark("PRIM and SECOND");
    await proof.flows(10, 90);
    await api.answers(5, TAKEOVER_SECONDS);
  });
  timeline.tell("after swap was asked for");
  proof.tellPauses(since);
  api.tellOutage(since);
  await api.stop();
  await sameLife(primary, lives[0]);
  await sameLife(next, lives[1]);
  await proof.stop();
  await proof.nothingLost(next);
  await check("K3s runs on the new primary", () => k3sRuns(next));
  return next;
}

/** One processor for a whole server: heartbeats may be late at that moment, and hakit refuses, as it should. Then it is asked again. */
async function askedToSwap(primary: Server): Promise<void> {
  const patience = { seconds: TAKEOVER_SECONDS, anyCode: true };
  for (let attempt = 1;; attempt++) {
    const { code, stdout, stderr } = await on(primary, "hakit swap", patience);
    if (code === 0) return;
    const answer = `${stdout}${stderr}`.trim();
    if (attempt === 3) throw new Error(`refused again: ${answer}`);
    note(`      refused: ${answer}`);
    await pairWith(primary, TAKEOVER_SECONDS);
  }
}

async function k3sRuns(server: Server): Promise<void> {
  await until(`k3s.service on server ${server}`, 60, async () => {
    const { stdout } = await on(server, "systemctl is-active k3s", {
      anyCode: true,
    });
    return stdout.trim() === "active" ? true : null;
  });
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
