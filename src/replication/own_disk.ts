/** What a primary's own disk has failed to do: while the peer has a good copy, that one is the one to go on with. */
import type { Inode } from "./inode.ts";
import { Marks } from "./marks.ts";
import { isNameless } from "./nameless.ts";
import { NotShown } from "./paths.ts";
import type { Pipeline } from "./pipeline.ts";
import { isShut, sickness } from "./sick_disk.ts";
import type { Volume } from "./volume.ts";

export class OwnDisk {
  #broken = 0;

  constructor(
    readonly tools: Pick<
      Pipeline,
      "alone" | "session" | "peerIsLevel" | "events"
    >,
  ) {}

  /**
   * A sync of this node's disk failed, or it takes no changes any more: errno. The system tells it once and takes the pages for
   * written, so that no later success says anything about what was done before: until the end of the role nothing counts as settled here.
   */
  broke(error: number, what: string): void {
    this.#broken ||= error;
    this.tools.events.fault(what);
  }

  get broken(): boolean {
    return this.#broken !== 0;
  }

  /**
   * This node's disk has answered a change so: a fault where the disk is sick, not only full. One that takes no changes any more has
   * lost what it had not written yet, and no sync need say so.
   */
  refused({ path }: Volume, error: number): void {
    const what = sickness("writing", path, error);
    if (what === null) return;
    if (isShut(error)) this.broke(error, what);
    else this.tools.events.fault(what);
  }

  /**
   * This node's disk did not show what stands at a place, and somebody had asked. Where the peer has it, it is to go on, and the place
   * is marked: what is written there anew, from the good copy, is what mends a bad sector. Alone there is nothing better.
   */
  unreadable(
    volume: Volume,
    inode: Inode,
    error: number,
    mark: (marks: Marks, volume: number, id: number) => void,
  ): void {
    const { tools } = this;
    const what = sickness("reading", volume.path, error);
    if (what === null) return;
    const goesOn = !tools.alone && tools.session !== null && tools.peerIsLevel;
    // What is excluded, or has no name any more, is in nobody's copy.
    if (!goesOn || inode.own || isNameless(inode)) {
      return tools.events.late(what);
    }
    const marks = new Marks();
    mark(marks, volume.index, inode.id);
    tools.events.unreadable(what, marks);
  }

  /** Where an inode stands by name, as Volume.pathOf; errno: this disk does not show it, which is told as above. */
  pathOf(volume: Volume, inode: Inode): Uint8Array | null | number {
    return this.byNames(volume, inode, () => volume.pathOf(inode));
  }

  /** What `look` finds by names for somebody who asks for `inode`; errno: a directory of them is not shown, which is told as above. */
  byNames<Found>(
    volume: Volume,
    inode: Inode,
    look: () => Found,
  ): Found | number {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof NotShown)) throw error;
      const { code, directory } = error;
      this.unreadable(
        volume,
        inode,
        code,
        (marks, index) => marks.names(index, directory, 0),
      );
      return code;
    }
  }

  /** The peer's copy is the better one, and the only one to go by. */
  get isWorse(): boolean {
    return this.broken && this.tools.peerIsLevel;
  }
}
