/** A disk that needs long for each read of what is not in memory: writes go on meanwhile, and the reads are right. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { later, onPair, tell } from "./on_pair.ts";
import type { Node } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { lacking, run, shell } from "./shell.ts";

const GROUP = "/sys/fs/cgroup/blkio/hakit-slow-reads";
const READS_A_SECOND = 20;
const BLOCK = 4096;
const MIB = 2 ** 20;

function cannotSlow(): string | null {
  try {
    Deno.statSync("/sys/fs/cgroup/blkio/blkio.throttle.read_iops_device");
  } catch {
    return "there is no cgroup v1 controller blkio, which makes a disk slow";
  }
  return lacking("mkfs.ext4", "losetup", "findmnt", "dd");
}

/** Reads of the node's replicator take their time from now on; the rest of the machine's do not. */
async function slow({ backing, replicator }: Node) {
  const { stdout } = await run("findmnt", [
    ...["-n", "-o", "MAJ:MIN", "--target", backing],
  ]);
  await Deno.mkdir(GROUP, { recursive: true });
  await Deno.writeTextFile(
    `${GROUP}/blkio.throttle.read_iops_device`,
    `${stdout.trim()} ${READS_A_SECOND}`,
  );
  // Of all its threads.
  await Deno.writeTextFile(`${GROUP}/cgroup.procs`, String(replicator.pid));
}

onPair({
  name: "reads that wait for a slow disk hold up no write",
  disks: "512m",
  base: "/var/tmp",
  lacking: cannotSlow(),
  async run(pair) {
    const { primary } = pair;
    const file = `${primary.data}/cold`;
    await shell(`head -c 64M /dev/urandom > '${file}'; sync -f '${file}'`);
    const whole = await Deno.readFile(`${primary.backing}/cold`);
    await sleep(4000);
    // Out of memory, beneath the mount and on it.
    await run("dd", [
      ...[`of=${primary.backing}/cold`, "oflag=nocache"],
      ...["conv=notrunc,fdatasync", "count=0", "if=/dev/null"],
    ]);
    await slow(primary);
    let reads = 0, reading = true;
    const reader = async () => {
      while (reading) {
        const block = Math.floor(Math.random() * 64 * MIB / BLOCK);
        const { stdout } = await new Deno.Command("dd", {
          args: [
            ...[`if=${file}`, "iflag=direct", `bs=${BLOCK}`, `skip=${block}`],
            ...["count=1", "status=none"],
          ],
        }).output();
        deepStrictEqual(
          stdout,
          whole.slice(block * BLOCK, (block + 1) * BLOCK),
        );
        reads++;
      }
    };
    const readers = [reader(), reader(), reader()].map(later);
    while (reads < 3) await sleep(20);
    const before = reads;
    let writes = 0;
    {
      using out = await Deno.open(`${primary.data}/written`, {
        create: true,
        append: true,
      });
      for (; reads < before + 20; writes++) {
        await out.write(new TextEncoder().encode(`${writes}\n`));
      }
    }
    reading = false;
    await Promise.all(readers);
    tell(`${writes} writes beside ${reads - before} reads`);
    ok(writes > 20 * (reads - before), `only ${writes} writes`);
  },
});
