/** The daemon: starts the parts in order, stops them in reverse. Only this file knows everybody. */
import { join } from "node:path";
import { keepLogsShort } from "../actions/script_logs.ts";
import { Audit, loginEntry } from "../api/audit.ts";
import { Auth } from "../api/auth.ts";
import { createApp } from "../api/app.ts";
import { EndedSessions } from "../api/ended_sessions.ts";
import { EventStreams, StateFeed } from "../api/events.ts";
import { joinRoutes } from "../api/join.ts";
import { PeerApi } from "../api/peer_api.ts";
import { consoleRoutes } from "../console/serve.ts";
import { sayIn } from "../console/text/phrases.ts";
import { forgetNodePassword } from "../k3s/kubernetes.ts";
import { aborted, now } from "../system/clock.ts";
import { createLog, type Log, type LogLine } from "../system/log.ts";
import { type Paths, paths as defaultPaths } from "../system/paths.ts";
import { keepAccountsLevel } from "./accounts_sync.ts";
import { Certificates } from "./certificates.ts";
import { Cluster } from "./cluster.ts";
import { readArbiter } from "./arbiter_store.ts";
import { isFreshBoot, rememberBoot } from "./boot.ts";
import { GuardLink, guardSocket } from "./guard_link.ts";
import { Door } from "./door.ts";
import { EVERY_MS, Figures } from "./figures.ts";
import { lockAgent } from "./lock.ts";
import { consoleAudit, consoleLogs } from "./console_logs.ts";
import { hakitProgram, type Node, readNode } from "./node.ts";
import { Notifier } from "../notify/notifier.ts";
import { NotifyFacts } from "./notify_facts.ts";
import { OidcStore } from "../oidc/store.ts";
import { SignOn } from "../oidc/sign_on.ts";
import { serveNetwork, serveSocket } from "./serve.ts";
import { Takeovers } from "./takeovers.ts";
import { Upgrades } from "./upgrades.ts";
import { comeFirst } from "../system/precedence.ts";
import { messageOf } from "../system/message.ts";

/** `hakit agent`: runs until it is told to stop; exit code 0 after an orderly stop, 1 when it cannot begin. */
export async function runAgent(): Promise<number> {
  const serverStops = shutdownSignal();
  const paths = defaultPaths();
  // Followed as soon as there is somebody to follow it.
  const lines: { follow?: (line: LogLine) => void } = {};
  const log = createLog(join(paths.log, "agent.log"), {
    echo: "agent",
    beside: true,
    onLine: (line) => lines.follow?.(line),
  });
  // A reader that vanished or a peer that talks nonsense must cost one line, never the daemon. Failures of decisions do not come this way.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error(`unexpected: ${messageOf(event.reason)}`);
  });
  try {
    await using _lock = await lockAgent(paths);
    // What it starts is ordinary: scripts, checks and services must not come first with it.
    comeFirst({ inherited: false });
    await live(paths, log, { lines, serverStops });
    return 0;
  } catch (error) {
    log.error(messageOf(error));
    return 1;
  }
}

async function live(
  paths: Paths,
  log: Log,
  { lines, serverStops }: {
    readonly lines: { follow?: (line: LogLine) => void };
    readonly serverStops: AbortSignal;
  },
): Promise<void> {
  await makeFolders(paths);
  const node = await readNode(paths);
  const freshBoot = await isFreshBoot(paths);
  const ending = stopSignal();
  const stop = ending.signal;
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  log.info(`begins as ${node.me.name} of cluster "${node.cluster.cluster}"`);

  using peer = new PeerApi(node);
  const arbiter = await readArbiter(paths);
  const cluster: Cluster = new Cluster({
    node,
    log,
    onLine: (module, line) => {
      takeovers.line(module, line.text);
      streams.log({ module, ...line });
    },
    arbiter,
    serverStops,
    broken: broken.reject,
  });
  const feed = new StateFeed(() => cluster.state());
  const streams = new EventStreams(feed);
  lines.follow = (line) => streams.log({ module: null, ...line });
  const takeovers = new Takeovers();
  const figures = new Figures();
  cluster.onChange = () => {
    takeovers.observe(cluster.glance(), { at: now(), date: Date.now() });
    feed.changed();
  };
  const audit = new Audit(join(paths.log, "audit.log"), {
    onFault: (line) => log.error(line),
  });
  const signOn = new SignOn({
    node: node.me.name,
    store: new OidcStore(join(paths.etc, "oidc.json")),
    places: () => ({
      addresses: [
        ...node.cluster.nodes.flatMap(({ addresses }) => addresses),
        ...cluster.virtualAddresses(),
      ],
      port: node.cluster.console.port,
    }),
    log: (line) => log.warning(line),
  });
  const auth = new Auth({
    usersFile: join(paths.etc, "users.yaml"),
    sessions: {
      clusterKey: node.key,
      ended: new EndedSessions(join(paths.state, "ended-sessions.json")),
    },
    vouching: () => signOn.stamp(),
    log: (line) => log.info(line),
    onLogin: (login) => audit.write(loginEntry(login)),
  });
  const certificates = new Certificates({
    node,
    virtualAddresses: () => cluster.virtualAddresses(),
    log,
  });
  certificates.onChange(() => peer.reset());
  const notifyFacts = new NotifyFacts({ node, cluster, takeovers });
  const notifier = new Notifier({
    config: node.cluster.notifications,
    cluster: node.cluster.cluster,
    node: node.me.name,
    folder: paths.state,
    facts: () => notifyFacts.facts(),
    say: sayIn(node.cluster.notifications.language ?? "en"),
    log,
    now,
  });
  const upgrades = new Upgrades({
    node,
    log,
    end: () => ending.abort(),
    executable: Deno.build.standalone ? node.executable : null,
  });
  const door = new Door({
    node,
    cluster,
    feed,
    peer,
    log,
    takeovers,
    figures,
    streams,
    upgrades,
    notifier,
  });
  const app = createApp({
    door,
    auth,
    streams,
    audit,
    certificates,
    signOn,
  });
  // The second node has no session and no certificate yet, only its one-time secret.
  app.route(
    "/",
    joinRoutes(paths, { audit, log, forget: forgetNodePassword }),
  );
  app.route(
    "/",
    consoleRoutes({
      auth,
      signOn,
      port: node.cluster.console.port,
      state: () => cluster.state(),
      modules: () => door.modules.names(),
      logs: consoleLogs(door),
      audit: consoleAudit(door, audit),
    }),
  );

  const guard = new GuardLink({
    socket: guardSocket(paths),
    outputFile: join(paths.log, "guard.log"),
    program: [...hakitProgram(), "guard"],
    watchdog: watchdogOf(node),
    wards: () => cluster.wards(),
    fenced: (modules) => cluster.fenced(modules),
    log,
    changed: () => cluster.onChange(),
  });
  cluster.tellGuard = () => guard.tell();
  cluster.guardProblem = () => guard.problem();

  await door.modules.recover();
  await door.clusterConfig.record().catch((error) =>
    log.error(`cluster.yaml has no place in its history: ${messageOf(error)}`)
  );
  // The local socket first: whoever started us can ask how it goes on while modules begin.
  await using _socket = await serveSocket(paths, app);
  // Modules before heartbeats: the first word to the peer must already say what this node is. What is waited for here has a limit of
  // seconds (a replicator's word); nothing of it asks systemd.
  guard.start();
  await cluster.begin({ freshBoot });
  await using _heartbeats = cluster.startHeartbeats();
  await rememberBoot(paths);
  const sampling = setInterval(() => {
    figures.take(cluster.state(), cluster.reports(), Date.now());
  }, EVERY_MS);
  upgrades.ready = true;
  const told = notifier.run(stop).catch(broken.reject);
  // Not waited for: systemd may be busy for minutes, and people and the peer's questions come in below.
  upgrades.renewFiles().catch(broken.reject);
  keepLogsShort(paths.log, { signal: stop, warn: (line) => log.warning(line) })
    .catch(broken.reject);
  door.modules.watch(stop).catch(broken.reject);
  keepAccountsLevel({
    accounts: auth.accounts,
    oidc: signOn.store,
    ended: auth.sessions.ended,
    peer,
    alive: () => cluster.verdict === "alive",
    log,
  }, stop).catch(broken.reject);
  // The network last, and retried: a taken port or a missing certificate must not keep services down.
  await using _network = serveNetwork({
    node,
    app,
    log,
    certificates,
    signal: stop,
  });

  try {
    await Promise.race([aborted(stop), broken.promise]);
  } catch (error) {
    await guard.close({ rest: false });
    throw error;
  } finally {
    clearInterval(sampling);
  }
  log.info("stops");
  streams.close();
  // Heartbeats still run: the peer hears that the modules left, and takes over at once instead of after a time-out.
  const rest = await cluster.end();
  // Not earlier: what hangs while it stops is the guard's affair.
  await guard.close({ rest });
  await told;
}

function watchdogOf({ cluster: { watchdog } }: Node) {
  if (!watchdog) return null;
  const { device, timeout, stop } = watchdog;
  return { device, timeoutMs: timeout, stopMs: stop };
}

async function makeFolders(paths: Paths): Promise<void> {
  const modes = { etc: 0o755, state: 0o750, run: 0o755, log: 0o750 };
  for (const name of ["etc", "state", "run", "log"] as const) {
    await Deno.mkdir(paths[name], { recursive: true, mode: modes[name] });
  }
}

/**
 * Sent by hakit-drain.service (k3s/shutdown.ts), also to an agent that has hardly begun: unheard, it would end that. By a signal, as
 * nobody may have to wait for an answer at that moment; not USR1, at which Deno opens the port of its debugger.
 */
function shutdownSignal(): AbortSignal {
  const told = new AbortController();
  Deno.addSignalListener("SIGUSR2", () => told.abort());
  return told.signal;
}

/** systemd sends TERM; a person at a terminal INT. */
function stopSignal(): AbortController {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => stop.abort());
  }
  return stop;
}
