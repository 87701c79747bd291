/** `hakit snapshot`: what support needs of both nodes, secrets removed. Without an agent, of this node from its files. */
import { collect } from "../agent/snapshot.ts";
import { ClientError } from "../api/client.ts";
import { pack } from "../module/archive.ts";
import { fileStamp } from "../system/clock.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import { askBytes } from "./ask.ts";
import { type Command, JSON_FLAG, UsageError } from "./command.ts";

export const command: Command = {
  name: "snapshot",
  summary: "Save what support needs of both nodes, secrets removed",
  group: "Look",
  args: [{
    name: "FILE",
    summary: "default: hakit-DATE.tar.gz in this folder",
    optional: true,
  }],
  flags: { json: JSON_FLAG },
  details:
    "Configuration, logs, records and what the kernel shows. Whatever stands in a secret file of /etc/hakit occurs nowhere in it; variables named like a password neither. Look it through before you give it away.",
  async run({ args, on, out }) {
    const file = args[0] ?? `hakit-${fileStamp()}.tar.gz`;
    const archive = await wholeArchive((line) => out.error(line));
    const zipped = new Blob([archive]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(zipped).arrayBuffer());
    try {
      // For whoever made it alone: logs tell of people and addresses.
      await Deno.writeFile(file, bytes, { createNew: true, mode: 0o600 });
    } catch (error) {
      throw new UsageError(
        `Cannot write "${file}": ${
          error instanceof Deno.errors.AlreadyExists
            ? "it exists, expected a new file"
            : error instanceof Error
            ? error.message
            : error
        }`,
      );
    }
    if (on("json")) out.json({ file, bytes: bytes.length });
    else out.line(`${file}, ${bytes.length} bytes`);
    return 0;
  },
};

async function wholeArchive(
  say: (line: string) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await askBytes("/api/snapshot");
  } catch (error) {
    // An agent that does not run is when it is needed most.
    if (!(error instanceof ClientError) || error.code !== "agent-not-running") {
      throw error;
    }
    say("The agent does not run: this node's files only.");
    const here = paths();
    const node = (await readIfPresent(`${here.etc}/node`) ?? "node").trim();
    return pack(await collect({ paths: here, node, known: {} }));
  }
}
