/** Who this node is: cluster.yaml, its own name, the cluster's key, and where its files are. Read once when the agent begins. */
import { join } from "node:path";
import { ConfigError, loadCluster } from "../module/load.ts";
import type { Cluster } from "../module/schema.ts";
import type { Paths } from "../system/paths.ts";
import { readIfPresent } from "../system/files.ts";

export interface Node {
  readonly paths: Paths;
  readonly cluster: Cluster;
  readonly me: Cluster["nodes"][number];
  readonly peer: Cluster["nodes"][number];
  /** Order in cluster.yaml: the last tie-break. */
  readonly index: 0 | 1;
  /** 64 hexadecimal digits. */
  readonly key: string;
  /** What scripts call as $HAKIT. */
  readonly executable: string;
}

export async function readNode(paths: Paths): Promise<Node> {
  const cluster = await loadCluster(join(paths.etc, "cluster.yaml"));
  const nameFile = join(paths.etc, "node");
  const name = (await text(nameFile)).trim();
  const index = cluster.nodes.findIndex((node) => node.name === name);
  if (index !== 0 && index !== 1) {
    const names = cluster.nodes.map((node) => node.name).join(", ");
    throw new ConfigError(
      `is "${name.slice(0, 40)}", expected one of ${names}`,
      nameFile,
    );
  }
  const keyFile = join(paths.etc, "secret.key");
  const key = (await text(keyFile)).trim();
  if (!/^[0-9a-f]{64}$/.test(key)) {
    throw new ConfigError(
      "is no cluster key, expected 64 hexadecimal digits",
      keyFile,
    );
  }
  return {
    paths,
    cluster,
    me: cluster.nodes[index]!,
    peer: cluster.nodes[1 - index]!,
    index,
    key,
    executable: await executable(paths),
  };
}

async function text(file: string): Promise<string> {
  const content = await readIfPresent(file);
  if (content === null) throw new ConfigError("does not exist", file);
  return content;
}

/** Compiled: the program itself. From the sources: a line of shell that runs them. */
async function executable(paths: Paths): Promise<string> {
  if (Deno.build.standalone) return Deno.execPath();
  await Deno.mkdir(paths.run, { recursive: true });
  const wrapper = join(paths.run, "hakit");
  const words = sourceCommand().map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(wrapper, `#!/bin/sh\nexec ${words} "$@"\n`, {
    mode: 0o755,
  });
  return wrapper;
}

/** Program and first arguments of another process of hakit's own. */
export function hakitProgram(): string[] {
  return Deno.build.standalone ? [Deno.execPath()] : sourceCommand();
}

/** Runs hakit from its sources. */
function sourceCommand(): string[] {
  const main = new URL("../../main.ts", import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", "--no-prompt", main];
}
