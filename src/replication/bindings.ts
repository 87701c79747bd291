/** Under which path the peer knows an inode's id: told once a session, before the first change of it. */
import { setU64 } from "../system/u64.ts";
import type { Inode } from "./inode.ts";
import { isNameless } from "./nameless.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Volume } from "./volume.ts";

export type BindingTools = Pick<
  Pipeline,
  "session" | "renaming" | "wantNames" | "tell" | "events" | "disk"
>;

export class Bindings {
  constructor(readonly tools: BindingTools) {}

  /**
   * Sees to it that the peer knows `inode` by its id. "local": it has no name any more and no copy at the peer, nobody will miss it;
   * "wait": names are changing, ask again when `renaming` is over; errno: this disk does not show where it stands.
   */
  bind(volume: Volume, inode: Inode): "bound" | "local" | "wait" | number {
    // Excluded: the peer has its own, or none.
    if (inode.own) return "local";
    const { session, renaming, events, disk } = this.tools;
    if (
      !session || inode === volume.root || inode.boundIn === session.number
    ) return "bound";
    if (renaming) {
      this.tools.wantNames();
      return "wait";
    }
    const path = disk.pathOf(volume, inode);
    if (typeof path === "number") return path;
    if (path === null) {
      if (isNameless(inode)) return "local";
      // Another hard link of it lives, under a name that we do not know here: level the peer by names instead.
      events.diverged(
        "an open file has lost the name by which the peer could find it",
      );
      return "wait";
    }
    this.#tell(volume, inode, path, session.number);
    return "bound";
  }

  /** Names these for a session that begins while changes of theirs wait. */
  bindAgain(volume: Volume, ids: readonly number[], number: number): void {
    // The argument may be a parent's id; where it is a number that only looks like one, a name too many is told.
    for (const inode of ids.map((id) => volume.get(id))) {
      if (!inode || inode.own || inode === volume.root) continue;
      if (inode.boundIn === number) continue;
      const path = this.tools.disk.pathOf(volume, inode);
      // The peer refuses what concerns one that it cannot be told of.
      if (path === null || typeof path === "number") continue;
      this.#tell(volume, inode, path, number);
    }
  }

  #tell(volume: Volume, inode: Inode, path: Uint8Array, number: number): void {
    this.tools.tell(KIND.BIND, volume.index, inode.id, path);
    inode.boundIn = number;
  }

  /** The kernel has forgotten inodes: the peer may too. As many as one request of the kernel names fit into a frame. */
  forget(volume: Volume, ids: readonly number[]): void {
    const { session } = this.tools;
    if (!session) return;
    const told = ids.filter((id) => volume.boundIn(id) === session.number);
    if (told.length === 0) return;
    const payload = new Uint8Array(told.length * 8);
    const view = new DataView(payload.buffer);
    told.forEach((id, i) => setU64(view, i * 8, id));
    this.tools.tell(KIND.FORGET, volume.index, told[0]!, payload);
  }
}
