/**
 * `hakit replicator FILE`: one module's data on one node. One loop that blocks in poll and nowhere else; roles are changed by the
 * agent's commands, one after the other. It goes on when the agent dies, and says how it is to the next one.
 */
import { now as clock } from "../system/clock.ts";
import { Poll, POLLIN } from "../system/poll.ts";
import { beginAgainWith, IO_FLUSHER } from "../system/io_flusher.ts";
import { comeFirst } from "../system/precedence.ts";
import { libc, Memory } from "../system/libc.ts";
import { VERSION } from "../system/version.ts";
import { clearStaleMounts } from "../fuse/device.ts";
import { Links } from "../peer/link.ts";
import { ColdReads } from "../fuse/cold_reads.ts";
import { Aide } from "./aide.ts";
import { Aio } from "./aio.ts";
import { prepareProcess } from "./apply.ts";
import type { Context } from "./context.ts";
import {
  type Command,
  configSchema,
  type ReplicatorConfig,
  type Report,
} from "./control.ts";
import { ControlServer } from "./control_server.ts";
import { Dirty } from "./dirty.ts";
import { Journal } from "./journal.ts";
import { External } from "./external.ts";
import { unlike } from "./folder_tokens.ts";
import { missingOf, mustStand, settleGround } from "./ground.ts";
import { IdentityStore } from "./identity_store.ts";
import { KnownFolders, type Strange, strangeFolder } from "./known_folders.ts";
import type { Identity } from "./identity.ts";
import { Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { disownCopy, forceCopy, replaceCopy } from "./persons_word.ts";
import { PrimaryRole } from "./primary_role.ts";
import { Replacing } from "./replacing.ts";
import { SecondaryRole } from "./secondary_role.ts";
import { TideStore } from "./tide_store.ts";
import { placesOf, samePlaces, termsOf } from "./terms.ts";
import { messageOf } from "../system/message.ts";

const REPORT_MS = 1000;
const IDLE_MS = 100;
const HOME = Deno.env.get("HAKIT_HOME");

/** Runs until `exit`; the process's exit code. */
export async function runReplicator(file: string): Promise<number> {
  const given = configSchema.parse(JSON.parse(Deno.readTextFileSync(file)));
  const terms = termsOf(given.directories, HOME);
  const config: ReplicatorConfig = { ...given, terms };
  comeFirst({ inherited: true });
  beginAgainWith(IO_FLUSHER);
  raiseLimits();
  prepareProcess();
  // The threads are started while the event loop still turns; afterwards it never does again.
  const [aide, ...readers] = await Promise.all(
    Array.from({ length: 1 + READERS }, () => Aide.start()),
  );
  return new Replicator(config, aide!, readers).run();
}

/** Open files of applications, and where a file system gives no handles every inode that the kernel knows. */
function raiseLimits(): void {
  const memory = new Memory(4096);
  const RLIMIT_NOFILE = 7;
  for (const limit of [4_194_304, 1_048_576, 524_288]) {
    memory.view.setBigUint64(0, BigInt(limit), true);
    memory.view.setBigUint64(8, BigInt(limit), true);
    if (libc.setrlimit(RLIMIT_NOFILE, memory.address) === 0) return;
  }
}

/** A disk serves some reads at once sooner than one after the other. */
const READERS = 2;

class Replicator {
  readonly #context: Context;
  readonly #control: ControlServer;
  readonly #poll = new Poll();
  #primary: PrimaryRole | null = null;
  #secondary: SecondaryRole | null = null;
  readonly #replacing = new Replacing();
  readonly #tasks: Generator<void, void>[] = [];
  #changed = true;
  #reportAt = 0;
  #exit = false;

  constructor(
    config: ReplicatorConfig,
    aide: Aide,
    readonly readers: readonly Aide[],
  ) {
    Deno.mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
    const identity = new IdentityStore(`${config.stateDir}/identity.json`);
    const journal = new Journal(`${config.stateDir}/journal`, (why) => {
      this.#context.notice =
        `no journal can be kept below "${config.stateDir}" (should both nodes die at once, everything is compared): ${why}`;
      this.#context.log(this.#context.notice);
    });
    const { connected, current } = identity.value;
    this.#context = {
      config,
      places: placesOf(config.directories, HOME),
      links: new Links(config, { hello: KIND.HELLO }),
      identity,
      tide: new TideStore(`${config.stateDir}/tide`),
      dirty: new Dirty(`${config.stateDir}/dirty.log`),
      marks: new Marks(),
      journal,
      left: connected && current !== null ? journal.read(current) : null,
      external: new External(config.stateDir),
      folders: new KnownFolders(config.stateDir),
      aio: new Aio(),
      aide,
      cold: new ColdReads(readers),
      now: () => performance.now(),
      doubt: connected,
      unsynced: connected,
      lost: 0,
      notice: null,
      fault: null,
      lastResync: null,
      log: (text) =>
        writeLine(`${new Date().toISOString()} ${config.module}: ${text}`),
    };
    this.#control = new ControlServer(
      config.socket,
      (command, answer) => this.#command(command, answer),
      () => this.#report(),
    );
    const { left } = this.#context;
    const after = left ? `, with a journal of ${left.count} entries` : "";
    this.#context.log(
      connected ? `began after a crash while mirrored${after}` : "began",
    );
    this.#prepareLinks();
    try {
      if (identity.value.directories === undefined) this.#keepPlaces();
    } catch {
      /* A full state directory: it is tried again before there is a role, and told. */
    }
  }

  /**
   * What this node knows of its copy counts for the directories that were mirrored when it was level. Under another list nothing of it
   * counts any more, also not when the list of before comes back: marks name directories by their place in it. So it is without them.
   */
  #keepPlaces(): void {
    const { identity, places, dirty, log } = this.#context;
    const { current, directories } = identity.value;
    if (current === null) return;
    const complete = dirty.isComplete(identity.value);
    if (!complete) {
      log("dirty.log is gone or damaged: everything is compared");
    } else if (samePlaces(directories ?? [""], places)) return;
    // A copy of before there were lists counts for the one that it is found with.
    const kept = complete && directories === undefined ? places : [];
    identity.save({ directories: kept });
  }

  /** Looks for OpenSSL now: at the first connection its loading would be part of the peer's patience. */
  #prepareLinks(): void {
    const { config, links, log } = this.#context;
    if (config.listen.every((_, link) => config.trusted[link])) return;
    try {
      links.prepare();
    } catch (error) {
      this.#context.notice = messageOf(error);
      log(this.#context.notice);
    }
  }

  run(): number {
    const { aide, aio, now } = this.#context;
    while (!this.#exit) {
      this.#control.watch(this.#poll);
      for (const thread of [aide, ...this.readers]) {
        this.#poll.add(thread.answers, POLLIN, () => thread.collect());
      }
      this.#poll.add(aio.eventFd, POLLIN, () => aio.collect());
      this.#primary?.watch(this.#poll);
      this.#secondary?.watch(this.#poll);
      const busy = this.#primary?.busy || this.#secondary?.busy;
      const working = this.#tasks.length > 0 || this.#primary?.slows;
      this.#poll.wait(busy ? 0 : working ? 5 : IDLE_MS);
      this.#primary?.turn();
      this.#secondary?.turn();
      this.#work();
      if (this.#changed || now() >= this.#reportAt) {
        this.#changed = false;
        this.#reportAt = now() + REPORT_MS;
        this.#control.tellAll();
      }
    }
    return 0;
  }

  #work(): void {
    const task = this.#tasks[0];
    if (!task) return;
    if (task.next().done) {
      this.#tasks.shift();
      this.#changed = true;
    }
  }

  /** Quick commands at once, changes of role one after the other. */
  #command(command: Command, answer: (error: string | null) => void): void {
    const context = this.#context;
    const attempt = (action: () => void) => {
      try {
        action();
        answer(null);
      } catch (error) {
        const text = messageOf(error);
        context.log(`${command.command} failed: ${text}`);
        answer(text);
      }
      this.#changed = true;
    };
    switch (command.command) {
      case "alone":
        return attempt(() => this.#isPrimary().alone());
      case "connect":
        return attempt(() => this.#isPrimary().connect());
      case "lease":
        return attempt(() => this.#isPrimary().lease(command.until));
      case "outdate":
        return attempt(() => {
          if (this.#primary) {
            throw new Error("Cannot outdate the primary's copy");
          }
          this.#secondary?.shutOut();
          context.identity.save({ upToDate: false });
        });
      case "external":
        return attempt(() => this.#external());
      case "replace":
        return attempt(() => {
          // Or is about to: on its way to a role it does not look any more.
          if (this.#primary || this.#secondary || this.#tasks.length > 0) {
            throw new Error("the module runs on this node");
          }
          const { upToDate, consistent } = context.identity.value;
          const known = strangeFolder(context) === null;
          replaceCopy(context);
          this.#replacing.begin(known ? { upToDate, consistent } : null);
        });
      case "replace-end":
        return attempt(() => {
          const worth = this.#replacing.end();
          if (command.undone && worth) context.identity.save(worth);
        });
      case "hold":
        return attempt(() => {
          if (!this.#secondary) {
            throw new Error("this replicator is not secondary");
          }
          this.#secondary.hold(command.ms);
        });
      case "verify":
        return attempt(() =>
          this.#isPrimary().peer.verification.begin({
            repair: command.repair,
            rate: command.rate,
            background: false,
          })
        );
      case "verify-stop":
        return attempt(() => this.#isPrimary().peer.verification.stop());
      case "resync":
        return attempt(() => {
          const { resync } = this.#isPrimary().peer;
          resync.limit = command.limit ?? resync.limit;
          resync.paused = command.paused ?? resync.paused;
        });
      case "configure":
        return attempt(() => {
          const { command: _, ...rates } = command;
          context.config = { ...context.config, ...rates };
          const resync = this.#primary?.peer.resync;
          if (resync) resync.limit = rates.resyncLimit;
        });
      case "force":
        return attempt(() => {
          const { refusal } = this.#replacing;
          // A person's, in the middle of it.
          if (refusal && command.whole === undefined) throw refusal;
          forceCopy(context, command);
          this.#replacing.end();
        });
      default:
        this.#tasks.push(this.#change(command, attempt));
    }
  }

  #isPrimary(): PrimaryRole {
    if (!this.#primary) throw new Error("this replicator is not primary");
    return this.#primary;
  }

  #external(): void {
    const { identity, external } = this.#context;
    if (this.#primary || this.#secondary) {
      throw new Error(
        "Cannot take what was restored: the module runs on this node; stop it here first, restore, and say it again",
      );
    }
    if (identity.value.current !== null) {
      throw new Error(
        'Cannot take what was restored: this node has a copy of the cluster\'s data already; "hakit second --full" compares it',
      );
    }
    external.note();
  }

  *#change(
    command: Command,
    attempt: (action: () => void) => void,
  ): Generator<void, void> {
    const context = this.#context;
    if (
      command.command === "primary" && command.until !== undefined &&
      command.until < clock()
    ) {
      return attempt(() => {
        throw new Error(
          "Cannot be primary: this node's time to do so has run out, the peer may have gone on",
        );
      });
    }
    if (command.command === "primary" && this.#primary) {
      return attempt(() => command.alone && this.#primary!.alone());
    }
    if (
      command.command === "secondary" && this.#secondary && !command.full &&
      !command.yield
    ) return attempt(() => {});
    const follows = this.#secondary !== null;
    try {
      const atOnce = command.command === "idle" && command.atOnce === true;
      if (this.#primary) yield* this.#primary.stop({ atOnce });
      if (this.#secondary) {
        yield* this.#secondary.stop(command.command !== "primary");
      }
    } catch (error) {
      context.log(
        `leaving the role failed: ${messageOf(error)}`,
      );
    }
    this.#primary = null;
    this.#secondary = null;
    context.fault = null;
    const changed = () => this.#changed = true;
    const refused = command.command === "primary" ||
        command.command === "secondary"
      ? this.#admit(command) ?? (yield* settleGround(context))
      : null;
    if (refused) {
      return attempt(() => {
        throw refused;
      });
    }
    switch (command.command) {
      case "primary":
        return attempt(() => {
          mustStand(context, { follows });
          this.#keepPlaces();
          if (context.identity.value.current === null) {
            throw new Error(
              "Cannot become primary: this node has no data of the cluster yet (hakit prim)",
            );
          }
          // Also when its disk failed to sync a moment ago: `force` comes first where somebody wants it all the same.
          if (!context.identity.value.consistent) {
            throw new Error(
              'Cannot become primary: this copy is not whole; start the other node; only if its disk is gone for good: "hakit help primforce"',
            );
          }
          this.#primary = new PrimaryRole(context, {
            alone: command.alone,
            changed,
          });
          this.#primary.lease(command.until ?? null);
          context.log(command.alone ? "primary, alone" : "primary");
        });
      case "secondary":
        return attempt(() => {
          mustStand(context, { follows });
          this.#keepPlaces();
          this.#secondary = new SecondaryRole(context, {
            full: command.full ?? false,
            changed,
          });
          context.log(
            command.yield ? "secondary, after a split brain" : "secondary",
          );
        });
      case "idle":
        return attempt(() => {
          // At once: what still runs is stopped behind the dead mount. Whoever has stopped it says `idle` once more.
          const cleared = command.atOnce ? [] : context.config.directories;
          for (const { path } of cleared) clearStaleMounts(path);
          context.log("idle");
        });
      case "exit":
        attempt(() => {});
        this.#exit = true;
        try {
          Deno.removeSync(context.config.socket);
        } catch { /* already gone */ }
    }
  }

  /** Null, or why not: a disk that was replaced is taken as what it is, where a person says so. */
  #admit(
    command: Command & { readonly command: "primary" | "secondary" },
  ): unknown {
    const { refusal } = this.#replacing;
    if (refusal) return refusal;
    const { config } = this.#context;
    // Nobody can look below one.
    for (const { path } of config.directories) clearStaleMounts(path);
    const strange = strangeFolder(this.#context);
    if (strange === null) return null;
    if (command.command === "primary" || !command.full) {
      return new Error(strange.why);
    }
    try {
      if (strange.newer === null) replaceCopy(this.#context);
      else disownCopy(this.#context, strange.newer);
      return null;
    } catch (error) {
      return error;
    }
  }

  #report(): Report {
    const context = this.#context;
    const role = this.#primary ?? this.#secondary;
    const state = role?.state ??
      {
        session: "none" as const,
        resync: null,
        dirtyBytes: context.dirty.marks.bytes,
        waiting: 0,
        waitingMs: 0,
      };
    // What its copy counts for is this node's own affair: lists in every heartbeat would be long.
    const { excluded: _, directories: __, ...identity } =
      context.identity.value;
    // In a session it moves, and what the nodes hear of each other is of different moments.
    const { session } = state;
    const moves = session === "mirrored" || session === "resync";
    const strange = role ? null : strangeFolder(context);
    return {
      version: VERSION,
      phase: this.#primary ? "primary" : this.#secondary ? "secondary" : "idle",
      ...state,
      inodes: role?.volumes.reduce((sum, volume) => sum + volume.known, 0) ?? 0,
      identity: moves
        ? identity
        : told({ ...identity, tide: context.tide.kept }, strange),
      lastResync: context.lastResync,
      fault: context.fault,
      // With a role it was there, and stays: its file system cannot be unmounted.
      missing: role ? null : missingOf(context),
      strange: strange?.why ?? null,
      notice: context.notice,
    };
  }
}

/** A copy of which this node's state does not know how new it is looks neither older nor newer than the other one's: a person decides. */
function told(identity: Identity, strange: Strange | null): Identity {
  if (strange === null || strange.newer === null) return identity;
  return { ...identity, ...unlike(strange.newer) };
}

/** One line to the log that the agent gave us as standard error; a full disk there must not stop us. */
function writeLine(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text + "\n"));
  } catch { /* nobody to tell */ }
}
