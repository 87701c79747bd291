/** `hakit doctor`: this server, and where there is a cluster the other one, too: what is wrong, why it matters, what mends it. */
import { z } from "zod";
import { doctorFactsAnswer } from "../api/schemas.ts";
import { existingCluster } from "../cluster/create.ts";
import {
  type Examination,
  examineNode,
  examinePair,
  together,
} from "../doctor/examine.ts";
import { type DoctorFacts, doctorFactsSchema } from "../doctor/facts.ts";
import { desksHint, firewallVerdict } from "../doctor/firewall.ts";
import {
  firewallCommands,
  openFirewall,
  readFirewall,
} from "../doctor/firewall_apply.ts";
import { clusterNeeds } from "../doctor/firewall_needs.ts";
import { gather } from "../doctor/gather.ts";
import { readAgents } from "../k3s/agents.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import type { Ask } from "./ask.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { doctorLines } from "./doctor_text.ts";
import { EXIT } from "./report.ts";
import { VERSION } from "../system/version.ts";
import { messageOf } from "../system/message.ts";

export function doctorCommand(ask: Ask): Command {
  return {
    name: "doctor",
    summary: "Examine this server and the other one: findings and remedies",
    group: "Set up",
    flags: {
      node: {
        type: "string",
        short: "n",
        value: "NAME",
        summary: "that node only (default: both)",
      },
      all: { type: "boolean", summary: "also list what is well" },
      peer: {
        type: "list",
        value: "ADDRESS",
        summary: "the other server's address, before there is a cluster",
      },
      with: {
        type: "string",
        value: "FILE",
        summary: "compare with what --facts printed on the other server",
      },
      facts: { type: "boolean", summary: "print what was found, unjudged" },
      fix: {
        type: "string",
        value: "firewall",
        summary: "let the cluster's ports through this server's firewall",
      },
      "dry-run": {
        type: "boolean",
        summary: "with --fix: show the commands and run none",
      },
      json: JSON_FLAG,
    },
    details: `\
Before "hakit prereq" on each server, or at any time later; it changes nothing.
Before there is a cluster both are compared by a file:
  hakit doctor --facts >/tmp/node1.json      on the first, copied to the second:
  hakit doctor --with /tmp/node1.json --peer 10.0.0.1
Exit code 1 where there is a problem, or --node could not be examined; 0 where there are warnings at most.`,
    async run(call) {
      const peers = call.list("peer").flatMap((text) => text.split(","));
      if (call.text("fix") !== undefined) return await fix(call, peers);
      const mine = await gather(paths(), { version: VERSION, peers });
      if (call.on("facts")) {
        call.out.json(mine);
        return EXIT.done;
      }
      const examined = await examine(call, { ask, mine });
      if (call.on("json")) call.out.json(examined);
      else doctorLines(call.out, examined, { all: call.on("all") });
      return exitOf(examined, call.text("node"));
    },
  };
}

/** Nothing found on a node that was asked for and not examined is no good news. Pure. */
export function exitOf(
  { findings, missing }: Examined,
  only: string | undefined,
): number {
  const found = findings.some(({ level }) => level === "problem");
  return found || (only !== undefined && missing !== null)
    ? EXIT.failed
    : EXIT.done;
}

interface Examined extends Examination {
  /** Why the other node was not examined; null: it was, or there is none. */
  readonly missing: string | null;
}

async function examine(
  call: Call,
  { ask, mine }: { readonly ask: Ask; readonly mine: DoctorFacts },
): Promise<Examined> {
  const only = call.text("node");
  const cluster = await existingCluster(paths()).catch(() => null);
  const names = cluster?.nodes.map(({ name }) => name) ?? [mine.node.name];
  if (only !== undefined && !names.includes(only)) {
    throw new UsageError(
      `There is no node "${only}", expected ${names.join(" or ")}`,
    );
  }
  const file = call.text("with");
  if (file !== undefined) {
    const theirs = await factsOf(file);
    const pair = { mine, theirs, clockMs: null };
    const all = [examineNode(mine), examineNode(theirs), examinePair(pair)];
    return { ...together(all), missing: null };
  }
  if (only === mine.node.name || !cluster) {
    return { ...together([examineNode(mine)]), missing: null };
  }
  const other = names.find((name) => name !== mine.node.name)!;
  let facts: DoctorFacts;
  try {
    ({ facts } = await ask(
      `/api/doctor/facts?node=${encodeURIComponent(other)}`,
      { answer: doctorFactsAnswer },
    ));
  } catch (error) {
    const why = error instanceof z.ZodError
      ? "another version of hakit runs there"
      : messageOf(error);
    return {
      ...together(only === other ? [] : [examineNode(mine)]),
      missing: `${other} was not examined: ${why}`,
    };
  }
  const clockMs = facts.time - Date.now();
  const theirs = examineNode(facts);
  if (only === other) return { ...together([theirs]), missing: null };
  const pair = examinePair({ mine, theirs: facts, clockMs });
  return { ...together([examineNode(mine), theirs, pair]), missing: null };
}

async function factsOf(file: string): Promise<DoctorFacts> {
  const text = await readIfPresent(file);
  if (text === null) throw new UsageError(`Cannot read "${file}" (--with)`);
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  const facts = doctorFactsSchema.safeParse(value);
  if (facts.success) return facts.data;
  throw new UsageError(
    `"${file}" is not what "hakit doctor --facts" of this version prints`,
  );
}

async function fix(call: Call, given: readonly string[]): Promise<number> {
  if (call.text("fix") !== "firewall") {
    throw new UsageError(
      `--fix "${
        call.text("fix")
      }": expected firewall, which is all that the doctor mends itself`,
    );
  }
  const facts = await gather(paths(), { version: VERSION, peers: given });
  const peers = [...new Set([...facts.wanted.peer, ...given])];
  if (peers.length === 0) {
    throw new UsageError(
      "There is no cluster yet: name the other server's addresses (--peer 10.0.0.2,10.1.0.2)",
    );
  }
  if (!facts.node.root) {
    throw new UsageError("The firewall is root's: run it with sudo");
  }
  const storage = facts.disks.at(-1)!.folder;
  const needs = clusterNeeds({
    peers,
    agents: await readAgents(storage),
    networks: facts.wanted.networks,
  });
  const verdict = firewallVerdict(await readFirewall(needs), needs);
  if (verdict.blocked.length === 0) {
    call.out.line(
      verdict.kind === "none"
        ? "No firewall drops anything here; nothing was changed."
        : `The firewall (${verdict.kind}) lets everything through that the cluster needs; nothing was changed.`,
    );
    return EXIT.done;
  }
  for (const line of firewallCommands(verdict)) call.out.line(line);
  if (call.on("dry-run")) {
    call.out.line("Dry run: nothing was changed.");
    return EXIT.done;
  }
  const kept = await openFirewall(verdict);
  const left = firewallVerdict(await readFirewall(needs), needs).blocked.length;
  call.out.line();
  call.out.line(
    `${verdict.blocked.length} rules set (${verdict.kind}); ${kept}. The same is needed on the other server.`,
  );
  call.out.line(desksHint(verdict.kind));
  if (left === 0) return EXIT.done;
  call.out.error(
    `${left} needs are still dropped: another rule is in the way, look at the ruleset`,
  );
  return EXIT.failed;
}
