/**
 * The executable of this node: takes a new one in, puts it in the old one's place, ends the agent so that it begins again as the new
 * one, and keeps the old one. A guard, a process of the old executable, puts that back when the new agent does not answer.
 * Which node is upgraded when is the command's affair (src/cli/upgrade.ts).
 */
import { ApiError } from "../api/error.ts";
import { places } from "../cluster/places.ts";
import type { Log } from "../system/log.ts";
import { readIfPresent, writeAll, writeDurably } from "../system/files.ts";
import { command } from "../system/command.ts";
import { renewDrainUnit } from "../k3s/shutdown.ts";
import { leftAsTheyAre, renewWritten, wantedFiles } from "../k3s/written.ts";
import { UNIT_FILE, unitText } from "../system/unit.ts";
import type { UpgradeInfo } from "../api/schemas.ts";
import { digestOf } from "../system/digest.ts";
import { spawnApart } from "./apart.ts";
import { type Files, filesOf, putBack } from "./exchange.ts";
import { type Build, inspect, MAX_EXECUTABLE } from "./executable.ts";
import type { Node } from "./node.ts";
import { SPEAKS } from "./speaks.ts";
import { beginTrial, endTrial, type Watch } from "./trial.ts";
import { VERSION } from "../system/version.ts";
import { messageOf } from "../system/message.ts";

export interface UpgradesOptions {
  readonly node: Node;
  readonly log: Log;
  /** Ends this agent in order; whoever started it (systemd) starts it again. */
  readonly end: () => void;
  /** Null: it runs from its sources, which nobody replaces. */
  readonly executable: string | null;
}

/** So that the answer is on its way before the agent ends. */
const ANSWER_MS = 300;

export class Upgrades {
  readonly #options: UpgradesOptions;
  readonly #life = crypto.randomUUID();
  #running: Promise<string> | null = null;
  #staged: Build | null = null;
  #known: { readonly key: string; readonly build: Build } | null = null;
  #busy = false;
  /** The modules have begun and heartbeats are sent. */
  ready = false;

  constructor(options: UpgradesOptions) {
    this.#options = options;
  }

  async info(): Promise<UpgradeInfo> {
    const { node } = this.#options;
    // The file that this process was started from, also when its name is another's by now.
    this.#running ??= digestOf("/proc/self/exe");
    return {
      node: node.me.name,
      life: this.#life,
      ready: this.ready,
      running: {
        version: VERSION,
        digest: await this.#running,
        speaks: SPEAKS,
      },
      staged: this.#staged,
      previous: await this.#previous(),
    };
  }

  /** Takes a file in beside the one that runs, and looks whether it would do. */
  async stage(body: ReadableStream<Uint8Array> | null): Promise<UpgradeInfo> {
    const file = this.#files().staged;
    if (this.#busy) {
      throw new ApiError(409, "refused", "Another upgrade is under way");
    }
    this.#busy = true;
    this.#staged = null;
    try {
      await receive(body, file);
      this.#staged = await inspect(file, { name: "the new executable" });
    } catch (error) {
      await Deno.remove(file).catch(() => {});
      if (error instanceof ApiError) throw error;
      throw new ApiError(400, "bad-executable", messageOf(error));
    } finally {
      this.#busy = false;
    }
    this.#options.log.info(`took in hakit ${this.#staged.version}`);
    return await this.info();
  }

  /** Puts the staged one (`back`: the kept one) in place and begins again as it. */
  async activate(
    { digest, back, by }: {
      readonly digest: string;
      readonly back: boolean;
      readonly by: string;
    },
  ): Promise<UpgradeInfo> {
    const files = this.#files();
    const wanted = back ? await this.#previous() : this.#staged;
    if (wanted?.digest !== digest) {
      throw new ApiError(
        409,
        "refused",
        `No executable with digest ${
          digest.slice(0, 12)
        } lies ready on ${this.#options.node.me.name}`,
      );
    }
    const source = back ? files.previous : files.staged;
    // A file that changed under us, or rotted, must not become the agent.
    if (await digestOf(source) !== digest) {
      throw new ApiError(
        409,
        "refused",
        `"${source}" has changed since it was checked: send it again`,
      );
    }
    const { paths } = this.#options.node;
    await beginTrial(paths, { files, source, digest, back });
    this.#options.log.warning(
      `hakit ${wanted.version} is put in place of ${VERSION} by ${by}; this agent ends and begins again as it`,
    );
    try {
      const watch: Watch = { ...files, home: homeOf(), pid: Deno.pid, digest };
      // By its kept name: the new executable is what it guards against.
      spawnApart([files.previous, "upgrade-guard", JSON.stringify(watch)]);
    } catch (cause) {
      // Nobody would put the old one back: then it stays.
      await putBack(files);
      await endTrial(paths, digest);
      throw new ApiError(500, "failed", `No guard: ${messageOf(cause)}`, {
        cause,
      });
    }
    const info = await this.info();
    setTimeout(() => this.#options.end(), ANSWER_MS);
    return info;
  }

  /** The same executable again: for what agents read when they begin. */
  async restart(by: string): Promise<UpgradeInfo> {
    if (this.#busy) {
      throw new ApiError(409, "refused", "An upgrade is under way");
    }
    const info = await this.info();
    this.#options.log.warning(
      `this agent ends and begins again, asked by ${by}`,
    );
    setTimeout(() => this.#options.end(), ANSWER_MS);
    return info;
  }

  /** The new version may want other files outside of hakit's folders. */
  async renewFiles(): Promise<void> {
    const { executable, log, node } = this.#options;
    if (executable === null || Deno.env.has("HAKIT_HOME")) return;
    try {
      if (await renewDrainUnit(places(node.paths))) {
        log.info("wrote hakit-drain.service");
      }
      await this.#renewUnit(executable);
      await this.#renewWritten();
    } catch (error) {
      log.warning(`files not renewed: ${messageOf(error)}`);
    }
  }

  /** What people changed of it stands in a drop-in of their own. */
  async #renewUnit(executable: string): Promise<void> {
    const text = await readIfPresent(UNIT_FILE);
    const wanted = unitText(executable);
    if (text === null || text === wanted) return;
    if (!text.includes(`ExecStart=${executable} agent\n`)) return;
    await writeDurably(UNIT_FILE, wanted);
    await command(["systemctl", "daemon-reload"], { timeoutMs: 30_000 });
    this.#options.log.info(`wrote "${UNIT_FILE}" as this version wants it`);
  }

  async #renewWritten(): Promise<void> {
    const { node, log } = this.#options;
    const at = places(node.paths);
    const files = await wantedFiles(at);
    if (files === null) return;
    await renewWritten(at, files, (path) =>
      log.info(
        `wrote "${path}" as this version wants it: in force when its service starts next`,
      ));
    for (const path of await leftAsTheyAre(at, files)) {
      log.warning(
        `"${path}" is not as this version would write it and was left: see "hakit doctor"`,
      );
    }
  }

  async #previous(): Promise<Build | null> {
    if (this.#options.executable === null) return null;
    const { previous } = this.#files();
    try {
      const { mtime, size } = await Deno.stat(previous);
      const key = `${mtime?.getTime()} ${size}`;
      if (this.#known?.key !== key) {
        this.#known = { key, build: await inspect(previous) };
      }
      return this.#known.build;
    } catch {
      return null;
    }
  }

  #files(): Files {
    const { executable, node } = this.#options;
    if (executable === null) {
      throw new ApiError(
        409,
        "refused",
        `hakit runs from its sources on ${node.me.name}: there is no executable to replace`,
      );
    }
    return filesOf(executable);
  }
}

function homeOf(): string | null {
  return Deno.env.get("HAKIT_HOME") ?? null;
}

async function receive(
  body: ReadableStream<Uint8Array> | null,
  file: string,
): Promise<void> {
  await Deno.remove(file).catch(() => {});
  using handle = await Deno.open(file, {
    write: true,
    createNew: true,
    mode: 0o700,
  });
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_EXECUTABLE) {
      throw new ApiError(
        413,
        "too-large",
        `The executable is larger than ${MAX_EXECUTABLE} bytes`,
      );
    }
    await writeAll(handle, chunk);
  }
  await handle.sync();
}
