/** The agent's API over its unix socket, as the commands see it. */
import type { Applied } from "../agent/module_changes.ts";
import type { ModuleInfo } from "../agent/module_store.ts";
import type { Verification } from "../agent/door.ts";
import { agentClient, answer } from "../api/client.ts";
import type { ClusterState } from "../api/state.ts";
import { paths } from "../system/paths.ts";
import type { Resource } from "../checker/board.ts";
import type { AgentApi } from "./agent_api.ts";

/** A command that waits for a role may take its scripts' time limits; the agent answers by then in any case. */
const PATIENCE_MS = 11 * 60_000;
const ANSWER_MS = 30_000;
/** A module is sent on to the other node. */
const INSTALL_MS = 60_000;

type Client = ReturnType<typeof agentClient>["api"]["api"];

/** The agent of this machine (or of HAKIT_HOME, or of `home`). */
export function connect(home?: string): AgentApi {
  const where = home ? paths(home) : paths();

  /** One call with a connection of its own. The answer of a forwarded call has no type: T says what it is. */
  async function call<T>(
    ask: (client: Client, options: { init: RequestInit }) => Promise<unknown>,
    limitMs = ANSWER_MS,
  ): Promise<T> {
    using client = agentClient(where);
    const init = { signal: AbortSignal.timeout(limitMs) };
    return await answer(
      ask(client.api.api, { init }) as Promise<
        { ok: boolean; json(): Promise<T> }
      >,
    );
  }
  const query = (node: string | undefined) => node ? { node } : {};

  return {
    state: () => call<ClusterState>((api, o) => api.state.$get({}, o)),
    async role({ module, command, node, full = false, otherFolder, wait }) {
      const param = { module, command };
      const folder = otherFolder ? { otherFolder } : {};
      const json = { ...query(node), full, wait, ...folder };
      await call(
        (api, o) =>
          api.modules[":module"][":command"].$post({ param, json }, o),
        wait ? PATIENCE_MS : ANSWER_MS,
      );
      // The asked node's own view: an answer of the other node would call that one local.
      return await this.state();
    },
    async log({ module, node, lines }) {
      const { lines: found } = await call<{ lines: string[] }>((api, o) =>
        api.modules[":module"].log.$get({
          param: { module },
          query: { ...query(node), lines },
        }, o)
      );
      return found;
    },
    async scripts({ module, node }) {
      const { files } = await call<{ files: string[] }>((api, o) =>
        api.modules[":module"].scripts.$get({
          param: { module },
          query: query(node),
        }, o)
      );
      return files;
    },
    async script({ module, node, file }) {
      const { text } = await call<{ text: string }>((api, o) =>
        api.modules[":module"].scripts[":file"].$get({
          param: { module, file },
          query: query(node),
        }, o)
      );
      return text;
    },
    async resources({ module, node }) {
      const { resources } = await call<{ resources: Resource[] }>((api, o) =>
        api.modules[":module"].resources.$get({
          param: { module },
          query: query(node),
        }, o)
      );
      return resources;
    },
    async setResource({ module, node, resource, state }) {
      const { resources } = await call<{ resources: Resource[] }>((api, o) =>
        api.modules[":module"].resources[":resource"].$put({
          param: { module, resource },
          json: { ...query(node), state },
        }, o)
      );
      return resources;
    },
    async switch({ module, node, name, value }) {
      await call((api, o) =>
        api.modules[":module"].switches[":name"].$put({
          param: { module, name },
          json: { ...query(node), value },
        }, o)
      );
    },
    verification: ({ module, node }) =>
      call<Verification>((api, o) =>
        api.modules[":module"].verify.$get({
          param: { module },
          query: query(node),
        }, o)
      ),
    verify: ({ module, ...json }) =>
      call<Verification>((api, o) =>
        api.modules[":module"].verify.$post({ param: { module }, json }, o)
      ),
    async resync({ module, ...json }) {
      await call((api, o) =>
        api.modules[":module"].resync.$post({ param: { module }, json }, o)
      );
    },
    async modules() {
      const { modules } = await call<{ modules: ModuleInfo[] }>((api, o) =>
        api.modules.$get({}, o)
      );
      return modules;
    },
    install: (module, archive, { alone }) =>
      call<Applied>(
        (api, { init }) =>
          api.modules[":module"].$put({
            param: { module },
            query: alone ? { alone: "1" } : {},
          }, {
            init: {
              ...init,
              body: archive,
              headers: { "content-type": "application/x-tar" },
            },
          }),
        INSTALL_MS,
      ),
    async archive(module) {
      using client = agentClient(where);
      const init = { signal: AbortSignal.timeout(INSTALL_MS) };
      const response = await client.api.api.modules[":module"].archive.$get({
        param: { module },
      }, { init });
      if (!response.ok) await answer(Promise.resolve(response) as never);
      return new Uint8Array(await response.arrayBuffer());
    },
    async remove(module) {
      const { removed } = await call<{ removed: string[] }>(
        (api, o) =>
          api.modules[":module"].$delete({ param: { module }, query: {} }, o),
        INSTALL_MS,
      );
      return removed;
    },
    async setArbiter(wish) {
      const { token } = await call<{ token: string | null }>(
        (api, o) => api.arbiter.$put({ json: wish as never }, o),
      );
      return token;
    },
    async removeArbiter() {
      await call((api, o) => api.arbiter.$delete({}, o));
    },
  };
}
