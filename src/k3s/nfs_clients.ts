/**
 * What the NFS server remembers of its clients, in the mirrored storage: nfsdcld's database (nfs-utils 2.4 and later), nfsdcltrack's
 * (1.3, Debian 11 and Ubuntu 20.04). After a start nfsd waits until each of them has reclaimed its locks. The dead server is one
 * itself, because its pods had mounted the volume, and never will: without this every failover waited for the whole grace period.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { exists } from "../system/files.ts";

const DATABASES = ["nfsdcld/main.sqlite", "nfsdcltrack/main.sqlite"];
/** Tables of clients: nfsdcltrack's, and one for each boot epoch of nfsdcld. */
const CLIENT_TABLE = /^(clients|rec-[0-9a-f]{16})$/;
/** Nobody else has it open while nfsd does not run; what is left of a power cut is rolled back by then. */
const BUSY_MS = 5000;

/** The name under which this node's NFS client is known: set before its first mount (kernel parameter nfs.nfs4_unique_id). */
export function uniqueId(node: string): string {
  return `hakit-${node}`;
}

/**
 * Whether an NFSv4 client's own id is that node's: "Linux NFSv4.1 hakit-node2/server2", or, mounted before that name was set,
 * "Linux NFSv4.1 node2". 4.0 has the address of the server in it and is left alone.
 */
export function isClientOf(node: string, id: string): boolean {
  const name = /^Linux NFSv4\.[12] (\S+)$/.exec(id.replace(/\0+$/, ""))?.[1];
  return name !== undefined &&
    (name === node || name.startsWith(`${uniqueId(node)}/`));
}

export interface Forgotten {
  readonly forgotten: number;
  /** Clients that may reclaim what they held. */
  readonly left: number;
}

/** Removes the records of `node` (null: of nobody) below `folder`; nfsd must not run. */
export async function forgetClient(
  folder: string,
  node: string | null,
): Promise<Forgotten> {
  let forgotten = 0;
  const left = new Set<string>();
  for (const name of DATABASES) {
    const file = join(folder, name);
    if (!await exists(file)) continue;
    const database = new DatabaseSync(file);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
      const tables = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
        .map((row) => String(row.name))
        .filter((table) => CLIENT_TABLE.test(table));
      for (const table of tables) {
        const remove = database.prepare(
          `DELETE FROM "${table}" WHERE id = ?`,
        );
        for (
          const { id } of database.prepare(`SELECT id FROM "${table}"`).all()
        ) {
          const blob = id as Uint8Array<ArrayBuffer>;
          const text = new TextDecoder().decode(blob);
          if (node !== null && isClientOf(node, text)) {
            remove.run(blob);
            forgotten++;
          } else left.add(text);
        }
      }
    } finally {
      database.close();
    }
  }
  return { forgotten, left: left.size + await oldRecords(folder) };
}

/** Folders of the kernel's own old way, named by a hash: whose they are cannot be told. */
async function oldRecords(folder: string): Promise<number> {
  const old = join(folder, "v4recovery");
  if (!await exists(old)) return 0;
  return (await Array.fromAsync(Deno.readDir(old))).length;
}
