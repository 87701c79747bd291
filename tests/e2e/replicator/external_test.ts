/** The first copy from a backup that somebody restored on the secondary: only what differs travels. */
import { ok, rejects, strictEqual } from "node:assert/strict";
import { equalCopies, onPair, tell } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { run, shell } from "./shell.ts";

const FILL = `
  mkdir -p dir/sub/deep links; head -c 40M /dev/urandom > large
  for i in $(seq 400); do echo $i > dir/sub/$i; done
  echo one > links/one; ln links/one links/two; ln -s ../large links/soft
  mkfifo links/pipe; mknod links/null c 1 3; truncate -s 1G sparse
  printf x | dd of=sparse bs=1 seek=500000000 conv=notrunc status=none
  chown 7:8 dir/sub/7; chmod 4755 dir/sub/8; setfattr -n user.k -v v dir/sub/9`;

/** A backup of the primary's directory, restored on the other node while both nodes have no common history. */
async function restore(pair: Pair, how: "tar" | "ids" | "plain") {
  const { primary, secondary } = pair;
  await shell(`cd '${primary.data}' && ${FILL}`);
  await primary.replicator.command({ command: "force", full: true });
  await pair.alone();
  if (how === "tar") {
    await shell(
      `tar -C '${primary.data}' --sparse -cf - . | tar -C '${secondary.data}' --sparse -xpf -`,
    );
  } else if (how === "ids") {
    // From beneath the mount, as root: our ids come along.
    await run("cp", ["-a", `${primary.backing}/.`, `${secondary.data}/`]);
  } else {
    // Everything that a careless copy loses: links, owners, holes, attributes.
    await run("cp", [
      "-rL",
      "--no-preserve=all",
      "--sparse=never",
      `${primary.data}/dir`,
      `${primary.data}/large`,
      secondary.data,
    ]);
    await shell(
      `mkdir '${secondary.data}/links' && echo one > '${secondary.data}/links/one' && echo one > '${secondary.data}/links/two'`,
    );
  }
  // The service went on since the backup.
  await shell(`
    cd '${primary.data}'
    printf CHANGED | dd of=large bs=1 seek=20000000 conv=notrunc status=none
    rm dir/sub/10; mv dir/sub/11 dir/sub/moved; echo new > dir/new; rm links/soft; ln -s other links/soft`);
  await shell(`cd '${secondary.data}' && echo stale > dir/stale`);
}

for (const how of ["tar", "ids", "plain"] as const) {
  onPair({
    name: `external first copy, restored with ${how}: only differences travel`,
    idle: true,
    async run(pair) {
      await restore(pair, how);
      await pair.secondary.replicator.command({ command: "external" });
      // The note holds over a restart.
      await pair.secondary.replicator.kill();
      await pair.secondary.replicator.start();
      await pair.join();
      await equalCopies(pair);
      const last = pair.primary.replicator.report.lastResync!;
      tell(`${how}: ${JSON.stringify(last)}`);
      ok(last.bytesSent < 2 << 20, `${last.bytesSent} bytes for some changes`);
      const kept = await shell(
        `ls -d '${pair.secondary.backing}'/.hakit/aside* 2>/dev/null || true`,
      );
      strictEqual(kept.stdout, "");
      // It is a copy like any other now.
      await rejects(
        pair.secondary.replicator.command({ command: "external" }),
        /runs on this node/,
      );
      await pair.swap();
      await equalCopies(pair);
      await pair.idle();
      await rejects(
        pair.secondary.replicator.command({ command: "external" }),
        /has a copy/,
      );
    },
  });
}

onPair({
  name: "a first copy without that note moves away what stands there",
  idle: true,
  async run(pair) {
    await restore(pair, "tar");
    await pair.join();
    await equalCopies(pair);
    const last = pair.primary.replicator.report.lastResync!;
    ok(last.bytesSent > 40 << 20, `${last.bytesSent} bytes`);
    const { stdout } = await shell(
      `cat '${pair.secondary.backing}'/.hakit/aside*/dir/stale`,
    );
    strictEqual(stdout, "stale\n");
  },
});

onPair({
  name: "an external first copy that breaks off goes on from what is there",
  idle: true,
  resyncLimit: 16 << 20,
  async run(pair) {
    await restore(pair, "tar");
    const { primary, secondary } = pair;
    await secondary.replicator.command({ command: "external" });
    await secondary.replicator.command({ command: "secondary" });
    await primary.replicator.command({ command: "connect" });
    await primary.replicator.until(
      ({ resync }) => (resync?.bytesDone ?? 0) > 0,
      "some of it",
    );
    await secondary.replicator.kill();
    strictEqual(secondary.replicator.running, false);
    await secondary.replicator.start();
    await pair.join();
    await equalCopies(pair);
    ok(primary.replicator.report.lastResync!.bytesSent < 2 << 20);
  },
});
