/** How a primary that stops takes leave of its peer: both then know that neither has what the other lacks, and need no marks. */
import { KIND } from "./operation.ts";
import type { Stage } from "./patience.ts";
import type { Pipeline } from "./pipeline.ts";

const CLOSE_MS = 5000;

/** Ends when the peer says the same, or after some seconds, or when `over`. */
export function* goodbye(
  session: { stage: Stage; readonly closed: boolean },
  { pipeline, durable, tide, now, over }: {
    readonly pipeline: Pick<
      Pipeline,
      "session" | "sequence" | "tell" | "unsettled"
    >;
    /** Everything up to this number is on this disk. */
    readonly durable: number;
    /** To be kept by the peer when it has the same; 0: none. */
    readonly tide: number;
    now(): number;
    /** The session has ended. */
    over(): boolean;
  },
): Generator<void, void> {
  if (session.stage !== "mirrored" || !pipeline.session) return;
  // What the peer did and this node did not, or not on its disk (it was fenced, or stopped in the middle, or the peer's word came
  // during the sync): no goodbye, so that the peer keeps its marks.
  if (durable !== pipeline.sequence) return;
  session.stage = "closing";
  pipeline.tell(KIND.SETTLED, 0, 0, null, durable);
  pipeline.tell(KIND.CLOSE, 0, tide, null);
  const deadline = now() + CLOSE_MS;
  while (!session.closed && !over() && now() < deadline) yield;
  if (session.closed) pipeline.unsettled.clear();
}
