/** Users, keys, single sign-on and which sessions were ended are the same on both nodes: each change goes over at once, and what a node missed when it is back. */
import { messageOf } from "../system/message.ts";
import type { AccountStore } from "../api/accounts.ts";
import { accountsSchema } from "../api/accounts_file.ts";
import { endedSchema, type EndedSessions } from "../api/ended_sessions.ts";
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import type { OidcStore } from "../oidc/store.ts";
import { oidcFileSchema } from "../oidc/settings_file.ts";
import { sleep } from "../system/clock.ts";
import type { Log } from "../system/log.ts";

/** Two nodes that both changed something meet by then. */
const EVERY_MS = 15_000;
const ANSWER_MS = 10_000;

export interface AccountsSyncOptions {
  readonly accounts: AccountStore;
  readonly oidc: OidcStore;
  readonly ended: EndedSessions;
  readonly peer: Pick<PeerApi, "request">;
  /** Whether the peer's heartbeats arrive. */
  readonly alive: () => boolean;
  readonly log: Pick<Log, "warning">;
  readonly everyMs?: number;
}

/** Until `signal`: exchanges whenever something was changed here, and now and then. */
export async function keepAccountsLevel(
  options: AccountsSyncOptions,
  signal: AbortSignal,
): Promise<void> {
  let wake = new AbortController();
  let said = "";
  options.accounts.onChange = () => wake.abort();
  options.oidc.onChange = () => wake.abort();
  options.ended.onChange = () => wake.abort();
  while (!signal.aborted) {
    wake = new AbortController();
    if (options.alive()) {
      const problem = await exchange(options)
        .then(() => exchangeOidc(options))
        .then(() => exchangeEnded(options))
        .then(() => "", messageOf);
      if (problem && problem !== said) {
        options.log.warning(
          `users, keys, single sign-on and ended sessions not exchanged: ${problem}`,
        );
      }
      said = problem;
    }
    await sleep(
      options.everyMs ?? EVERY_MS,
      AbortSignal.any([signal, wake.signal]),
    );
  }
}

/** Sends what is known here, takes what both know together. */
export async function exchange(
  { accounts, peer }: Pick<AccountsSyncOptions, "accounts" | "peer">,
): Promise<void> {
  const answer = await send(peer, "/api/accounts", await accounts.read());
  if (!answer.ok) throw await failed(answer);
  await accounts.merge(accountsSchema.parse(await answer.json()));
}

/** The same for single sign-on. */
export async function exchangeOidc(
  { oidc, peer }: Pick<AccountsSyncOptions, "oidc" | "peer">,
): Promise<void> {
  const answer = await newer(peer, "/api/oidc/exchange", await oidc.read());
  if (answer) await oidc.merge(oidcFileSchema.parse(await answer.json()));
}

/** The same for the sessions that were ended. */
export async function exchangeEnded(
  { ended, peer }: Pick<AccountsSyncOptions, "ended" | "peer">,
): Promise<void> {
  const answer = await newer(peer, "/api/sessions/ended", await ended.read());
  if (!answer) return;
  await ended.merge(endedSchema.parse(await answer.json()), Date.now());
}

/** Null: the other node, in the middle of an upgrade, does not know of this yet. */
async function newer(
  peer: AccountsSyncOptions["peer"],
  path: string,
  known: unknown,
): Promise<Response | null> {
  const answer = await send(peer, path, known);
  if (answer.ok) return answer;
  if (answer.status !== 404) throw await failed(answer);
  await answer.body?.cancel();
  return null;
}

function send(
  peer: AccountsSyncOptions["peer"],
  path: string,
  known: unknown,
): Promise<Response> {
  return peer.request(path, {
    method: "POST",
    body: JSON.stringify(known),
    type: "application/json",
    timeoutMs: ANSWER_MS,
  });
}

async function failed(answer: Response): Promise<ApiError> {
  await answer.body?.cancel();
  const why = `the other node answered ${answer.status}`;
  return new ApiError(502, "peer-failed", why);
}
