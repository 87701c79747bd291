/** The disk of a mirrored directory is not mounted when its node comes back, or was replaced: what stands there is another folder. */
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
