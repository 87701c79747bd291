import { rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Device } from "../fuse/device.ts";
import type { ReplicatorConfig, Report } from "../replication/control.ts";
import { sleep } from "../system/clock.ts";
import { createLog } from "../system/log.ts";
import { ReplicatorLink } from "./replicator_link.ts";

/** Speaks the control protocol and nothing else; "outdate" is refused, "idle" makes it die. Its pid is in FILE.pid. */
const FAKE = `
const file = Deno.args[0];
const config = JSON.parse(Deno.readTextFileSync(file));
try { Deno.removeSync(config.socket); } catch { /* none */ }
const listener = Deno.listen({ transport: "unix", path: config.socket });
// Whoever waits for it wants to connect.
Deno.writeTextFileSync(file + ".pid", String(Deno.pid));
const report = { phase: "idle", session: "none", module: config.module };
for await (const connection of listener) serve(connection);
async function serve(connection) {
  const say = (message) => connection.write(new TextEncoder().encode(JSON.stringify(message) + "\\n"));
  // On a disk that stands still.
  if (config.silent) return;
  await say({ report });
  let rest = "";
  const decoder = new TextDecoder();
  try {
    for await (const bytes of connection.readable) {
      rest += decoder.decode(bytes, { stream: true });
      const lines = rest.split("\\n");
      rest = lines.pop();
      for (const line of lines) {
        const request = JSON.parse(line);
        if (request.command === "exit" || request.command === "idle") Deno.exit(0);
        report.phase = request.command;
        if (request.command === "outdate") await say({ id: request.id, ok: false, error: "not now" });
        else await say({ id: request.id, ok: true });
        await say({ report });
      }
    }
  } catch { /* the agent left */ }
}
`;

async function withLink(
  use: (
    make: (change?: Partial<ReplicatorConfig>) => ReplicatorLink,
    seen: {
      readonly reports: Report[];
      readonly quiet: number[];
      gone: number;
      folder: string;
    },
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hakit-link-" });
  const seen = {
    ...{ reports: [] as Report[], quiet: [] as number[] },
    ...{ gone: 0, folder },
  };
  try {
    await Deno.writeTextFile(join(folder, "fake.js"), FAKE);
    await use((change = {}) =>
      new ReplicatorLink({
        config: {
          module: "m",
          socket: join(folder, "m.sock"),
          ...change,
        } as ReplicatorConfig,
        configFile: join(folder, "m.json"),
        outputFile: join(folder, "m.log"),
        log: createLog(join(folder, "agent.log")),
        program: [
          Deno.execPath(),
          "run",
          "-A",
          "--no-config",
          join(folder, "fake.js"),
        ],
        onReport: (report) => seen.reports.push(report),
        onQuiet: (ms) => seen.quiet.push(ms),
        onGone: () => seen.gone++,
      }), seen);
  } finally {
    const pid = await Deno.readTextFile(join(folder, "m.json.pid"))
      .catch(() => "");
    if (pid !== "") {
      try {
        Deno.kill(Number(pid), "SIGKILL");
      } catch {
        // Gone already.
      }
    }
    await Deno.remove(folder, { recursive: true });
  }
}

/** The sanitizers look for processes that are left behind; that a replicator is left behind is what these tests are about. */
function life(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

const patience = () => AbortSignal.timeout(10_000);

async function until(what: () => boolean): Promise<void> {
  for (let n = 0; n < 500 && !what(); n++) await sleep(20);
  strictEqual(what(), true);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

life(
  "ReplicatorLink starts a replicator, passes commands and reports",
  async () => {
    await withLink(async (make, { reports }) => {
      const link = make();
      strictEqual(await link.start(), null);
      await link.send({ command: "secondary" }, patience());
      await rejects(link.send({ command: "outdate" }, patience()), /not now/);
      await until(() => reports.length >= 3);
      strictEqual(reports[1]!.phase, "secondary");
      await link.close();
    });
  },
);

life(
  "ReplicatorLink: a silent replicator is told of and left alone; one that must let go at once and does not is ended",
  async () => {
    await withLink(async (make, seen) => {
      const link = make();
      await link.start();
      await until(() => seen.reports.length > 0);
      const pid = await Deno.readTextFile(join(seen.folder, "m.json.pid"));
      Deno.kill(Number(pid), "SIGSTOP");
      await until(() => seen.quiet.length > 1);
      strictEqual(seen.quiet.every((ms) => ms >= 5000), true);
      strictEqual(seen.gone, 0);
      const idle = { command: "idle", atOnce: true } as const;
      await link.send(idle, patience());
      await until(() => seen.gone === 1);
      await link.close();
    });
  },
);

life(
  "ReplicatorLink finds the replicator that outlived the last agent",
  async () => {
    await withLink(async (make, { folder }) => {
      const first = make();
      await first.start();
      await first.send({ command: "primary", alone: true }, patience());
      const pid = await Deno.readTextFile(join(folder, "m.json.pid"));
      await first.close();

      const second = make();
      const report = await second.start();
      strictEqual(report?.phase, "primary");
      strictEqual(await Deno.readTextFile(join(folder, "m.json.pid")), pid);
      await second.close();
    });
  },
);

life(
  "ReplicatorLink ends an idle replicator of another configuration",
  async () => {
    await withLink(async (make, { folder, reports }) => {
      const first = make();
      await first.start();
      await until(() => reports.length > 0);
      const pid = await Deno.readTextFile(join(folder, "m.json.pid"));
      await first.close();

      const second = make({ port: 5601 });
      strictEqual(await second.start(), null);
      await second.send({ command: "secondary" }, patience());
      strictEqual(
        await Deno.readTextFile(join(folder, "m.json.pid")) === pid,
        false,
      );
      await second.close();
    });
  },
);

life(
  "ReplicatorLink leaves a primary of another configuration or version at work",
  async () => {
    await withLink(async (make, { folder }) => {
      const pid = () => Deno.readTextFile(join(folder, "m.json.pid"));
      const first = make();
      await first.start();
      await first.send({ command: "primary", alone: true }, patience());
      const before = await pid();
      await first.close();

      const second = make({ port: 5601 });
      strictEqual((await second.start())?.phase, "primary");
      strictEqual(await pid(), before);
      // When it has ended by itself, the next one has the new configuration.
      await second.send({ command: "idle" }, patience()).catch(() => {});
      await second.send({ command: "secondary" }, patience());
      strictEqual(await pid() === before, false);
      const config = JSON.parse(
        await Deno.readTextFile(join(folder, "m.json")),
      );
      strictEqual(config.port, 5601);
      await second.close();
    });
  },
);

life(
  "ReplicatorLink that is closed while it connects leaves the replicator at once",
  async () => {
    await withLink(async (make, seen) => {
      const pid = join(seen.folder, "m.json.pid");
      const { connect } = Deno;
      const closed = Promise.withResolvers<void>();
      const link = make({ silent: true } as never);
      Object.assign(Deno, {
        connect: async (options: Deno.UnixConnectOptions) => {
          const connection = await connect(options);
          closed.resolve(link.close());
          return connection;
        },
      });
      try {
        await link.start();
        await closed.promise;
      } finally {
        Object.assign(Deno, { connect });
      }
      // Else it would have waited for a word, and ended the silent one.
      strictEqual(exists(`/proc/${await Deno.readTextFile(pid)}`), true);
    });
  },
);

life(
  "ReplicatorLink leaves one at work that does not say what it does: it may serve, on a disk that stands still",
  async () => {
    await withLink(async (make, { folder }) => {
      const pid = () => Deno.readTextFile(join(folder, "m.json.pid"));
      const first = make({ silent: true } as never);
      await first.start();
      await until(() => exists(join(folder, "m.json.pid")));
      const before = await pid();
      await first.close();
      const second = make({ port: 5601 });
      strictEqual(await second.start(), null);
      strictEqual(await pid(), before);
      strictEqual(exists(`/proc/${before}`), true);
      await second.close();
    });
  },
);

Deno.test({
  name:
    "ReplicatorLink: one that is silent while its mounts are there may serve",
  ignore: Deno.uid() !== 0,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await withLink(async (make, { folder }) => {
      const path = join(folder, "data");
      await Deno.mkdir(path);
      const change = { silent: true, directories: [{ path }] } as never;
      const first = make(change);
      await first.start();
      await until(() => exists(join(folder, "m.json.pid")));
      strictEqual(first.silent, false);
      await first.close();
      for (const mounted of [false, true]) {
        using _device = mounted ? new Device(path) : null;
        const second = make(change);
        strictEqual(await second.start(), null);
        strictEqual(second.silent, mounted);
        await second.close();
      }
    });
  },
});

life(
  "ReplicatorLink replaces a secondary of another version",
  async () => {
    await withLink(async (make, { folder }) => {
      const pid = () => Deno.readTextFile(join(folder, "m.json.pid"));
      const first = make();
      await first.start();
      await first.send({ command: "secondary" }, patience());
      const before = await pid();
      await first.close();
      // The fake names no version, as one of before.
      const second = make();
      strictEqual(await second.start(), null);
      await second.send({ command: "secondary" }, patience());
      strictEqual(await pid() === before, false);
      await second.close();
    });
  },
);

life(
  "ReplicatorLink tells when the replicator died, fails what waited, and starts another",
  async () => {
    await withLink(async (make, seen) => {
      const link = make();
      await link.start();
      await rejects(
        link.send({ command: "idle" }, patience()),
        /the replicator ended/,
      );
      await until(() => seen.gone === 1);
      await link.send({ command: "secondary" }, patience());
      await until(() => seen.reports.at(-1)?.phase === "secondary");
      await link.close();
    });
  },
);

life("ReplicatorLink gives a command up when its caller does", async () => {
  await withLink(async (make) => {
    const link = make();
    await rejects(
      link.send({ command: "secondary" }, AbortSignal.timeout(50)),
      /does not run/,
    );
    await link.close();
  });
});
