/** Single sign-on, from the button to the name: what the login page asks for. With no settings there is nothing here. */
import * as client from "openid-client";
import { Issuer, IssuerError, type IssuerOptions } from "./issuer.ts";
import { type Places, redirectFor, redirects } from "./places.ts";
import { personOf } from "./person.ts";
import { type Round, ROUND_MS, seal, unseal, UsedRounds } from "./round.ts";
import {
  type OidcAnswer,
  type OidcTestAnswer,
  shownSettings,
} from "./settings.ts";
import type { Standing } from "./settings_file.ts";
import type { OidcStore } from "./store.ts";
import type { Vouched } from "../api/attempts.ts";
import { messageOf } from "../system/message.ts";
import { Seldom } from "../system/seldom.ts";

/** A discovery document is good for so long on the way out; on the way back it is asked for anew, with the keys. */
const KNOWN_MS = 60_000;
/** An issuer that is away is not asked at every click. */
const AWAY_MS = 5_000;
const HOUR_MS = 3_600_000;

export interface SignOnOptions extends IssuerOptions {
  /** This node's name. */
  readonly node: string;
  readonly store: OidcStore;
  /** Without the names of the settings. */
  readonly places: () => Omit<Places, "names">;
  readonly log: (line: string) => void;
  readonly now?: () => number;
}

export type Begun =
  | { readonly kind: "off" }
  | { readonly kind: "go"; readonly address: string; readonly sealed: string }
  /** The browser's address is not one of the cluster's. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "away" };

/** Why somebody does not come in; the words for the browser are the login page's. */
export type NoEntry = "stale" | "away" | "denied" | "noRole" | "failed";

export type Ended =
  | Extract<Vouched, { kind: "in" }> & { readonly next: string }
  | Extract<Vouched, { kind: "refused" }> & { readonly reason: NoEntry };

export class SignOn {
  readonly store: OidcStore;
  readonly #options: SignOnOptions;
  readonly #now: () => number;
  readonly #used = new UsedRounds();
  #met: { id: string; at: number; issuer: Promise<Issuer> } | null = null;
  /** Anybody may click. */
  readonly #seldom: Seldom;

  constructor(options: SignOnOptions) {
    this.#options = options;
    this.store = options.store;
    this.#now = options.now ?? Date.now;
    this.#seldom = new Seldom(options.log, this.#now);
  }

  /** What the login page offers; null: nothing. A file that cannot be read must not shut the login page. */
  async offer(): Promise<{ readonly label: string } | null> {
    const standing = await this.#standing();
    return standing.kind === "on" ? { label: standing.settings.label } : null;
  }

  /** Which settings hold: a session of others is void. */
  async stamp(): Promise<string | null> {
    const standing = await this.#standing();
    return standing.kind === "on" ? standing.id : null;
  }

  async shown(): Promise<OidcAnswer> {
    const standing = await this.store.standing();
    switch (standing.kind) {
      case "off":
        return { settings: null, problem: null, redirects: [] };
      case "parted":
        return {
          settings: null,
          problem:
            "both nodes were changed while they did not hear each other: set it anew, or switch it off",
          redirects: [],
        };
      case "on": {
        const { settings } = standing;
        return {
          settings: shownSettings(settings),
          problem: null,
          redirects: redirects(this.#places(settings.names)),
        };
      }
      default:
        return standing satisfies never;
    }
  }

  /** Whether this node reaches the issuer, and it is the one that was meant. */
  async test(): Promise<OidcTestAnswer> {
    const { node } = this.#options;
    const standing = await this.store.standing();
    if (standing.kind !== "on") {
      return {
        node,
        problem: "single sign-on is off",
        remedy: 'See "hakit help oidc"',
      };
    }
    try {
      const issuer = await Issuer.meet(standing.settings, this.#options);
      await issuer.showKeys();
      return { node, problem: null, remedy: null };
    } catch (error) {
      if (!(error instanceof IssuerError)) throw error;
      return { node, problem: error.message, remedy: error.remedy };
    }
  }

  /** `host`: what the browser calls us. */
  async begin(
    { host, next }: {
      readonly host: string | undefined;
      readonly next: string;
    },
  ): Promise<Begun> {
    const standing = await this.#standing();
    if (standing.kind !== "on") return { kind: "off" };
    const back = redirectFor(host, this.#places(standing.settings.names));
    if (!back) return { kind: "elsewhere" };
    const round: Round = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      back,
      next,
      at: this.#now(),
    };
    try {
      const issuer = await this.#meet(standing);
      const address = await issuer.address(round);
      return { kind: "go", address, sealed: seal(round, standing.sealKey) };
    } catch (error) {
      if (!(error instanceof IssuerError)) throw error;
      this.#seldom.say(`single sign-on: ${error.message}: ${error.remedy}`);
      return { kind: "away" };
    }
  }

  /** A browser is back: who is it? */
  async end(
    { query, sealed }: {
      readonly query: string;
      readonly sealed: string | undefined;
    },
  ): Promise<Ended> {
    const stale = (why: string): Ended => ({
      kind: "refused",
      reason: "stale",
      name: null,
      why: `${why}: begin again at the login page`,
    });
    const standing = await this.#standing();
    if (standing.kind !== "on") return stale("it was switched off");
    const { settings, sealKey: key, id } = standing;
    const now = this.#now();
    const round = unseal(sealed, { key, now });
    if (!round) {
      const minutes = ROUND_MS / 60_000;
      return stale(
        `this browser did not begin it here in the last ${minutes} minutes`,
      );
    }
    if (new URLSearchParams(query).get("state") !== round.state) {
      return stale("the state is not this browser's");
    }
    if (!this.#used.use(round, now)) return stale("it was used already");
    try {
      // Met anew: its keys may be others by now.
      const issuer = await Issuer.meet(settings, this.#options);
      const claims = await issuer.claims(round, query);
      const person = personOf(claims, settings);
      const { name } = person;
      const subject = `subject ${String(claims["sub"]).slice(0, 100)}`;
      if (person.kind === "unknown") {
        const why = `${subject}: ${person.why}`;
        return { kind: "refused", reason: "noRole", name, why };
      }
      // What was changed meanwhile holds for this one, too.
      if (await this.stamp() !== id) return stale("the settings were changed");
      return {
        kind: "in",
        name,
        role: person.role,
        stamp: id,
        until: this.#now() + settings.hours * HOUR_MS,
        next: round.next,
        why: `as ${person.role}, ${subject}`,
      };
    } catch (error) {
      if (!(error instanceof IssuerError)) throw error;
      const why = `${error.message}: ${error.remedy}`;
      const reason = error.kind === "wrong" ? "failed" : error.kind;
      return { kind: "refused", reason, name: null, why };
    }
  }

  /** One talk for all who click at the same time. */
  #meet({ id, settings }: Extract<Standing, { kind: "on" }>): Promise<Issuer> {
    const now = this.#now();
    if (this.#met?.id === id && now < this.#met.at) return this.#met.issuer;
    const issuer = Issuer.meet(settings, this.#options);
    const met = { id, at: now + KNOWN_MS, issuer };
    this.#met = met;
    issuer.catch(() => {
      met.at = this.#now() + AWAY_MS;
    });
    return issuer;
  }

  async #standing(): Promise<Standing> {
    try {
      const standing = await this.store.standing();
      if (standing.kind === "parted") {
        this.#seldom.say(
          'single sign-on is off: both nodes were changed while they did not hear each other: see "hakit oidc show"',
        );
      }
      return standing;
    } catch (error) {
      this.#seldom.say(messageOf(error));
      return { kind: "off" };
    }
  }

  #places(names: readonly string[]): Places {
    return { names, ...this.#options.places() };
  }
}
