/** Where hakit keeps its files. HAKIT_HOME puts everything below one folder, so that two nodes fit on one machine (lab, tests). */
import { join } from "node:path";

export interface Paths {
  /** Configuration and secrets: cluster.yaml, node, secret.key, ca.pem, modules/NAME/. */
  readonly etc: string;
  /** What must survive a restart: records, data identities, dirty maps, salvage. */
  readonly state: string;
  /** Sockets and what may vanish at boot. */
  readonly run: string;
  /** agent.log, audit.log, NAME.log, and of each module a folder NAME/. */
  readonly log: string;
}

/** The folders of this node; `home` (default: HAKIT_HOME) moves them all. */
export function paths(
  home: string | undefined = Deno.env.get("HAKIT_HOME"),
): Paths {
  if (home) {
    return {
      etc: join(home, "etc"),
      state: join(home, "state"),
      run: join(home, "run"),
      log: join(home, "log"),
    };
  }
  return {
    etc: "/etc/hakit",
    state: "/var/lib/hakit",
    run: "/run/hakit",
    log: "/var/log/hakit",
  };
}
