/**
 * Whether the directories get another content now, by somebody else's hand (a copy is restored): nothing may be mirrored, served or
 * declared good meanwhile. It is for whoever began it to say that it has ended; a replicator that begins anew knows nothing of it.
 */
import type { Identity } from "./identity.ts";

export type Worth = Pick<Identity, "upToDate" | "consistent">;

export class Replacing {
  #on = false;
  /** What the copy counted as; null: what stood there was not the folder that this is known of. */
  #worth: Worth | null = null;

  begin(worth: Worth | null): void {
    this.#on = true;
    this.#worth = worth;
  }

  /** What the copy that stood there counted as; null: nobody knows. */
  end(): Worth | null {
    const worth = this.#on ? this.#worth : null;
    this.#on = false;
    return worth;
  }

  /** Why there can be no role now; null: it is over. */
  get refusal(): Error | null {
    if (!this.#on) return null;
    return new Error("a copy is being restored into its directories");
  }
}
