/** `hakit first`: makes the cluster on this server and prints the token for the other one. */
import {
  checkSameCluster,
  checkSamePassword,
  existingCluster,
} from "../cluster/create.ts";
import { type Facts, gatherFacts, ownerOf } from "../cluster/facts.ts";
import { hasHeldData } from "../cluster/held_data.ts";
import { newLoginLink, newToken } from "../cluster/invite.ts";
import {
  addedTo,
  changed,
  type Kept,
  keptText,
  readKept,
} from "../cluster/kept.ts";
import { vipOf } from "../cluster/network.ts";
import { detectionFor, measurePace } from "../cluster/pace.ts";
import { canonical } from "../system/address.ts";
import { type Places, places } from "../cluster/places.ts";
import {
  nodeName,
  resolveSettings,
  SETTING_FLAGS,
  SettingError,
  type Settings,
  settingsSchema,
} from "../cluster/settings.ts";
import { asFindings, checkNode, checkSize } from "../doctor/before.ts";
import { gatherExisting } from "../doctor/gather_storage.ts";
import { existingFindings } from "../doctor/storage_rules.ts";
import { firstSteps } from "../k3s/first.ts";
import {
  folderOf,
  judgeGiven,
  otherVersion,
  servingK3s,
} from "../k3s/given.ts";
import { installedFiles } from "../k3s/install.ts";
import { forgetCommand, forgetNodePassword } from "../k3s/kubernetes.ts";
import { preparedFolders } from "../k3s/made_folders.ts";
import { readIfPresent } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import { hakitProgram } from "../agent/node.ts";
import { connect } from "./agent_client.ts";
import { type Call, type Command, UsageError } from "./command.ts";
import { bundleK3s, openedBundle } from "./from_bundle.ts";
import { EXIT } from "./report.ts";
import {
  ADOPT_FLAG,
  finish,
  ownFolders,
  perform,
  roomFolders,
  RUN_FLAGS,
  sourcesOf,
  systemdProxy,
  tell,
} from "./setup.ts";
import { messageOf } from "../system/message.ts";

export const command: Command = {
  name: "first",
  summary: "Make the cluster on this server, its first node",
  group: "Set up",
  flags: { ...SETTING_FLAGS, adopt: ADOPT_FLAG, ...RUN_FLAGS },
  details: `Example:
  hakit first --node1 10.0.0.1,10.1.0.1 --node2 10.0.0.2,10.1.0.2 --vip 10.0.0.100/24 --k3s /media/stick/k3s

Each setting may also be an environment variable (HAKIT_VIP) or a line of a YAML
file (--config FILE, "vip: 10.0.0.100/24"). It may be run again at any time: it
says what it found done, and prints a new token for "hakit second".`,
  run: runFirst,
};

async function runFirst(call: Call): Promise<number> {
  const where = paths();
  const at = places(where);
  const cluster = await existingCluster(where);
  const { settings, kept, added, notes } = await settingsOf(call, {
    at,
    made: cluster !== null,
  });
  if (cluster) {
    checkSameCluster(cluster, kept);
    const name = (await readIfPresent(at.node))?.trim();
    if (name && name !== settings.name1) {
      throw new UsageError(
        `This is ${name}, the second node: "hakit first" belongs on ${settings.name1}`,
      );
    }
  }

  await checkSamePassword(at.password, settings);
  const version = folderOf(settings.k3s) === null ? settings.k3s : undefined;
  if (version !== undefined && await hasHeldData(at.identity)) {
    const other = otherVersion(version, await servingK3s(at.k3sFiles));
    if (other) throw new SettingError(other);
  }

  const facts = await gatherFacts(
    roomFolders(settings),
    ownFolders(settings),
  );
  const findings = checkNode(facts, {
    own: settings.node1,
    vip: vipOf(settings),
    networks: [settings.pods, settings.services],
    made: cluster !== null,
  });
  const existing = asFindings(
    existingFindings(await gatherExisting(at, settings.storage), {
      adopt: call.on("adopt"),
    }),
  );
  const opened = settings.bundle === undefined
    ? null
    : await openedBundle(call, where, {
      file: settings.bundle,
      key: settings.key,
    });
  const k3s = opened && bundleK3s(opened);
  const given = await judgeGiven({
    folder: folderOf(settings.k3s),
    // A version that is asked for is downloaded.
    bundle: opened && settings.k3s === undefined ? { k3s } : null,
    installed: (await installedFiles(at.k3sFiles)).length > 0,
  });
  const problems = [
    ...findings.problems,
    ...existing.problems,
    ...given.problems,
  ];
  if (!cluster && problems.length === 0) {
    problems.push(...await addressProblems(settings, facts));
  }
  const warnings = [
    ...findings.warnings,
    ...existing.warnings,
    ...given.warnings,
    ...checkSize(settings, facts),
    ...notes,
    ...await proxyWarnings(settings),
    ...(cluster ? added : []).map((key) =>
      `${key} was not set before: K3s takes it from its next start on. If the other server has joined, write the same line "${key}:" into its /etc/hakit/k3s.yaml and run "hakit second TOKEN" there again`
    ),
  ];
  if (tell(call, { problems, warnings })) return EXIT.failed;

  let password: string | null = null;
  const results = await perform(
    call,
    "first",
    firstSteps({
      paths: where,
      at,
      settings,
      kept,
      member: {
        name: settings.name1,
        address: settings.node1[0]!,
        device: deviceOf(facts, settings.node1[0]!),
      },
      api: connect(),
      out: call.out,
      k3s,
      onPassword: (text) => {
        password = text;
        // At once: a later step may fail, and this is said only now.
        call.out.error(`Console: user admin, password ${text} (shown once)`);
      },
    }),
  );
  if (call.on("dry-run")) {
    finish(call, results);
    return EXIT.done;
  }
  const token = await newToken(where);
  // Run again for a server that takes the other one's place. The token does not wait for an agent that is busy.
  const state = await connect().state().catch(() => null);
  const other = state?.nodes.find(({ local }) => !local);
  const refused = other && !other.reachable &&
      !await forgetNodePassword(other.name)
    ? other.name
    : null;
  const link = await newLoginLink(where);
  finish(call, results, {
    lines: [
      "",
      `Console, one login within 24 hours: ${link}`,
      "",
      "On the other server (after hakit prereq), within 24 hours:",
      "",
      `hakit second ${token}`,
      ...refused === null ? [] : [
        "",
        `K3s does not answer here: if it has known another ${refused} before, it would refuse this one. Before hakit second, once it answers, say here:`,
        forgetCommand(refused),
      ],
    ],
    object: { token, console: { link, user: "admin", password } },
  });
  return EXIT.done;
}

async function settingsOf(call: Call, { at, made }: {
  readonly at: Places;
  readonly made: boolean;
}): Promise<{
  readonly settings: Settings & { readonly name1: string };
  readonly kept: Kept;
  readonly added: readonly string[];
  /** What was chosen for this machine. */
  readonly notes: readonly string[];
}> {
  const file = at.settings;
  const before = await readIfPresent(file);
  const saved = before === null ? undefined : readKept(before, file);
  const resolved = resolveSettings(settingsSchema, {
    ...await sourcesOf(call),
    saved: saved ?? await preparedFolders(at),
  });
  const name1 = resolved.name1 ?? nodeName(Deno.hostname()) ?? "node1";
  if (name1 === resolved.name2) {
    throw new SettingError(
      `name2 "${name1}" is this server's name, too: give --name1 or --name2`,
    );
  }
  const chosen = made || resolved.detection !== undefined
    ? null
    : detectionFor(await measurePace(hakitProgram()));
  const detection = chosen?.detection ?? resolved.detection;
  const settings = {
    ...resolved,
    name1,
    ...detection === undefined ? {} : { detection },
  };
  const kept = readKept(keptText(settings), file);
  const difference = saved ? changed(saved, kept, { made }) : null;
  if (difference) {
    throw new SettingError(
      `The cluster exists with other settings: ${difference}`,
    );
  }
  return {
    settings,
    kept,
    added: saved ? addedTo(saved, kept) : [],
    notes: chosen === null ? [] : [
      `${chosen.why}: the other node will be taken for dead after ${chosen.detection} of silence, not after 2.1s (--detection chooses)`,
    ],
  };
}

/** A proxy that only this shell knows is none for K3s; one that systemd gives to all services is its proxy for everything. */
async function proxyWarnings(settings: Settings): Promise<string[]> {
  if (settings.proxy !== undefined) return [];
  const inherited = await systemdProxy();
  if (inherited !== null) {
    return [
      `systemd gives ${inherited} to all services, and K3s would use it between the nodes, too: give --proxy with the same address, which leaves theirs out`,
    ];
  }
  const set = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]
    .find((name) => (Deno.env.get(name) ?? "") !== "");
  return set === undefined ? [] : [
    `${set} is set here, and K3s will not use it: give --proxy "$${set}" if it should`,
  ];
}

/** Somebody else's virtual address is found before anything is made. */
async function addressProblems(
  settings: Settings,
  facts: Facts,
): Promise<string[]> {
  const vip = vipOf(settings);
  if (
    facts.addresses.some(({ address }) => canonical(address) === canonical(vip))
  ) {
    return [`The virtual address ${vip} is this server's own already`];
  }
  try {
    const owner = await ownerOf(settings.vip, {
      interface: settings.interface,
      near: settings.node1[0]!,
    });
    return owner === null ? [] : [
      `The virtual address ${vip} is in use: the machine with MAC ${owner} answers for it, expected nobody`,
    ];
  } catch (error) {
    return [messageOf(error)];
  }
}

export function deviceOf(facts: Facts, address: string): string {
  return facts.addresses.find((own) =>
    canonical(own.address) === canonical(address)
  )?.interface ?? "eth0";
}
