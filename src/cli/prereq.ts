/** `hakit prereq`: what both servers need, before `first` and `second`. */
import { checkMachine } from "../cluster/checks.ts";
import { gatherFacts } from "../cluster/facts.ts";
import { places } from "../cluster/places.ts";
import {
  prereqSchema,
  resolveSettings,
  SETTING_FLAGS,
} from "../cluster/settings.ts";
import { gatherExisting } from "../doctor/gather_storage.ts";
import { existingFindings } from "../doctor/storage_rules.ts";
import { missingPackages } from "../k3s/packages.ts";
import { mysqlText, prereqSteps } from "../k3s/prereq.ts";
import { paths } from "../system/paths.ts";
import type { Command } from "./command.ts";
import {
  bundlePackages,
  openedBundle,
  unpackedPackages,
} from "./from_bundle.ts";
import { EXIT } from "./report.ts";
import {
  ADOPT_FLAG,
  asFindings,
  finish,
  perform,
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
    'On both servers, before "hakit first" and "hakit second". It may be run again at any time and says what it found done.',
  async run(call) {
    const settings = resolveSettings(prereqSchema, await sourcesOf(call));
    const facts = await gatherFacts([]);
    const at = places(paths());
    const existing = await gatherExisting(at, settings.storage);
    const { problems, warnings } = asFindings(
      existingFindings(existing, { adopt: call.on("adopt") }),
    );
    const machine = checkMachine(facts);
    const opened = settings.bundle === undefined
      ? null
      : await openedBundle(call, paths(), {
        file: settings.bundle,
        key: settings.key,
      });
    const offered = opened &&
      bundlePackages(opened, { call, os: facts.os, paths: paths() });
    // Of a distribution that is refused nothing is known of its packages.
    const lacks = offered?.problem && machine.problems.length === 0 &&
        (await missingPackages()).length > 0
      ? [offered.problem]
      : [];
    const all = {
      problems: [...machine.problems, ...problems, ...lacks],
      warnings: [...machine.warnings, ...warnings],
    };
    if (tell(call, all)) return EXIT.failed;
    const results = await perform(
      call,
      "prereq",
      prereqSteps(settings, {
        at,
        facts,
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
