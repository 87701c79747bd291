/** Users and keys are the same on both nodes: each change goes over at once, and what a node missed when it is back. */
import type { AccountStore } from "../api/accounts.ts";
import { accountsSchema } from "../api/accounts_file.ts";
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import { sleep } from "../system/clock.ts";
import type { Log } from "../system/log.ts";

/** Two nodes that both changed something meet by then. */
const EVERY_MS = 15_000;
const ANSWER_MS = 10_000;

export interface AccountsSyncOptions {
  readonly accounts: AccountStore;
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
  while (!signal.aborted) {
    wake = new AbortController();
    if (options.alive()) {
      const problem = await exchange(options).then(() => "", messageOf);
      if (problem && problem !== said) {
        options.log.warning(`users and keys not exchanged: ${problem}`);
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
  const answer = await peer.request("/api/accounts", {
    method: "POST",
    body: JSON.stringify(await accounts.read()),
    type: "application/json",
    timeoutMs: ANSWER_MS,
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new ApiError(
      502,
      "peer-failed",
      `the other node answered ${answer.status}`,
    );
  }
  await accounts.merge(accountsSchema.parse(await answer.json()));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
