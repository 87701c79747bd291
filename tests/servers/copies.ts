/** At rest the mirrored directories are plain folders: both copies must be the same, byte by byte. */
import { on, SERVERS, until } from "./lab.ts";
import { module } from "./cluster.ts";
import { check } from "./report.ts";

const DIRECTORIES = "/var/lib/mysql /var/lib/hakit-k3s/storage";

/** Content, kind, owner, mode, size, link target; not times, which readers change. */
const LISTING =
  `for each in ${DIRECTORIES}; do cd $each && { find . -printf '%P %y %U:%G %m %l ' \\( -type f -printf '%s' -o -true \\) -printf '\\n' | sort;` +
  ` find . -type f -print0 | sort -z | xargs -0 -r sha256sum; }; done`;

export async function copiesAreIdentical(): Promise<void> {
  await check("hakit stop on both", async () => {
    // The secondary first: the primary has nobody to hand over to.
    const roles = await Promise.all(SERVERS.map(module));
    const order = roles[0]!.role === "SECOND"
      ? [1, 2] as const
      : [2, 1] as const;
    for (const server of order) {
      await on(server, "hakit stop", { seconds: 180 });
      await until(
        `server ${server} is stopped`,
        60,
        async () => (await module(server)).role === "STOP" ? true : null,
      );
    }
  });
  await check("both copies are identical", async () => {
    const [one, two] = await Promise.all(
      SERVERS.map((server) => on(server, LISTING, { seconds: 600 })),
    );
    const lines = one!.stdout.split("\n");
    if (lines.length < 20) throw new Error("the directories are empty");
    const other = new Set(two!.stdout.split("\n"));
    const different = lines.filter((line) => !other.delete(line));
    if (different.length + other.size > 0) {
      throw new Error(
        `${different.length + other.size} differences: ${
          [...different, ...other].slice(0, 6).join("; ")
        }`,
      );
    }
  });
}
