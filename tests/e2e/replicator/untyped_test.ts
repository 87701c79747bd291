/** A file system whose listings tell no types (XFS without ftype, ext4 without filetype): directories are found to be some all the same. */
import { strictEqual } from "node:assert/strict";
import { equalCopies, onPair } from "./on_pair.ts";
import { lacking, shell } from "./shell.ts";

onPair({
  name: "what was marked in a subdirectory is found after a restart",
  disks: "64m",
  format: {
    make: ["mkfs.ext4", "-q", "-F", "-O", "^filetype"],
    mount: "errors=remount-ro",
  },
  lacking: lacking("mkfs.ext4", "losetup", "findmnt"),
  async run(pair) {
    const { primary } = pair;
    await shell(
      `mkdir -p '${primary.data}/a/b' && echo both > '${primary.data}/a/b/f'`,
    );
    await pair.idle();
    await pair.alone();
    await shell(`echo alone > '${primary.data}/a/b/f'`);
    await primary.replicator.command({ command: "idle" });
    await primary.replicator.kill();
    await primary.replicator.start();
    await pair.alone();
    await pair.join();
    strictEqual(primary.replicator.report.lastResync?.full, false);
    await equalCopies(pair);
  },
});
