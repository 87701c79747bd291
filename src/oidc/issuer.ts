/**
 * The talk with the issuer: authorization code with PKCE, through openid-client, which checks state, issuer, audience, expiry, nonce and
 * the signature by the issuer's own keys. Here is what it is told to insist on, and what its refusals mean for a person.
 */
import * as client from "openid-client";
import type { Claims } from "./person.ts";
import { hasClaim } from "./person.ts";
import { type Failure, issuerFetch } from "./issuer_fetch.ts";
import type { OidcSettings } from "./settings.ts";
import type { Round } from "./round.ts";

/** Of one talk, however many requests it takes: somebody waits before a white page. */
const TALK_MS = 15_000;
/** Clocks of issuer and nodes may differ by so much. */
const SKEW_SECONDS = 60;
/** away: it does not answer; denied: it did not let that person in; wrong: what it said must not be believed or is not understood. */
export class IssuerError extends Error {
  override readonly name = "IssuerError";
  constructor(
    readonly kind: "away" | "denied" | "wrong",
    /** One line: which part, and why. */
    message: string,
    readonly remedy: string,
    options: ErrorOptions = {},
  ) {
    super(message, options);
  }
}

export interface IssuerOptions {
  readonly talkMs?: number;
}

/** A talk with the issuer of these settings, from its discovery document on. */
export class Issuer {
  readonly #settings: OidcSettings;
  readonly #config: client.Configuration;
  readonly #talk: Talk;

  private constructor(
    settings: OidcSettings,
    config: client.Configuration,
    talk: Talk,
  ) {
    this.#settings = settings;
    this.#config = config;
    this.#talk = talk;
  }

  /** Asks for the discovery document. Throws IssuerError. */
  static async meet(
    settings: OidcSettings,
    { talkMs = TALK_MS }: IssuerOptions = {},
  ): Promise<Issuer> {
    const talk = new Talk(settings, talkMs);
    const { issuer, client: id, secret } = settings;
    const config = await talk.ask("discovery document", () =>
      client.discovery(
        // Written out: else the library would let Entra ID's addresses for all of its customers pass as this issuer.
        new URL(
          `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
        ),
        id,
        { [client.clockTolerance]: SKEW_SECONDS },
        authentication(secret),
        {
          [client.customFetch]: talk.fetch,
          execute: [client.enableNonRepudiationChecks],
          timeout: talkMs / 1000,
        },
      ));
    const server = config.serverMetadata();
    if (!isSame(server.issuer, issuer)) {
      throw new IssuerError(
        "wrong",
        `discovery document: the issuer calls itself "${
          server.issuer.slice(0, 300)
        }", expected "${issuer}"`,
        'Set the address that it calls itself, of your own organisation: "hakit oidc set --issuer"',
      );
    }
    for (
      const key of [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
      ] as const
    ) {
      if (isHttps(server[key])) continue;
      throw new IssuerError(
        "wrong",
        `discovery document: "${key}" is missing or no https address`,
        "See whether the issuer's address is that of an OpenID Connect provider",
      );
    }
    return new Issuer(settings, config, talk);
  }

  /** Whether its keys can be had: for a test without a person. */
  async showKeys(): Promise<void> {
    const url = this.#config.serverMetadata().jwks_uri!;
    await this.#talk.ask("signing keys", async () => {
      const answer = await this.#talk.fetch(url, {
        method: "GET",
        headers: {},
      });
      const body = answer.ok ? await answer.json() : null;
      if (!Array.isArray(body?.keys) || body.keys.length === 0) {
        throw new Error(`no keys at "${url}", status ${answer.status}`);
      }
    });
  }

  /** Where the browser goes. */
  async address(round: Round): Promise<string> {
    const scopes = ["openid", "profile", "email", ...this.#settings.scopes];
    return client.buildAuthorizationUrl(this.#config, {
      redirect_uri: round.back,
      scope: [...new Set(scopes)].join(" "),
      state: round.state,
      nonce: round.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(round.verifier),
      code_challenge_method: "S256",
    }).href;
  }

  /** What the issuer says of whoever came back with this query. Throws IssuerError. */
  async claims(round: Round, query: string): Promise<Claims> {
    const back = new URL(round.back);
    back.search = query;
    const tokens = await this.#talk.ask(
      "sign-in",
      () =>
        client.authorizationCodeGrant(this.#config, back, {
          pkceCodeVerifier: round.verifier,
          expectedState: round.state,
          expectedNonce: round.nonce,
          idTokenExpected: true,
        }),
    );
    const told: Claims = { ...tokens.claims() };
    const { claim } = this.#settings;
    const more = this.#config.serverMetadata().userinfo_endpoint;
    if (hasClaim(told, claim) || !more) return told;
    // Some issuers keep groups out of the token.
    const info = await this.#talk.ask("user info", () =>
      client.fetchUserInfo(
        this.#config,
        tokens.access_token,
        String(told["sub"]),
      ));
    return { ...info, ...told };
  }
}

class Talk {
  readonly #authority: boolean;
  #failure: Failure | null = null;
  readonly fetch: ReturnType<typeof issuerFetch>;

  constructor({ authority }: OidcSettings, talkMs: number) {
    this.#authority = authority !== null;
    this.fetch = issuerFetch({
      authority,
      signal: AbortSignal.timeout(talkMs),
      failed: (failure) => {
        this.#failure = failure;
      },
    });
  }

  /** One step, whose refusal says so. */
  async ask<T>(step: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      throw this.#failure
        ? away(step, this.#failure, this.#authority)
        : explained(step, cause);
    }
  }
}

function away(
  step: string,
  { url, why }: Failure,
  authority: boolean,
): IssuerError {
  const host = URL.canParse(url) ? new URL(url).host : url.slice(0, 300);
  const untrusted = /certificate|UnknownIssuer/i.test(why);
  const remedy = untrusted
    ? authority
      ? "Set the authority that signed the issuer's certificate: hakit oidc set --ca-file"
      : `A private authority is told with "hakit oidc set --ca-file"; else see the issuer's certificate`
    : "See whether this node reaches the issuer; local users still log in with their passwords";
  return new IssuerError("away", `${step}: ${host}: ${why}`, remedy);
}

/** The library's refusals, each with what is to be done. */
function explained(step: string, cause: unknown): IssuerError {
  const wrong = (why: string, remedy: string) =>
    new IssuerError("wrong", `${step}: ${why}`, remedy, { cause });
  if (cause instanceof client.AuthorizationResponseError) {
    const why = `the issuer refused: ${saidBy(cause)}`;
    const kind = cause.error === "access_denied" ? "denied" : "wrong";
    const remedy = "See the issuer's own log for this sign-in";
    return new IssuerError(kind, `${step}: ${why}`, remedy, { cause });
  }
  if (cause instanceof client.ResponseBodyError) {
    const why = `the issuer refused the code: ${saidBy(cause)}`;
    return cause.error === "invalid_client"
      ? wrong(
        why,
        'Set the client secret anew: "hakit oidc set --client-secret-file"',
      )
      : wrong(
        why,
        "Begin the sign-in again; see the issuer's log if that is no help",
      );
  }
  const text = textOf(cause);
  if (/timestamp/i.test(text)) {
    return wrong(
      `the ID token is not valid now: ${text}`,
      "See whether the clocks of this node and the issuer agree",
    );
  }
  if (/"alg"|JWS algorithm/i.test(text)) {
    return wrong(
      `the ID token is signed in a way that is no proof: ${text}`,
      "Let the issuer sign with a key pair of its own, such as RS256 or ES256",
    );
  }
  return wrong(text, "See the issuer's settings for this client");
}

/** What the other side wrote, short. */
function saidBy(
  { error, error_description: more }: {
    readonly error: string;
    readonly error_description?: string | undefined;
  },
): string {
  return [error, more].filter(Boolean).join(", ").slice(0, 200);
}

/** The library says what it wanted in the cause. */
function textOf(error: unknown): string {
  const parts: string[] = [];
  for (
    let one = error;
    one instanceof Error && parts.length < 3;
    one = one.cause
  ) parts.push(one.message);
  return [...new Set(parts)].join(": ").slice(0, 300) || "unknown failure";
}

/** As the issuer likes it: in the body, else in the header, which is the default of the protocol. */
function authentication(secret: string): client.ClientAuth {
  const [inBody, inHeader] = [
    client.ClientSecretPost(secret),
    client.ClientSecretBasic(secret),
  ];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? [];
    const posts = methods.includes("client_secret_post");
    return (posts ? inBody : inHeader)(server, ...rest);
  };
}

function isSame(one: string, other: string): boolean {
  return URL.canParse(one) && new URL(one).href === new URL(other).href;
}

function isHttps(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) &&
    new URL(url).protocol === "https:";
}
