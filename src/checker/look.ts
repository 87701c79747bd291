/** Check → the function that looks. Each ends by its time limit and rejects with one line, or says "unknown" where it cannot tell. */
import { join } from "node:path";
import {
  hasNeighbours,
  holders,
  probe,
  resolveAddress,
} from "../actions/virtual_ip.ts";
import { startLine } from "../actions/script.ts";
import { command } from "../system/command.ts";
import type { Check } from "./checks.ts";
import { getPage } from "./http.ts";
import { runLimited } from "./limited.ts";
import { lookAtLink } from "./link.ts";
import { countProcesses } from "./count.ts";
import {
  down,
  type IpLink,
  judgeLinks,
  judgePage,
  judgeScript,
  judgeUnit,
  lastLine,
  late,
  type Reading,
  unknown,
  UNTOLD,
  UP,
} from "./reading.ts";
import { judgeCount } from "./processes.ts";
import type { Look } from "./watch.ts";
import { messageOf } from "../system/message.ts";

/** Where a module's checks are made. */
export interface Sight {
  /** Of the module; scripts are in bin/ below it. */
  readonly folder: string;
  /** The variables of the module and what the agent adds, for custom scripts. */
  env(): Readonly<Record<string, string>>;
  /** Its first mirrored one, if it has any. */
  readonly directory: string | null;
  /** This node's first address: names the interface of an address that is in no interface's network. */
  readonly near: string;
  /** Whether the other node says that it holds the virtual addresses. */
  heldThere(): boolean;
  /** Whether another module is primary and ready; null: there is none of that name. */
  serves(module: string, where: "any" | "local"): boolean | null;
}

/** Null: nobody looks, the resource is set from outside. */
export function lookOf(check: Check, sight: Sight): Look | null {
  switch (check.kind) {
    case "tcp":
      return (signal) => tcp(check, signal);
    case "ping":
      return (signal) => ping(check, signal);
    case "intf":
      return check.serves === undefined ? () => intf(check) : lookAtLink(
        { address: check.serves, interface: check.interface },
        sight.near,
      );
    case "ip":
      return check.when === "second"
        ? () => reach(check, sight)
        : () => address(check, sight);
    case "http":
      return async (signal) =>
        judgePage(await getPage({ ...check, signal }), check);
    case "custom":
      return check.script === undefined
        ? null
        : (signal) => custom(check, sight, signal);
    case "module":
      return () => Promise.resolve(module(check, sight));
    case "mount":
      return (signal) => mount(check, check.path ?? sight.directory!, signal);
    case "proc":
      return check.unit === undefined
        ? async () => judgeCount(check, await countProcesses(check))
        : (signal) => unit(check, check.unit!, signal);
    default:
      return check satisfies never;
  }
}

type Of<Kind extends Check["kind"]> = Check & { readonly kind: Kind };

async function tcp(check: Of<"tcp">, signal: AbortSignal): Promise<Reading> {
  const limit = AbortSignal.timeout(check.timeout);
  try {
    using _connection = await Deno.connect({
      hostname: check.address,
      port: check.port,
      signal: AbortSignal.any([signal, limit]),
    });
    return UP;
  } catch (error) {
    if (limit.aborted) return late(`no answer within ${check.timeout} ms`);
    return down(messageOf(error));
  }
}

/** 127: the program is not there. A machine without it must not look like a network that is down. */
const NOT_FOUND = 127;

async function ping(check: Of<"ping">, signal: AbortSignal): Promise<Reading> {
  const seconds = String(Math.max(1, Math.ceil(check.timeout / 1000)));
  const end = await runLimited({
    argv: ["ping", "-n", "-q", "-c", "1", "-W", seconds, check.address],
    timeoutMs: check.timeout,
    signal,
  });
  if (end.code === 0) return UP;
  if (end.code === NOT_FOUND) {
    return unknown("the program ping is not installed");
  }
  // Its own limit is the same, in whole seconds: which of the two ends it is chance.
  if (end.timedOut) return late(`${check.address} does not answer`);
  // 1: no answer. 2: could not even be sent.
  return down(
    end.code === 2 ? lastLine(end.output) : `${check.address} does not answer`,
  );
}

async function intf(check: Of<"intf">): Promise<Reading> {
  const { code, stdout, stderr } = await command(
    ["ip", "-j", "addr", "show"],
    { timeoutMs: check.timeout, anyCode: true },
  );
  if (code !== 0) return unknown(`ip: ${lastLine(stderr)}`);
  return judgeLinks(JSON.parse(stdout) as IpLink[], check);
}

async function address(check: Of<"ip">, { near }: Sight): Promise<Reading> {
  if (holders(check.address).length === 0) {
    return down(`${check.address} is not on this machine`);
  }
  const owner = await probe(
    await resolveAddress(check, near),
  );
  return owner === null
    ? UP
    : down(`the machine with MAC ${owner} answers for ${check.address}`);
}

/** Questions that must all remain without answer: a busy network loses one. */
const REACH_TRIES = 5;

async function reach(check: Of<"ip">, sight: Sight): Promise<Reading> {
  const target = await resolveAddress(check, sight.near);
  for (let tries = 0; tries < REACH_TRIES; tries++) {
    if (!sight.heldThere() || !hasNeighbours(target)) return UNTOLD;
    if (await probe(target) !== null) return UP;
  }
  return sight.heldThere()
    ? down(
      `the other node holds ${check.address}, and does not answer for it on ${target.device}: a switch or a virtual machine's host may filter it`,
    )
    : UNTOLD;
}

async function custom(
  check: Of<"custom">,
  sight: Sight,
  signal: AbortSignal,
): Promise<Reading & { gone?: Promise<unknown> }> {
  const script = join(sight.folder, "bin", check.script!);
  const end = await runLimited({
    argv: await startLine(script, check.arguments),
    cwd: sight.folder,
    env: { ...sight.env(), HAKIT_RESOURCE: check.resource },
    timeoutMs: check.timeout,
    signal,
  });
  return { ...judgeScript(end, check.timeout), gone: end.gone };
}

function module(check: Of<"module">, sight: Sight): Reading {
  const ready = sight.serves(check.module, check.node);
  if (ready === null) return down(`no module is called "${check.module}"`);
  return ready ? UP : down(`module ${check.module} is not primary and ready`);
}

/** Not through a link that somebody has put there: a file that is made anew, or none. */
const MOUNT_CHECK = `umask 077; set -C
file=$1/.hakit-check
rm -f "$file" && printf %s "$2" >"$file" && sync "$file" &&
[ "$(cat "$file")" = "$2" ] && rm -f "$file"`;

async function mount(
  check: Of<"mount">,
  path: string,
  signal: AbortSignal,
): Promise<Reading & { gone?: Promise<unknown> }> {
  const word = crypto.randomUUID().replaceAll("-", "").repeat(128);
  const end = await runLimited({
    argv: ["/bin/sh", "-c", MOUNT_CHECK, "sh", path, word],
    timeoutMs: check.timeout,
    signal,
  });
  return { ...judgeScript(end, check.timeout), gone: end.gone };
}

async function unit(
  check: Of<"proc">,
  name: string,
  signal: AbortSignal,
): Promise<Reading> {
  const end = await runLimited({
    argv: ["systemctl", "show", "-p", "ActiveState", "--value", "--", name],
    timeoutMs: check.timeout,
    signal,
  });
  if (end.timedOut) return unknown("systemd does not answer");
  if (end.code !== 0) return unknown(`systemctl: ${lastLine(end.output)}`);
  const reading = judgeUnit(end.output);
  return reading.state === "down" && await shutsDown(check.timeout, signal)
    ? unknown("this server shuts down")
    : reading;
}

/** systemd stops units before it tells the agent, and refuses to start any: what a rule began then would fail and count. */
async function shutsDown(
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const argv = ["systemctl", "is-system-running"];
  const { output } = await runLimited({ argv, timeoutMs, signal });
  return output.trim() === "stopping";
}
