/**
 * MariaDB and the NFS server are held at their version: their packages' scripts stop a service that they do not start again (the
 * module starts it, not the boot), which on the primary is a failover, and change files below a mirror's copy on the other node.
 */
import type { Places } from "../cluster/places.ts";
import type { Step } from "../cluster/step.ts";
import { command } from "../system/command.ts";
import { readIfPresent } from "../system/files.ts";
import { writeFiles } from "./services.ts";

/** Installed ones, by what apt may do with them. */
export interface Holds {
  readonly held: readonly string[];
  readonly free: readonly string[];
}

export async function holds(): Promise<Holds> {
  const { stdout } = await command([
    ...["dpkg-query", "-W"],
    "-f=${Package} ${db:Status-Want} ${db:Status-Status}\\n",
    ...["mariadb-server*", "nfs-kernel-server"],
  ], { anyCode: true });
  return holdsIn(stdout);
}

/** Lines of "package want status". Pure. */
export function holdsIn(text: string): Holds {
  const installed = text.split("\n").map((line) => line.trim().split(" "))
    .filter(([, , status]) => status === "installed");
  const named = (held: boolean) =>
    installed.filter(([, want]) => (want === "hold") === held)
      .map(([name]) => name!);
  return { held: named(true), free: named(false) };
}

export function holdStep(at: Places): Step {
  return {
    name: "Updates of MariaDB and NFS by hand only",
    async done() {
      const { held, free } = await holds();
      return free.length === 0 ? held.join(", ") : null;
    },
    async do(say) {
      const { free } = await holds();
      // Before they are: a run that is cut off here must not forget them.
      const known = new Set([...await heldByUs(at), ...free]);
      await writeFiles([{
        path: at.held,
        text: [...known].map((name) => `${name}\n`).join(""),
      }]);
      await command(["apt-mark", "hold", ...free], { timeoutMs: 60_000 });
      say(`held: ${free.join(", ")}`);
    },
  };
}

/** What a person held before stays held. */
export function releaseStep(at: Places): Step {
  return {
    name: "Packages released",
    async done() {
      return (await heldByUs(at)).length === 0 ? "none was held" : null;
    },
    async do(say) {
      const ours = await heldByUs(at);
      await command(["apt-mark", "unhold", ...ours], { timeoutMs: 60_000 });
      say(ours.join(", "));
    },
  };
}

async function heldByUs(at: Places): Promise<string[]> {
  const text = await readIfPresent(at.held) ?? "";
  return text.split("\n").filter((name) => name !== "");
}
