/** `hakit snapshot`: what support needs of both nodes, secrets removed. Without an agent, of this node from its files. */
import { anonymise } from "../agent/anonymous.ts";
import { collect } from "../agent/snapshot.ts";
import { knownNames } from "../agent/support.ts";
import { ClientError } from "../api/client.ts";
import { pack, unpack } from "../module/archive.ts";
import { fileStamp } from "../system/clock.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import { askBytes } from "./ask.ts";
import { type Command, JSON_FLAG, UsageError } from "./command.ts";
import { messageOf } from "../system/message.ts";

export const command: Command = {
  name: "snapshot",
  summary: "Save what support needs of both nodes, secrets removed",
  group: "Look",
  args: [{
    name: "FILE",
    summary: "default: hakit-DATE.tar.gz in this folder",
    optional: true,
  }],
  flags: {
    anonymous: {
      type: "boolean",
      summary:
        "stand-ins for nodes, machines, addresses, people and own modules; what they stand for is kept beside it, in FILE.names.json",
    },
    json: JSON_FLAG,
  },
  details:
    "Configuration, logs, records and what the kernel shows. Whatever stands in a secret file of /etc/hakit occurs nowhere in it; variables named like a password neither. Look it through before you give it away.",
  async run({ args, on, out }) {
    const file = args[0] ?? `hakit-${fileStamp()}.tar.gz`;
    const names = `${file}.names.json`;
    const whole = await wholeArchive((line) => out.error(line));
    const known = on("anonymous") ? await knownNames(paths()) : null;
    const anonymous = known && await anonymise(unpack(whole), known);
    const archive = anonymous ? pack(anonymous.files) : whole;
    const zipped = new Blob([archive]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(zipped).arrayBuffer());
    // Without its names an archive is of less use than none: they first, and both or none.
    if (anonymous) {
      await write(names, JSON.stringify(anonymous.names, null, 2) + "\n");
    }
    try {
      await write(file, bytes);
    } catch (error) {
      if (anonymous) await Deno.remove(names);
      throw error;
    }
    const made = { file, names: anonymous ? names : null };
    if (on("json")) out.json({ ...made, bytes: bytes.length });
    else out.line(`${file}, ${bytes.length} bytes`);
    if (anonymous && !on("json")) {
      out.line(`${names}: what the stand-ins in it stand for; keep it`);
    }
    return 0;
  },
};

/** For whoever made it alone: logs tell of people and addresses. */
async function write(file: string, content: string | Uint8Array) {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  try {
    await Deno.writeFile(file, bytes, { createNew: true, mode: 0o600 });
  } catch (error) {
    throw new UsageError(
      `Cannot write "${file}": ${
        error instanceof Deno.errors.AlreadyExists
          ? "it exists, expected a new file"
          : messageOf(error)
      }`,
    );
  }
}

const SILENT: { readonly [code: string]: string } = {
  "agent-not-running": "The agent does not run",
  "no-answer": "The agent runs and does not answer",
};

/** An agent that does not run, or hangs, is when it is needed most. */
export async function wholeArchive(
  say: (line: string) => void,
  ask: typeof askBytes = askBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await ask("/api/snapshot");
  } catch (error) {
    const silent = error instanceof ClientError
      ? SILENT[error.code]
      : undefined;
    if (silent === undefined) throw error;
    say(`${silent}: this node's files only.`);
    const here = paths();
    const node = (await readIfPresent(`${here.etc}/node`) ?? "node").trim();
    return pack(await collect({ paths: here, node, known: {} }));
  }
}
