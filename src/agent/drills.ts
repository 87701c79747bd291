/** A drill that somebody begins in the console: the command itself, in a process of its own, and one at a time. Its report is drill_file.ts'. */
import { ApiError } from "../api/error.ts";
import type { ClusterState } from "../api/state.ts";
import { refusal } from "../k3s/drill/run.ts";
import { MODULE } from "../k3s/files.ts";
import { command } from "../system/command.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";

/** Application, swap and return have limits of their own, which come to less. */
const LIMIT_MS = 75 * 60_000;
/** A drill says some thirty. */
const MOST_LINES = 200;

export interface DrillRun {
  /** ISO 8601. */
  readonly began: string;
  /** What it has said so far. */
  readonly lines: readonly string[];
  readonly over: boolean;
  /** Why it could not be done; null: it was, or goes on. */
  readonly problem: string | null;
}

export interface DrillsOptions {
  readonly executable: string;
  readonly state: () => ClusterState;
  readonly log: Pick<Log, "info" | "warning">;
}

export class Drills {
  readonly #options: DrillsOptions;
  #run: DrillRun | null = null;

  constructor(options: DrillsOptions) {
    this.#options = options;
  }

  /** The last one that was begun here since this agent began; null: none. */
  get run(): DrillRun | null {
    return this.#run;
  }

  /** Primary and secondary change places under an application that writes. Returns when it is under way. */
  begin(by: string): void {
    if (this.#run && !this.#run.over) {
      throw new ApiError(409, "busy", "A drill is under way already");
    }
    const { state, log } = this.#options;
    const here = state().nodes.find(({ local }) => local);
    const module = here?.modules.find(({ name }) => name === MODULE);
    const why = refusal("swap", module?.role);
    if (why !== null) {
      throw new ApiError(409, "refused", `Cannot drill here: ${why}`);
    }
    const began = new Date().toISOString();
    this.#run = { began, lines: [], over: false, problem: null };
    log.info(`drill of ${MODULE} begins (by ${by})`);
    void this.#follow();
  }

  async #follow(): Promise<void> {
    const { executable, log } = this.#options;
    let problem: string | null = null;
    try {
      const { stderr } = await command(
        [executable, "drill", MODULE, "--swap"],
        {
          timeoutMs: LIMIT_MS,
          // 1: writes were lost, which the report says; or it could not be done, which stderr does.
          anyCode: true,
          onLine: (line) => this.#note({ lines: [line] }),
        },
      );
      problem = stderr.trim().split("\n")[0]!.replace(/^hakit: /, "") || null;
    } catch (error) {
      problem = messageOf(error);
    }
    if (problem !== null) log.warning(`drill of ${MODULE}: ${problem}`);
    this.#note({ over: true, problem });
  }

  #note({ lines = [], ...change }: Partial<DrillRun>): void {
    const run = this.#run!;
    this.#run = {
      ...run,
      ...change,
      lines: [...run.lines, ...lines].slice(-MOST_LINES),
    };
  }
}
