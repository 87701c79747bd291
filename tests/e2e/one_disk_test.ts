/** A server with one disk for everything, the service's data and hakit's own state and logs: it ends no write any more, and the other node goes on. */
import { ok, strictEqual } from "node:assert/strict";
import { canIsolate } from "./can_isolate.ts";
import { bothReady, HAKIT, isAlone, lab, stateOf, tell, until } from "./lab.ts";
import { lacking, shell } from "./replicator/shell.ts";

const OUTER = "/dev/shm/hakit-one-disk";
const NODE = "/var/lib/hakit-lab/node1";
/** 20 s of patience with the disk, 12 s until the agent is taken for hanging, which waits for its log by then. */
const TAKEN_MS = 60_000;

/** The next number of the lab's counter, at the virtual address; null: no answer. */
async function next(): Promise<number | null> {
  const ask =
    "exec 3<>/dev/tcp/10.77.1.100/3300 && echo next >&3 && head -n 1 <&3";
  const out = await lab(
    ...["exec", "0", "--", "timeout", "2", "bash", "-c", ask],
  ).catch(() => "");
  return out.trim() === "" ? null : Number(out);
}

/** Everything of node 1 on a file system whose image lies on another one, which can be frozen. */
async function moveToOneDisk(): Promise<void> {
  await lab("kill", "1");
  await shell(`
    mkdir -p ${OUTER}
    truncate -s 600m ${OUTER}.img && mkfs.ext4 -q -F ${OUTER}.img && mount -o loop ${OUTER}.img ${OUTER}
    truncate -s 400m ${OUTER}/inner.img && mkfs.ext4 -q -F ${OUTER}/inner.img
    mv ${NODE} ${NODE}.before && mkdir ${NODE} && mount -o loop ${OUTER}/inner.img ${NODE}
    cp -a ${NODE}.before/. ${NODE}/ && sync -f ${NODE}`);
  await lab("start", "1");
  strictEqual(await bothReady(), 2);
  await lab("exec", "2", "--", HAKIT, "swap");
  strictEqual(await bothReady(), 1);
}

async function cleanUp(): Promise<void> {
  await shell(`fsfreeze -u ${OUTER} || true`);
  // It refuses to remove the mount point.
  await lab("down").catch(() => {});
  await shell(`
    for place in ${NODE} ${OUTER}; do umount -l $place || true; done
    rm -rf ${OUTER} ${OUTER}.img`);
  await lab("down");
}

const missing = lacking("mkfs.ext4", "losetup", "fsfreeze");
const leftOut = missing ??
  (await canIsolate() ? null : "no network namespaces");

Deno.test({
  name: `a server whose only disk hangs says so, and the other one goes on${
    leftOut ? ` (left out: ${leftOut})` : ""
  }`,
  ignore: leftOut !== null,
  async fn() {
    await lab("down");
    try {
      await lab("up", "--module", "counter");
      await moveToOneDisk();
      const before = await next();
      ok(before !== null, "the counter does not answer");
      await shell(`fsfreeze -f ${OUTER}`);
      const began = performance.now();
      const reasons = new Set<string>();
      let last = before;
      await until("node 2 serves ALONE", TAKEN_MS, async () => {
        last = await next() ?? last;
        // From the other one: on a disk that hangs a command may wait, too.
        const { nodes } = await stateOf(2);
        const said = nodes.find(({ local }) => !local)?.modules[0]?.reason;
        if (said) reasons.add(said);
        return await isAlone(2);
      });
      const told = [...reasons].join("\n");
      ok(/the disk of \S+ has not ended an fsync/.test(told), told);
      await until("the counter answers", 20_000, async () => {
        const value = await next();
        // What was answered stays; of what was not, one may have been counted.
        ok(value === null || value > last, `${value} after ${last}`);
        return value !== null;
      });
      const took = performance.now() - began;
      tell({ outageSeconds: Math.round(took / 1000) });
      await shell(`fsfreeze -u ${OUTER}`);
      strictEqual(await bothReady(), 2);
      ok(await next() !== null, "the counter does not answer");
    } finally {
      await cleanUp();
    }
  },
});
