/**
 * Heartbeats that should not be: of a machine that says it is this one, of two that say they are the other one, sealed under another
 * key, or of another version. None is believed, but silence would leave a person with a peer that "does not answer". Sans-io.
 */

/** One datagram may be an echo or a recording; so many within so long are somebody's. */
const MANY = 3;
const WITHIN_MS = 5_000;

export const TWIN =
  "another machine sends heartbeats as this node, with this cluster's key (a copied machine?): only one of the two may run";
export const TWO_PEERS =
  "two machines send heartbeats as the other node, with this cluster's key (a copy of it runs?): switch one of them off";
export const SET_BACK =
  "this machine was set back to an earlier moment, with its memory (a snapshot?): its agent begins anew";
export const SEALED_OTHERWISE =
  "heartbeats arrive that this cluster's key does not open: secret.key or the id in cluster.yaml differs between the nodes, or another cluster uses these addresses";
export const OTHER_VERSION =
  'heartbeats arrive in another version of the protocol and are not heard: the nodes run versions of hakit that cannot work together, see "hakit upgrade" on each';

export class Strangers {
  readonly #seen: { readonly [what in Stranger]: number[] } = {
    twin: [],
    second: [],
    sealed: [],
    version: [],
  };

  saw(what: Stranger, now: number): void {
    const times = this.#seen[what];
    times.push(now);
    if (times.length > MANY) times.shift();
  }

  /** One line while it goes on; null: nothing. */
  problem(now: number): string | null {
    if (this.#goesOn("twin", now)) return TWIN;
    if (this.#goesOn("second", now)) return TWO_PEERS;
    if (this.#goesOn("version", now)) return OTHER_VERSION;
    return this.#goesOn("sealed", now) ? SEALED_OTHERWISE : null;
  }

  #goesOn(what: Stranger, now: number): boolean {
    const times = this.#seen[what];
    return times.length === MANY && now - times[0]! < WITHIN_MS;
  }
}

export type Stranger = "twin" | "second" | "sealed" | "version";
