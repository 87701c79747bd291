/**
 * The disk of a mirrored directory is not mounted when its node comes back, or was replaced: what stands there is another folder. Or it
 * is the right one, and the state beside it is from a backup.
 */
import { rejects, strictEqual } from "node:assert/strict";
import { equalCopies, onPair } from "./on_pair.ts";
import { shell } from "./shell.ts";

const STRANGE = /is not the folder that was mirrored/;

onPair({
  name:
    "a node follows nobody on a folder that is not the mirrored one, goes on when its disk is back, and takes a new one where a person says so",
  async run(pair) {
    const { primary, secondary } = pair;
    const write = (name: string) =>
      Deno.writeTextFile(`${primary.data}/${name}`, name);
    await write("before");
    await equalCopies(pair);
    await secondary.replicator.kill();
    await pair.alone();
    await write("alone");

    const data = `${pair.root}/${secondary.name}/data`;
    await shell(`mv '${data}' '${data}.disk' && mkdir '${data}'`);
    await secondary.replicator.start();
    await secondary.replicator.until(
      ({ strange }) => STRANGE.test(strange ?? ""),
      "a word of the other folder",
    );
    await rejects(
      secondary.replicator.command({ command: "secondary" }),
      STRANGE,
    );

    await shell(`rmdir '${data}' && mv '${data}.disk' '${data}'`);
    await secondary.replicator.until(({ strange }) => !strange, "its disk");
    await pair.join();
    await equalCopies(pair);

    await secondary.replicator.kill();
    await pair.alone();
    await write("replaced");
    await shell(`rm -rf '${data}' && mkdir '${data}'`);
    await secondary.replicator.start();
    await secondary.replicator.command({ command: "secondary", full: true });
    await primary.replicator.command({ command: "connect" });
    await pair.mirrored();
    await equalCopies(pair);
    strictEqual(secondary.replicator.report.strange ?? null, null);
  },
});

onPair({
  name:
    "a disk that was replaced months ago is not taken for the copy when it is mounted again",
  async run(pair) {
    const { primary, secondary } = pair;
    const write = (name: string) =>
      Deno.writeTextFile(`${primary.data}/${name}`, name);
    const data = `${pair.root}/${secondary.name}/data`;
    await write("before");
    await equalCopies(pair);
    await secondary.replicator.kill();
    await pair.alone();
    await shell(`mv '${data}' '${data}.before' && mkdir '${data}'`);
    await secondary.replicator.start();
    await secondary.replicator.command({ command: "secondary", full: true });
    await primary.replicator.command({ command: "connect" });
    await pair.mirrored();
    await write("months");
    await equalCopies(pair);

    await secondary.replicator.kill();
    await pair.alone();
    await shell(`mv '${data}' '${data}.new' && mv '${data}.before' '${data}'`);
    await secondary.replicator.start();
    await rejects(
      secondary.replicator.command({ command: "secondary" }),
      STRANGE,
    );
    await shell(`mv '${data}' '${data}.before' && mv '${data}.new' '${data}'`);
    await secondary.replicator.until(({ strange }) => !strange, "its disk");
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a node whose system disk alone was restored waits beside what it wrote alone, and keeps it aside where a person takes the other copy",
  async run(pair) {
    const [node, other] = [pair.primary, pair.secondary];
    const state = `${pair.root}/${node.name}-own/state`;
    await Deno.writeTextFile(`${node.data}/mirrored`, "mirrored");
    await equalCopies(pair);
    await shell(`cp -a '${state}' '${state}.backup'`);
    await Deno.writeTextFile(`${node.data}/later`, "later");
    await other.replicator.command({ command: "idle" });
    await pair.alone();
    await Deno.writeTextFile(`${node.data}/alone`, "alone");
    await node.replicator.kill();
    await shell(`rm -rf '${state}' && cp -a '${state}.backup' '${state}'`);

    await node.replicator.start();
    // Takes away the dead mount, below which nobody looks.
    await node.replicator.command({ command: "idle" });
    const NEWER = /has newer data than the state of \w+ knows of/;
    await node.replicator.until(
      ({ strange }) => NEWER.test(strange ?? ""),
      "a word of what the folder has",
    );
    for (const command of ["secondary", "primary"] as const) {
      const order = command === "primary"
        ? { command, alone: true }
        : { command };
      await rejects(node.replicator.command(order), NEWER);
    }
    pair.primaryIndex = pair.nodes.indexOf(other) as 0 | 1;
    await pair.alone();
    await node.replicator.command({ command: "secondary", full: true });
    await other.replicator.command({ command: "connect" });
    await pair.mirrored();
    await equalCopies(pair);
    const { stdout } = await shell(
      `cat '${node.backing}'/.hakit/aside-*/alone`,
    );
    strictEqual(stdout, "alone");
  },
});
