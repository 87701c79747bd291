/**
 * The last whole state of this node's copy while it is brought up to date: until that is done it is neither the old copy nor the new one,
 * and of no use should the primary be gone for good. Where the file systems have reflinks, a copy of before is kept until it is level.
 */
import { ApiError } from "../api/error.ts";
import type { Identity } from "../replication/identity.ts";
import type { Report } from "../replication/control.ts";
import { fineStamp } from "../system/clock.ts";
import { command } from "../system/command.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";
import {
  CopyFolders,
  NO_REFLINKS,
  removeTrees,
  RESYNC,
} from "./copy_folders.ts";

/** Meanwhile the data has one copy only: with millions of files it is not worth that. */
const SECONDS = 30;
/** What is overwritten while it is kept takes room: it goes before a resync fails for want of that. */
const LEAST_FREE = 0.05;
const LOOK_MS = 5000;
/** As stat -f names them. */
const WITHOUT_REFLINKS: readonly string[] = ["ext2/ext3", "tmpfs"];

export interface FallbackOptions {
  readonly directories: readonly string[];
  readonly log: Pick<Log, "info" | "warning">;
  readonly now: () => number;
}

export class Fallback {
  readonly #folders: CopyFolders;
  readonly #options: FallbackOptions;
  #name: string | null = null;
  /** Null: not looked yet. */
  #clones: boolean | null = null;
  #busy = false;
  #lookAt = -Infinity;

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#folders = new CopyFolders(options.directories);
  }

  /** Of the copy that is kept; null: none. */
  get name(): string | null {
    return this.#name;
  }

  /** Before this node's replicator becomes secondary. Never fails: no copy of before is no reason to have none afterwards. */
  async keep(report: Report | null, peer: Identity | null): Promise<void> {
    if (report?.phase !== "idle" || this.#busy) return;
    this.#busy = true;
    try {
      const { current, consistent } = report.identity;
      const kept = (await this.#folders.names())
        .filter((name) => name.startsWith(RESYNC));
      this.#name = kept.at(-1) ?? null;
      // A resync that broke off: what was kept before it is still the last whole state.
      if (!consistent) return;
      for (const name of kept) await this.#folders.giveUp(name);
      this.#name = null;
      // Of the same generation: as after a swap, nothing to speak of will be copied.
      if (current === null || !peer?.current || peer.current === current) {
        return;
      }
      if (!await this.#mayClone()) return;
      const name = `${RESYNC}${fineStamp()}`;
      await this.#folders.clone(name, SECONDS);
      await this.#folders.finish(name, SECONDS * 1000);
      this.#name = name;
      this.#options.log.info(
        `this copy as it was is kept as ${name} until it is up to date`,
      );
    } catch (error) {
      if (error instanceof ApiError && error.code === NO_REFLINKS) {
        this.#clones = false;
        return;
      }
      this.#options.log.warning(
        `this copy as it was is not kept while it is brought up to date: ${
          messageOf(error)
        }`,
      );
    } finally {
      await this.#tidy();
      this.#busy = false;
    }
  }

  /** What goes is listed now: one that is begun in the next moment is none of these. */
  async #tidy(): Promise<void> {
    const stays = (error: unknown) =>
      this.#options.log.warning(
        `what is left of a copy stays for now: ${messageOf(error)}`,
      );
    try {
      const parts = await this.#folders.parts("resync");
      // Nobody waits for it: of millions of files it takes minutes, in which the data has one copy only.
      removeTrees(parts).catch(stays);
    } catch (error) {
      stays(error);
    }
  }

  /** At each report of the replicator. */
  async look(report: Report): Promise<void> {
    const { now, log } = this.#options;
    if (this.#name === null || this.#busy || now() < this.#lookAt) return;
    this.#busy = true;
    this.#lookAt = now() + LOOK_MS;
    try {
      const { phase, session, identity } = report;
      if (phase !== "secondary") return;
      const level = session === "mirrored" && identity.upToDate;
      if (!level && await this.#hasRoom()) return;
      if (!level) {
        log.warning(
          `copy ${this.#name} is given up: the disk is nearly full, and this copy is being brought up to date`,
        );
      }
      await this.#folders.remove(this.#name);
      this.#name = null;
    } catch (error) {
      log.warning(`copy ${this.#name} stays: ${messageOf(error)}`);
      this.#name = null;
    } finally {
      this.#busy = false;
    }
  }

  /** Not even tried where it cannot be: a folder made in vain would change the time of the directory above. */
  async #mayClone(): Promise<boolean> {
    if (this.#clones === null) {
      const { stdout } = await command(
        ["stat", "-f", "-c", "%T", ...this.#options.directories],
      );
      this.#clones = !stdout.split("\n").some((type) =>
        WITHOUT_REFLINKS.includes(type)
      );
    }
    return this.#clones;
  }

  async #hasRoom(): Promise<boolean> {
    const { stdout } = await command(
      ["df", "-B1", "--output=avail,size", ...this.#options.directories],
    );
    return stdout.trim().split("\n").slice(1).every((line) => {
      const [available = 0, size = 0] = line.trim().split(/\s+/).map(Number);
      return available >= size * LEAST_FREE;
    });
  }
}
