/**
 * Whether the directories get another content now, by somebody else's hand (a copy is restored): nothing may be mirrored, served or
 * declared good meanwhile. It is for whoever began it to say that it has ended; a replicator that begins anew knows nothing of it.
 */
export class Replacing {
  #on = false;

  begin(): void {
    this.#on = true;
  }

  end(): void {
    this.#on = false;
  }

  /** Why there can be no role now; null: it is over. */
  get refusal(): Error | null {
    if (!this.#on) return null;
    return new Error("a copy is being restored into its directories");
  }
}
