/** `hakit second TOKEN`: this server becomes the other node of the cluster that the token is of. */
import { z } from "zod";
import { checkWelcome } from "../cluster/adopt.ts";
import { existingCluster, missingFiles } from "../cluster/create.ts";
import {
  type Facts,
  gatherFacts,
  gatherKin,
  type Kin,
} from "../cluster/facts.ts";
import {
  joinClient,
  JoinRefused,
  type Welcomed,
} from "../cluster/join_client.ts";
import { decodeToken, type JoinToken } from "../cluster/join_token.ts";
import { type Kept, readKept } from "../cluster/kept.ts";
import { vipOf } from "../cluster/network.ts";
import { places } from "../cluster/places.ts";
import {
  resolveSettings,
  SETTING_FLAGS,
  settingsSchema,
} from "../cluster/settings.ts";
import type { Welcome } from "../cluster/welcome.ts";
import type { Existing } from "../doctor/facts.ts";
import { gatherExisting } from "../doctor/gather_storage.ts";
import {
  asFindings,
  checkNode,
  checkPair,
  type Findings,
} from "../doctor/before.ts";
import { existingFindings } from "../doctor/storage_rules.ts";
import { folderOf } from "../k3s/given.ts";
import {
  folderSource,
  installedFiles,
  lackingFiles,
  type Source,
} from "../k3s/install.ts";
import { VERSION_FORM } from "../k3s/release.ts";
import { dataProblems, secondSteps } from "../k3s/second.ts";
import { parseCluster } from "../module/load.ts";
import { exists } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { paths } from "../system/paths.ts";
import { connect } from "./agent_client.ts";
import { type Call, type Command, UsageError } from "./command.ts";
import { deviceOf } from "./first.ts";
import { firstLine } from "./first_line.ts";
import { roleCommand } from "./roles.ts";
import { EXIT } from "./report.ts";
import {
  finish,
  ownFolders,
  perform,
  roomFolders,
  RUN_FLAGS,
  sourcesOf,
  systemdProxy,
  tell,
} from "./setup.ts";

/** A LAN answers in milliseconds. */
const REACH_MS = 3000;

const asSecondary = roleCommand("second", connect);

export const command: Command = {
  name: "second",
  summary: "Join the cluster by a token; or start a module here as secondary",
  group: "Set up",
  args: [{
    name: "TOKEN|MODULE",
    summary:
      'the line that "hakit first" or "hakit invite" printed, or a module',
    words: "module",
  }],
  flags: {
    k3s: {
      ...SETTING_FLAGS.k3s,
      value: "DIR",
      summary: "folder with k3s and images (default: from the other node)",
    },
    config: SETTING_FLAGS.config,
    adopt: {
      type: "boolean",
      summary: "keep NFS exports that are here already; data never",
    },
    ...RUN_FLAGS,
    ...asSecondary.flags,
  },
  details:
    `hakit second TOKEN: this server becomes the second node, or takes the place of one
that is lost ("hakit invite"). Ends when it holds an identical copy and both are Ready.
K3s comes from the other node unless --k3s DIR is given. After an interruption the
same token may be used again on this server. "-" reads the token from standard input:
who may list processes here sees it otherwise while the first copy runs.

hakit second MODULE: the other node's data is copied to this one.`,
  run(call) {
    // A module's name is short and plain; everything else was meant as a token.
    return /^[a-z][a-z0-9-]{0,30}$/.test(call.args[0]!)
      ? asSecondary.run(call)
      : runSecond(call);
  },
};

async function runSecond(call: Call): Promise<number> {
  const folder = await k3sFolder(call);
  if (folder !== undefined && VERSION_FORM.test(folder)) {
    throw new UsageError(
      `--k3s "${folder}": expected a folder with k3s; which version is the other node's to say: leave --k3s out, it comes from there`,
    );
  }
  const given = call.args[0]!;
  const decoded = decodeToken(
    given === "-" ? await firstLine(given, "a token") : given,
  );
  if ("problem" in decoded) throw new UsageError(decoded.problem);
  const { token } = decoded;
  const where = paths();
  const at = places(where);
  const machine = (await Deno.readTextFile("/etc/machine-id")).trim();
  const client = joinClient(token, machine);
  const member = await isMember(where, token);
  const complete = member && await hasAll(where);
  const welcome = complete ? null : await client.welcome();
  if (welcome) checkWelcome(welcome, token.id);

  const kept = keptOf(welcome, await readOr(at.settings));
  const cluster = welcome
    ? parseCluster(welcome.cluster, "cluster.yaml")
    : (await existingCluster(where))!;
  const name = welcome?.node ?? (await Deno.readTextFile(at.node)).trim();
  const me = cluster.nodes.find((node) => node.name === name)!;
  const source: Source | null = folder
    ? await folderSource(folder)
    : welcome
    ? { files: welcome.k3sFiles, read: (file, sink) => client.file(file, sink) }
    : null;
  if (folder && complete) {
    const installed = await installedFiles(at.k3sFiles);
    const [other] = foreignK3s(folder, installed, source!.files);
    if (other) throw new UsageError(other);
  }
  const facts = await gatherFacts(
    roomFolders(kept),
    ownFolders(kept),
  );
  const findings = checkNode(facts, {
    own: me.addresses,
    vip: vipOf(kept),
    networks: [kept.pods, kept.services],
    made: member,
  });
  const existing = joining(await gatherExisting(at, kept.storage), {
    adopt: call.on("adopt"),
  });
  const problems = [
    ...findings.problems,
    ...(welcome
      ? unlike({
        mysql: facts.mysql,
        kin: await gatherKin(),
        hostname: facts.hostname,
      }, welcome)
      : []),
    ...existing.problems,
    ...await dataProblems(at, kept.storage),
    ...await interfaceProblems(kept),
    ...folder && welcome
      ? foreignK3s(folder, welcome.k3sFiles, source!.files)
      : [],
  ];
  const warnings = [
    ...findings.warnings,
    ...existing.warnings,
    ...await linkWarnings(token.addresses, token.port),
    ...await proxyWarnings(kept),
  ];
  if (tell(call, { problems, warnings })) return EXIT.failed;

  const api = connect();
  const results = await perform(
    call,
    "second",
    secondSteps({
      paths: where,
      at,
      kept,
      member: {
        name: me.name,
        address: me.addresses[0]!,
        device: deviceOf(facts, me.addresses[0]!),
      },
      api,
      out: call.out,
      welcome,
      source,
    }),
  );
  if (call.on("dry-run")) {
    finish(call, results);
    return EXIT.done;
  }
  const state = await api.state();
  finish(call, results, { lines: [state.sentence], object: { state } });
  return EXIT.done;
}

/**
 * --k3s, HAKIT_K3S or "k3s:" of --config. A version there is for "first": this server takes the other node's. Exported for its test.
 */
export async function k3sFolder(
  call: Pick<Call, "text" | "list">,
): Promise<string | undefined> {
  const given = call.text("k3s");
  if (given !== undefined) return given;
  const { k3s } = resolveSettings(
    z.object({ k3s: settingsSchema.shape.k3s }),
    { ...await sourcesOf(call), flags: {} },
  );
  return folderOf(k3s) ?? undefined;
}

/** The clocks are compared as they were when the other node's answer came, however long this one has looked around since. Pure. */
export function unlike(
  here: Pick<Facts, "mysql" | "hostname"> & { readonly kin: Kin },
  welcome: Pick<
    Welcomed,
    "mysql" | "kin" | "hostname" | "time" | "receivedAt"
  >,
): readonly string[] {
  return checkPair({ ...here, time: welcome.receivedAt }, welcome);
}

/** What data is here dataProblems says: nothing of it is adopted by a second node. Pure. */
export function joining(
  existing: Existing,
  options: { readonly adopt: boolean },
): Findings {
  return asFindings(
    existingFindings(existing, options).filter(({ code }) =>
      code !== "existing.databases" && code !== "existing.storage"
    ),
  );
}

/** Refuses a machine of another cluster, and the node that made the token. */
async function isMember(where: Paths, token: JoinToken): Promise<boolean> {
  const cluster = await existingCluster(where);
  if (cluster === null) return false;
  if (cluster.id !== token.id) {
    throw new JoinRefused(
      `This server belongs to cluster "${cluster.cluster}", and the token is of another one ("${token.cluster}"): "hakit uninstall" first`,
    );
  }
  const name = (await Deno.readTextFile(places(where).node)).trim();
  const host = cluster.nodes.find(({ addresses }) =>
    addresses.some((address) => token.addresses.includes(address))
  );
  if (name === host?.name) {
    throw new JoinRefused(
      `This is ${name}, which made the token: "hakit second" belongs on the other server`,
    );
  }
  return true;
}

/** A complete member needs no other node (which may be down) and no valid token. */
async function hasAll(where: Paths): Promise<boolean> {
  const installed = await installedFiles(places(where).k3sFiles);
  return (await missingFiles(where)).length === 0 && installed.length > 0 &&
    (await lackingFiles(installed)).length === 0;
}

function keptOf(welcome: Welcome | null, text: string): Kept {
  return readKept(welcome?.settings ?? text, "k3s.yaml");
}

async function readOr(file: string): Promise<string> {
  return await Deno.readTextFile(file).catch(() => "");
}

/** The first failover would be the first to miss it. */
async function interfaceProblems({ interface: name }: Kept): Promise<string[]> {
  if (name === undefined || await exists(`/sys/class/net/${name}`)) return [];
  return [
    `The virtual address is on interface "${name}" in this cluster, and this server has none of that name: give its interface that name (a .link file of systemd)`,
  ];
}

/** Two versions on one datastore are for "hakit k3s upgrade" to bring about. Exported for its test. */
export function foreignK3s(
  folder: string,
  here: Source["files"],
  given: Source["files"],
): string[] {
  const digest = (list: Source["files"]) =>
    list.find(({ name }) => name === "k3s")?.sha256;
  if (digest(given) === digest(here)) return [];
  return [
    `--k3s ${folder} holds another K3s than this cluster runs, expected the same: leave --k3s out, or change it on both nodes by "hakit k3s upgrade ${folder}"`,
  ];
}

/** As of `first`, whose server may have none: its --proxy comes with what K3s reaches without one, on both. Exported for its test. */
export async function proxyWarnings(
  { proxy }: Pick<Kept, "proxy">,
): Promise<string[]> {
  if (proxy !== undefined) return [];
  const inherited = await systemdProxy();
  return inherited === null ? [] : [
    `systemd gives ${inherited} to all services here, and K3s would use it between the nodes, too: give "hakit first" on the other server --proxy with the same address, which leaves theirs out`,
  ];
}

/** A link that is down now would be noticed when the other one fails. */
async function linkWarnings(
  addresses: readonly string[],
  port: number,
): Promise<string[]> {
  const tries = addresses.map(async (hostname) => {
    try {
      const signal = AbortSignal.timeout(REACH_MS);
      (await Deno.connect({ hostname, port, signal })).close();
      return [];
    } catch {
      return [
        `The other node does not answer on ${hostname} port ${port}: that link cannot be used`,
      ];
    }
  });
  return (await Promise.all(tries)).flat();
}
