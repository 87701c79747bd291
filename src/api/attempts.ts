/** Attempts to log in: slowed down where somebody guesses, compared one by one, told, whatever they come to. */
import { Turns } from "../system/turns.ts";
import type { User, UserRole } from "./accounts_file.ts";
import { oneLine } from "../system/message.ts";
import { addressKey, BY_ADDRESS, BY_USER, Throttle } from "./throttle.ts";

/** One password costs 32 MiB for 0.15 s: they are compared one by one, and no more than these wait. */
const WAITING_LOGINS = 16;
/** Remembered pairs of user and address that once logged in. */
const KNOWN_PLACES = 1000;

/** Guessed too often, or too many at once: nothing was compared. */
export interface Wait {
  readonly kind: "wait";
  readonly seconds: number;
}

/** A login that was tried. */
export interface LoginEvent {
  /** As typed: anybody may send anything. */
  readonly name: string;
  readonly from: string;
  readonly ok: boolean;
  /** As what, or why not. */
  readonly detail?: string;
}

/** What the issuer's word for somebody comes to. */
export type Vouched =
  | {
    readonly kind: "in";
    readonly name: string;
    readonly role: UserRole;
    /** Of the settings by which it counts. */
    readonly stamp: string;
    /** The session ends then, however busy. */
    readonly until: number;
    readonly why: string;
  }
  | {
    readonly kind: "refused";
    /** null: nobody knows who it was. */
    readonly name: string | null;
    readonly why: string;
  };

export interface AttemptsOptions {
  /** One line for each login and refusal. */
  readonly log?: (line: string) => void;
  readonly onLogin?: (login: LoginEvent) => void;
  readonly now: () => number;
}

export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #byAddress = new Throttle(BY_ADDRESS);
  readonly #byUser = new Throttle(BY_USER);
  /** Apart from the passwords: while the issuer is ill, nobody waits who knows one. */
  readonly #guestsByAddress = new Throttle(BY_ADDRESS);
  readonly #known = new Set<string>();
  #vouching = 0;
  readonly #turns = new Turns();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** One attempt at a password or, without a name, at a link; null: it was wrong. */
  async match(
    { name, from }: { readonly name: string | null; readonly from: string },
    match: () => Promise<User | null>,
  ): Promise<User | null | Wait> {
    const now = this.#options.now;
    const place = addressKey(from);
    // A place that this user logged in from is not held up by strangers who guess at the name; whoever guesses there is, all the same.
    const pair = JSON.stringify([name, place]);
    // Names are typed by anybody: no name is a pair.
    const whom = this.#known.has(pair)
      ? `at ${pair}`
      : name === null
      ? null
      : `name ${name}`;
    const waitMs = Math.max(
      this.#byAddress.waitMs(place, now()),
      whom === null ? 0 : this.#byUser.waitMs(whom, now()),
    );
    if (waitMs > 0 || this.#turns.waiting >= WAITING_LOGINS) {
      return wait(waitMs);
    }
    this.#byAddress.attempt(place, now());
    if (whom !== null) this.#byUser.attempt(whom, now());

    const user = await this.#turns.take(match);
    const shown = user?.name ?? name ?? "(link)";
    this.#options.onLogin?.({ name: shown, from, ok: user !== null });
    if (!user) {
      this.#options.log?.(
        `login refused: user ${JSON.stringify(shown)} from ${from}`,
      );
      return null;
    }
    this.#byAddress.succeeded(place);
    const own = JSON.stringify([user.name, place]);
    this.#byUser.succeeded(`name ${user.name}`);
    this.#byUser.succeeded(`at ${own}`);
    this.#known.add(own);
    if (this.#known.size > KNOWN_PLACES) {
      for (const oldest of this.#known) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#options.log?.(`login: user "${user.name}" from ${from}`);
    return user;
  }

  /** One attempt by an issuer's word. */
  async vouch<T extends Vouched>(
    from: string,
    ask: () => Promise<T>,
  ): Promise<T | Wait> {
    const now = this.#options.now;
    const place = addressKey(from);
    const waitMs = this.#guestsByAddress.waitMs(place, now());
    if (waitMs > 0 || this.#vouching >= WAITING_LOGINS) return wait(waitMs);
    this.#guestsByAddress.attempt(place, now());
    this.#vouching++;
    const vouched: T = await ask().finally(() => this.#vouching--);
    const name = vouched.name ?? "(single sign-on)";
    const ok = vouched.kind === "in";
    // The issuer's own words are in it.
    const detail = oneLine(vouched.why);
    this.#options.onLogin?.({ name, from, ok, detail });
    this.#options.log?.(
      `login${ok ? "" : " refused"}: user "${name}" from ${from}: ${detail}`,
    );
    if (ok) this.#guestsByAddress.succeeded(place);
    return vouched;
  }
}

function wait(ms: number): Wait {
  return { kind: "wait", seconds: Math.max(1, Math.ceil(ms / 1000)) };
}
