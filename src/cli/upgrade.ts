/** `hakit upgrade`: hakit itself, on both nodes, one after the other, while services run. */
import { messageOf } from "../system/message.ts";
import { paths } from "../system/paths.ts";
import { apart } from "../agent/speaks.ts";
import { type Build, inspect } from "../agent/executable.ts";
import {
  LateError,
  restartAll,
  type RollingDoor,
  type Step,
  turn,
  type Wait,
} from "../api/rolling.ts";
import {
  allStopped,
  obstacles,
  obstacleText,
  order,
} from "../api/rolling_plan.ts";
import { clusterFilesAnswer } from "../api/config_schemas.ts";
import { type UpgradeInfo, upgradeInfo } from "../api/schemas.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Ask, sendFile } from "./ask.ts";
import { columns } from "./columns.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";

const PATH = "/api/upgrade";
export function upgradeCommand(ask: Ask, api: () => AgentApi): Command {
  return {
    name: "upgrade",
    summary:
      "Upgrade hakit itself on both nodes, one after the other, while services run",
    group: "Set up",
    args: [{
      name: "FILE",
      summary: "the new executable; without: what the nodes run",
      optional: true,
    }],
    flags: {
      back: {
        type: "boolean",
        summary: "the executables that the last upgrade kept",
      },
      restart: {
        type: "boolean",
        summary:
          "no new executable: agents that do not run by cluster.yaml as it lies there begin again",
      },
      "this-node": {
        type: "boolean",
        summary: "this node only, without asking the other one",
      },
      "stop-services": {
        type: "boolean",
        summary: "also where a service must stop meanwhile",
      },
      "dry-run": {
        type: "boolean",
        summary: "check and print what would be done; change nothing",
      },
      json: JSON_FLAG,
    },
    details: `\
The node that serves least comes first: what it serves changes places, its agent and replicators begin again as the
new version, and the copies must be level before the other node's turn. A new agent that does not answer within
60 s is replaced by the old one by itself. Each service is moved once or twice, no longer than by "hakit swap".
Run it again after an interruption: nodes that have the new version are left alone.`,
    async run(call) {
      const file = call.args[0];
      const back = call.on("back");
      const restart = call.on("restart");
      if (Number(file !== undefined) + Number(back) + Number(restart) > 1) {
        throw new UsageError(
          "hakit upgrade: only one of FILE, --back and --restart",
        );
      }
      if (restart && call.on("stop-services")) {
        throw new UsageError(
          "hakit upgrade --restart stops no service, so --stop-services does not go with it",
        );
      }
      const upgrade = new Upgrade(call, ask, api());
      if (restart) return await upgrade.restart();
      if (file === undefined && !back) return await upgrade.show();
      return await upgrade.run(file ?? null);
    },
  };
}

/** What one node gets. */
interface Wish {
  readonly info: UpgradeInfo;
  readonly build: Build;
}

class Upgrade {
  readonly #call: Call;
  readonly #ask: Ask;
  readonly #agent: AgentApi;

  constructor(call: Call, ask: Ask, agent: AgentApi) {
    this.#call = call;
    this.#ask = ask;
    this.#agent = agent;
  }

  async show(): Promise<number> {
    const { out, on } = this.#call;
    const infos: UpgradeInfo[] = [];
    for (const node of await this.#nodes()) infos.push(await this.#info(node));
    if (on("json")) {
      out.json({ nodes: infos });
      return EXIT.done;
    }
    out.line(
      columns([
        ["node", "runs", "", "kept by the last upgrade"],
        ...infos.map(({ node, running, previous }) => [
          node,
          running.version,
          running.digest.slice(0, 12),
          previous?.version ?? "none",
        ]),
      ]).join("\n"),
    );
    return EXIT.done;
  }

  /** `file` null: back to what was kept. */
  async run(file: string | null): Promise<number> {
    const { out, on } = this.#call;
    const build = file === null ? null : await inspectFile(file);
    const nodes = await this.#nodes();
    const wishes = new Map<string, Wish>();
    for (const node of nodes) {
      const info = await this.#info(node);
      const wanted = build ?? info.previous;
      if (!wanted) {
        throw new Error(
          `${node} has kept no earlier hakit: nothing was changed`,
        );
      }
      wishes.set(node, { info, build: wanted });
    }
    const state = await this.#agent.state();
    const plan = order(state).filter((node) => {
      const wish = wishes.get(node);
      if (!wish) return false;
      const done = wish.info.running.digest === wish.build.digest;
      if (done) this.#say(`${node} runs ${wish.build.version} already`);
      return !done;
    });
    if (plan.length === 0) return this.#end([]);
    const against = [
      ...on("this-node") ? [] : obstacles(state).map(obstacleText),
      ...this.#strangers(wishes, allStopped(state)),
    ];
    for (const line of against) this.#warn(line);
    if (against.length > 0 && !on("stop-services")) {
      out.error(
        'Nothing was changed. "--stop-services" upgrades all the same, and services may stop meanwhile.',
      );
      return EXIT.failed;
    }
    if (on("dry-run")) {
      for (const node of plan) {
        const { info, build } = wishes.get(node)!;
        this.#say(
          `${node} would go from ${info.running.version} to ${build.version}; what it serves then changes places first`,
        );
      }
      return EXIT.done;
    }
    // Sent to all before the first one changes: a file that does not run over there must stop nothing here.
    if (file !== null) {
      for (const node of plan) await this.#send(file, node, build!);
    }
    await this.#lateIsSaid(async () => {
      for (const node of plan) {
        await this.#turn(node, wishes.get(node)!, file === null);
      }
    });
    return this.#end(plan.map((node) => ({
      node,
      from: wishes.get(node)!.info.running.version,
      to: wishes.get(node)!.build.version,
    })));
  }

  /** For a changed cluster.yaml, which agents read when they begin. */
  async restart(): Promise<number> {
    const { out, on } = this.#call;
    const digests = new Set<string>();
    const waiting: string[] = [];
    for (const node of await this.#nodes()) {
      const path = `/api/cluster/config?node=${node}`;
      const found = await this.#ask(path, { answer: clusterFilesAnswer });
      digests.add(found.digest);
      if (!found.inForce) waiting.push(node);
    }
    const state = await this.#agent.state();
    const nodes = order(state).filter((node) => waiting.includes(node));
    const against = nodes.length === 0 || on("this-node")
      ? []
      : obstacles(state).map(obstacleText);
    if (nodes.length > 0 && digests.size > 1) {
      against.push(
        "cluster.yaml is not the same on both nodes, expected the same: the console's page of it shows the difference and writes one on both",
      );
    }
    for (const line of against) this.#warn(line);
    if (against.length > 0) {
      out.error("Nothing was changed.");
      return EXIT.failed;
    }
    if (!on("dry-run")) {
      await this.#lateIsSaid(() =>
        restartAll(nodes, {
          ...this.#door(),
          restart: (node) =>
            this.#ask("/api/restart", {
              method: "POST",
              body: { node },
              answer: upgradeInfo,
            }),
        })
      );
    }
    if (on("json")) out.json({ restarted: on("dry-run") ? [] : nodes });
    else if (nodes.length === 0) {
      out.line("cluster.yaml is in force as it lies there: nothing to do.");
    } else if (on("dry-run")) {
      out.line(
        `${
          nodes.join(", then ")
        } would begin again; what it serves then changes places first`,
      );
    } else out.line("Done: cluster.yaml is in force.");
    return EXIT.done;
  }

  #end(
    done: readonly { node: string; from: string; to: string }[],
  ): number {
    const { out, on } = this.#call;
    if (on("json")) out.json({ upgraded: done });
    else if (done.length > 0) {
      out.line(
        'Done. "hakit upgrade --back" takes it back in the same way; "hakit module list" says which modules have a newer form in it, "hakit log --agent" on each node which units and settings were renewed.',
      );
    }
    return EXIT.done;
  }

  async #nodes(): Promise<string[]> {
    const { nodes } = await this.#agent.state();
    return nodes.filter(({ local }) => local || !this.#call.on("this-node"))
      .map(({ name }) => name);
  }

  async #info(node: string): Promise<UpgradeInfo> {
    return await this.#ask(`${PATH}?node=${node}`, { answer: upgradeInfo });
  }

  /** While only one node is upgraded both must understand each other. */
  #strangers(wishes: ReadonlyMap<string, Wish>, stopped: boolean): string[] {
    const found: string[] = [];
    for (const { build, info } of wishes.values()) {
      const { speaks } = build;
      const why = speaks === null
        ? "it does not say which protocols it speaks"
        : info.running.speaks === null
        ? null
        : apart(speaks, info.running.speaks);
      if (why === null) continue;
      found.push(
        `hakit ${build.version} cannot work beside ${info.running.version}: ${why}. Stop all modules on both nodes first, then use --stop-services, then start them`,
      );
    }
    if (found.length > 0 && !stopped && this.#call.on("stop-services")) {
      throw new Error(`${found[0]}: nothing was changed`);
    }
    return [...new Set(found)];
  }

  async #send(file: string, node: string, build: Build): Promise<void> {
    const path = `${PATH}?node=${node}`;
    const { staged } = await sendFile(path, file, upgradeInfo);
    if (staged?.digest !== build.digest) {
      throw new Error(`"${file}" arrived damaged on ${node}: try again`);
    }
    this.#say(`${node} has ${build.version}, checked`);
  }

  async #turn(node: string, { build }: Wish, back: boolean): Promise<void> {
    await turn(node, this.#door(), {
      begin: () =>
        this.#ask(PATH, {
          method: "POST",
          body: { node, digest: build.digest, back },
          answer: upgradeInfo,
        }),
      check: ({ running }) => {
        if (running.digest === build.digest) return;
        throw new Error(
          `hakit ${build.version} did not begin on ${node}, ${running.version} was put back there: see "hakit log --agent --node ${node}". The other node was not touched`,
        );
      },
    });
    this.#say(`${node} runs ${build.version}`);
  }

  #door(): RollingDoor<UpgradeInfo> {
    return {
      state: () => this.#agent.state(),
      info: (node) => this.#info(node),
      swap: (module, node) =>
        this.#agent.role({ module, command: "swap", node, wait: true }),
      say: (step) => this.#say(stepText(step)),
    };
  }

  async #lateIsSaid(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof LateError)) throw error;
      throw new Error(
        `${error.message}: ${
          waitText(error.wait)
        }. See "hakit state"; "hakit upgrade --back" takes back an upgrade that was begun`,
      );
    }
  }

  #say(line: string): void {
    if (this.#call.on("json")) this.#call.out.error(line);
    else this.#call.out.line(line);
  }

  #warn(line: string): void {
    this.#call.out.error(`${this.#call.out.style("yellow", "!")} ${line}`);
  }
}

async function inspectFile(file: string): Promise<Build> {
  try {
    return await inspect(file, { folder: paths().state });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`Cannot read "${file}": it does not exist`);
    }
    throw new UsageError(messageOf(error));
  }
}

function stepText(step: Step): string {
  switch (step.did) {
    case "move":
      return `${step.module} moved away from ${step.node} (${
        seconds(step.ms)
      })`;
    case "begin":
      return `${step.node} has begun again (${seconds(step.ms)})`;
    case "level":
      return `${step.modules.join(", ")}: both copies level`;
    case "wait":
      return `waits until ${waitText(step.wait)}`;
    case "unheard":
      return `${step.node} is not heard: it may begin by a new port or address, and is when the other one does`;
    default:
      return step satisfies never;
  }
}

function waitText(wait: Wait): string {
  return wait.for === "begin"
    ? `${wait.node} begins again`
    : `the copies of ${wait.modules.join(", ")} are level`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
