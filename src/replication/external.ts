/**
 * A note that what stands in this node's directories is a copy that somebody restored there (a backup, a disk that was carried over):
 * the first resync compares it and sends what differs, instead of moving it away as somebody else's data.
 */
import { dirname } from "node:path";
import { syncFolderSync } from "../system/files.ts";

export class External {
  readonly #path: string;

  constructor(stateDir: string) {
    this.#path = `${stateDir}/external`;
  }

  get noted(): boolean {
    try {
      return Deno.lstatSync(this.#path).isFile;
    } catch {
      return false;
    }
  }

  /** Kept over restarts, until the copy is level. */
  note(): void {
    using file = Deno.openSync(this.#path, {
      create: true,
      write: true,
      mode: 0o600,
    });
    file.syncSync();
    syncFolderSync(dirname(this.#path));
  }

  forget(): void {
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      // One that stays says nothing of a copy that has data of the cluster.
      if (!(error instanceof Deno.errors.NotFound)) return;
    }
  }
}
