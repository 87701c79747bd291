/** `hakit prereq`: what both servers need, before `first` and `second`. */
import { gatherFacts } from "../cluster/facts.ts";
import { changed, readKept } from "../cluster/kept.ts";
import { type Places, places } from "../cluster/places.ts";
import {
  prereqSchema,
  type PrereqSettings,
  resolveSettings,
  SETTING_FLAGS,
  SettingError,
} from "../cluster/settings.ts";
import { gatherExisting } from "../doctor/gather_storage.ts";
import {
  asFindings,
  checkLinks,
  checkMachine,
  checkRoom,
  PACKAGE_ROOM,
} from "../doctor/before.ts";
import { existingFindings } from "../doctor/storage_rules.ts";
import { preparedFolders } from "../k3s/made_folders.ts";
import { missingPackages } from "../k3s/packages.ts";
import { mysqlText, prereqSteps } from "../k3s/prereq.ts";
import { paths } from "../system/paths.ts";
import { readIfPresent } from "../system/files.ts";
import type { Call, Command } from "./command.ts";
import {
  bundlePackages,
  openedBundle,
  unpackedPackages,
} from "./from_bundle.ts";
import { EXIT } from "./report.ts";
import {
  ADOPT_FLAG,
  finish,
  ownFolders,
  perform,
  roomFolders,
  RUN_FLAGS,
  sourcesOf,
  tell,
} from "./setup.ts";

const { storage, export: exported, proxy, packages, bundle, key, config } =
  SETTING_FLAGS;

export const command: Command = {
  name: "prereq",
  summary: "Prepare this server: packages, MariaDB secured, folders",
  group: "Set up",
  flags: {
    packages,
    bundle,
    key,
    proxy,
    storage,
    export: exported,
    config,
    adopt: ADOPT_FLAG,
    ...RUN_FLAGS,
  },
  details:
    `On both servers, before "hakit first" and "hakit second". It may be run again at any time and says what it found done.
Behind a proxy: --proxy (or HAKIT_PROXY) here on both. K3s and its images are told by "first --proxy", and the second
server by the token; its packages come before that, so nothing can hand it the proxy for them.`,
  async run(call) {
    const at = places(paths());
    const settings = await settingsOf(call, at);
    const facts = await gatherFacts([
      ...Object.keys(PACKAGE_ROOM),
      ...roomFolders(settings),
    ], ownFolders(settings));
    const existing = await gatherExisting(at, settings.storage);
    const { problems, warnings } = asFindings(
      existingFindings(existing, { adopt: call.on("adopt") }),
    );
    const machine = checkMachine(facts);
    // Of a distribution that is refused nothing is known of its packages.
    const lacking = machine.problems.length > 0 ? [] : await missingPackages();
    const opened = settings.bundle === undefined
      ? null
      : await openedBundle(call, paths(), {
        file: settings.bundle,
        key: settings.key,
      });
    const offered = opened &&
      bundlePackages(opened, { call, os: facts.os, paths: paths() });
    const lacks = offered?.problem && lacking.length > 0
      ? [offered.problem]
      : [];
    const room = checkRoom(facts.free, PACKAGE_ROOM);
    // Where all is installed little more is written, and a full server may need this run to work again.
    const begins = lacking.length > 0;
    const all = {
      problems: [
        ...machine.problems,
        ...problems,
        ...existing.ours ? [] : checkLinks(facts),
        ...lacks,
        ...(begins ? room : []),
      ],
      warnings: [
        ...machine.warnings,
        ...warnings,
        ...(begins ? [] : room),
      ],
    };
    if (tell(call, all)) return EXIT.failed;
    const results = await perform(
      call,
      "prereq",
      prereqSteps(settings, {
        at,
        facts,
        out: call.out,
        bundle: offered,
        unpacked: unpackedPackages(paths()),
      }),
    );
    const mysql = await mysqlText();
    finish(call, results, {
      lines: [`User mysql: ${mysql} (must be the same on both servers)`],
      object: { mysql },
    });
    return EXIT.done;
  },
};

/** On a node of a cluster the folders are the cluster's: others would be made beside them and never used. */
async function settingsOf(call: Call, at: Places): Promise<PrereqSettings> {
  const file = at.settings;
  const sources = await sourcesOf(call);
  const text = await readIfPresent(file);
  if (text === null) {
    const saved = await preparedFolders(at);
    return resolveSettings(prereqSchema, { ...sources, saved });
  }
  const saved = readKept(text, file);
  const settings = resolveSettings(prereqSchema, { ...sources, saved });
  const { storage, export: exported } = settings;
  const difference = changed(saved, { storage, export: exported });
  if (difference) {
    throw new SettingError(
      `The cluster exists with other settings: ${difference}`,
    );
  }
  return settings;
}
