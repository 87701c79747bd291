/**
 * A person's word on what stands in the mirrored directories, whatever this node's state says of it: that it is no copy, somebody
 * else's, or the good one. Each is cut off anywhere without harm: what the state says of the copy goes first, and what tells the folders
 * that it speaks of last (known_folders.ts). Of a folder that is not known any more nobody asks whether it is the one that was mirrored:
 * beside the identity of before, another disk would pass for the copy that the other node may go on from. Where the state directory has
 * no room for both, neither is done: a copy that nothing has happened to is not condemned.
 */
import type { Context } from "./context.ts";
import { unlike } from "./folder_tokens.ts";
import { strangeFolder } from "./known_folders.ts";

type Copy = Pick<Context, "identity" | "folders">;

/**
 * What stands here counts as no copy: half of it is gone, or it is another disk. Nor is it the rest of what was being moved aside: the
 * names of that stand there already, and it would be in the way of every resync.
 */
export function replaceCopy({ identity, folders }: Copy): void {
  const none = { upToDate: false, consistent: false };
  folders.forget(() => identity.save(none, { aside: null }));
}

/** What stands here may be what nobody else has: it counts as somebody else's copy, which is kept aside. */
export function disownCopy({ identity, folders }: Copy, token: number): void {
  folders.forget(() =>
    identity.save({
      ...unlike(token),
      upToDate: false,
      directories: [],
    })
  );
}

/** What stands here is the good copy. `whole`: see descent(). */
export function forceCopy(
  context: Context,
  { full, whole: put = false }: {
    readonly full?: boolean | undefined;
    readonly whole?: boolean | undefined;
  },
): void {
  const { identity, dirty, folders } = context;
  const { current, upToDate, consistent } = identity.value;
  if (current !== null && upToDate && consistent && !full) return;
  const whole = put || (consistent && strangeFolder(context) === null);
  const advance = () =>
    // What the peer has is a different history from now on: everything is compared when it returns.
    identity.advance({
      bitmap: null,
      upToDate: true,
      consistent: true,
      connected: false,
      // So nothing need be marked for it either.
      directories: [],
    }, { whole });
  // A state that knew nothing yet, beside the data of an earlier one: whoever takes that for the good copy knows what it is.
  if (full || current === null) folders.forget(advance);
  else advance();
  context.doubt = false;
  context.left = null;
  context.marks.clear();
  dirty.clear();
}
