/**
 * Guarantee level fsync: a write is answered when it is sent. The application goes on, the order does not change: what is not done
 * here yet stays in memory, and whoever asks for the file waits for it. So still nothing is on this disk that the peer has not seen.
 */
import { HEADER } from "../peer/frame.ts";
import { errnoName } from "../system/libc.ts";
import type { FrameBuffer } from "./frame_buffer.ts";
import type { Pending, PendingChanges } from "./pending.ts";
import type { Pipeline } from "./pipeline.ts";

export class Ahead {
  constructor(
    readonly tools: Pick<Pipeline, "ranOut" | "now" | "events">,
    readonly pending: PendingChanges,
    readonly frames: Pick<FrameBuffer, "isSentUpTo">,
  ) {}

  /** Answers what is sent by now. */
  answer(): void {
    this.pending.tell((pending) => {
      const { at, length, inode, answer } = pending;
      if (!this.frames.isSentUpTo(at + HEADER + length)) return false;
      if (pending.ahead && answer && inode && !this.tools.ranOut) {
        inode.ahead++;
        pending.answer = null;
        answer(0);
      }
      return true;
    });
  }

  /** It is done here, or has failed: then somebody must hear of it. */
  settle({ ahead, answer, inode, volume }: Pending, error: number): void {
    if (!ahead || answer || !inode) return;
    inode.ahead--;
    if (error === 0) return;
    inode.lateError = error;
    volume.failedAhead(this.tools.now());
    this.tools.events.late(
      `a write below "${volume.path}" was answered and then refused by this node's disk: ${
        errnoName(error)
      }; the next fsync of that file says so`,
    );
  }
}
