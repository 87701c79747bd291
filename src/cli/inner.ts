/** Commands that hakit runs itself: daemons and helpers, not for people. Their parts are loaded only when they are asked for. */
import { VERSION } from "../system/version.ts";
import { type Command, UsageError } from "./command.ts";

export const agentCommand: Command = {
  name: "agent",
  summary: "Run the agent (systemd does this)",
  group: "Other",
  async run() {
    const { resumeTrial } = await import("../agent/trial.ts");
    if (await resumeTrial()) return 1;
    const { runAgent } = await import("../agent/agent.ts");
    return await runAgent();
  },
};

export const replicatorCommand: Command = {
  name: "replicator",
  summary: "Mirror a module's directories (the agent does this)",
  group: "Other",
  hidden: true,
  args: [{ name: "FILE", summary: "its configuration" }],
  async run({ args }) {
    const { runReplicator } = await import("../replication/replicator.ts");
    return await runReplicator(args[0]!);
  },
};

export const upgradeGuardCommand: Command = {
  name: "upgrade-guard",
  summary: "Puts the old executable back when the new agent does not answer",
  group: "Other",
  hidden: true,
  args: [{ name: "WATCH", summary: "whom it watches" }],
  async run({ args }) {
    const { runGuard } = await import("../agent/upgrade_guard.ts");
    return await runGuard(args[0]!);
  },
};

export const guardCommand: Command = {
  name: "guard",
  summary:
    "Take services away from a node that must not serve any more (the agent starts it)",
  group: "Other",
  hidden: true,
  args: [{ name: "SOCKET", summary: "where the agent speaks to it" }],
  async run({ args }) {
    const { runGuard } = await import("../guard/guard.ts");
    return runGuard(args[0]!, VERSION);
  },
};

export const counterCommand: Command = {
  name: "counter-serve",
  summary: "The service of the module counter",
  group: "Other",
  hidden: true,
  args: [
    { name: "DIR", summary: "its folder" },
    { name: "PORT", summary: "TCP port" },
  ],
  async run({ args }) {
    const port = Number(args[1]);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new UsageError(`port "${args[1]}", expected 1 to 65535`);
    }
    const { serveCounter } = await import("../lab/counter.ts");
    await serveCounter(args[0]!, port);
    return 0;
  },
};

export const labWriterCommand: Command = {
  name: "lab-writer",
  summary: "The client of hakit lab drill",
  group: "Other",
  hidden: true,
  args: [
    { name: "MODULE", summary: "mariadb or counter" },
    { name: "RUN", summary: "prefix of its rows" },
  ],
  async run({ args, out }) {
    const [module, run = ""] = args;
    if (
      (module !== "mariadb" && module !== "counter") ||
      !/^[0-9a-f]{1,16}$/.test(run)
    ) {
      throw new UsageError("lab-writer is for hakit lab drill");
    }
    const { runWriter } = await import("../lab/writer.ts");
    return await runWriter(
      module,
      run,
      (event) => out.line(JSON.stringify(event)),
    );
  },
};
