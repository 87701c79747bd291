/** Story: `hakit drill k3s` with a swap, and with a power cut and cut cables that the runner makes when the drill asks for it. */
import { pairWith } from "./cluster.ts";
import { cables, on, otherThan, type Server, vm } from "./lab.ts";
import { check, note } from "./report.ts";

const DRILL_SECONDS = 900;
const RETURN_SECONDS = 420;

interface Report {
  readonly acknowledged: number;
  readonly lost: readonly number[];
  readonly pauseSeconds: number;
  readonly timeline: readonly {
    readonly what: string;
    readonly seconds: number;
  }[];
}

/** A swap; returns who is primary then. */
export async function drill(primary: Server): Promise<Server> {
  const second = otherThan(primary);
  await check("hakit drill k3s: a swap", async () => {
    const { stdout } = await on(
      primary,
      "hakit drill k3s --html /root/drill.html",
      { seconds: DRILL_SECONDS },
    );
    note(stdout.trim().replace(/^/gm, "        "));
    if (!/All [1-9]\d* acknowledged writes are there/.test(stdout)) {
      throw new Error(stdout.slice(-300));
    }
    await on(
      primary,
      "grep -q 'acknowledged writes are there' /root/drill.html",
    );
  });
  await pairWith(second, 120);
  await check("it is refused where the drill itself would die", async () => {
    const { code, stderr } = await on(second, "hakit drill k3s --kill", {
      anyCode: true,
    });
    if (code !== 1 || !stderr.includes("other one")) throw new Error(stderr);
  });
  await check("without a witness it cuts no links", async () => {
    const { code, stderr } = await on(second, "hakit drill k3s --cut", {
      anyCode: true,
    });
    if (code !== 1 || !stderr.includes("witness")) throw new Error(stderr);
  });
  return second;
}

/** The primary loses its power: what pulls the plug stands outside of the servers, and is told by a file. */
export async function drillKill(primary: Server): Promise<Server> {
  const survivor = otherThan(primary);
  await check("hakit drill k3s: a power cut", async () => {
    await on(survivor, "rm -f /root/pull");
    const ready = on(
      survivor,
      "hakit drill k3s --kill --stay --json --by 'touch /root/pull; sleep 2'",
      { seconds: DRILL_SECONDS },
    );
    await on(survivor, "until [ -e /root/pull ]; do sleep 0.2; done", {
      seconds: DRILL_SECONDS,
    });
    await vm(["kill", String(primary)]);
    judge((await ready).stdout);
  });
  await vm(["up", String(primary)], { seconds: 300 });
  await pairWith(survivor, RETURN_SECONDS);
  return survivor;
}

/** The secondary loses both cables; a witness is there. */
export async function drillCut(primary: Server): Promise<Server> {
  const second = otherThan(primary);
  await check("hakit drill k3s: cut links, given back", async () => {
    await on(primary, "rm -f /root/pull /root/plug");
    const ready = on(
      primary,
      "hakit drill k3s --cut --json --by 'touch /root/pull; sleep 2' --undo 'touch /root/plug'",
      { seconds: DRILL_SECONDS },
    );
    const asks = (file: string) =>
      on(primary, `until [ -e ${file} ]; do sleep 0.2; done`, {
        seconds: DRILL_SECONDS,
      });
    await asks("/root/pull");
    for (const cable of cables(second)) await vm(["cut", ...cable]);
    try {
      await asks("/root/plug");
    } finally {
      for (const cable of cables(second)) await vm(["heal", ...cable]);
    }
    judge((await ready).stdout);
  });
  await pairWith(primary, RETURN_SECONDS);
  return primary;
}

function judge(json: string): void {
  const report = JSON.parse(json) as Report;
  for (const { what, seconds } of report.timeline) {
    note(`        ${seconds.toFixed(1)} s  ${what}`);
  }
  note(
    `      ${report.acknowledged} acknowledged, ${report.lost.length} lost, pause ${report.pauseSeconds} s`,
  );
  if (report.lost.length > 0 || report.acknowledged === 0) {
    throw new Error(JSON.stringify(report).slice(0, 600));
  }
}
