/** A request that names a node is for that node: the other one's is passed on as it came, in the name of who asked here. */
import type { Context } from "hono";
import type { Door } from "../agent/door.ts";
import { type AuthEnv, callerName } from "./caller.ts";

export type PeerDoor = Pick<Door, "isPeer" | "forward">;

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** What the request brought, checked: `node`, and what goes on with it. */
type Wish = {
  readonly node?: string | undefined;
  readonly [name: string]: unknown;
};

/**
 * The other node's answer, or null: the request is for this node. What else the wish holds travels where it came from: in the
 * query of GET and DELETE, in the body of POST and PUT. Throws ApiError 404 for a name that is no node.
 */
export function handOn(
  c: Context<AuthEnv>,
  door: PeerDoor,
  { node, ...rest }: Wish,
): Promise<Response> | null {
  if (!door.isPeer(node)) return null;
  const { pathname } = new URL(c.req.url);
  // Asked with the right of who asked: the other node refuses what this one should have refused.
  const { role } = c.var.caller;
  const by = callerName(c.var.caller);
  // Hono serves HEAD as GET.
  const method = c.req.method === "HEAD" ? "GET" : c.req.method as Method;
  if (method === "GET" || method === "DELETE") {
    return door.forward(`${pathname}${queryOf(rest)}`, { method, by, role });
  }
  return door.forward(pathname, {
    method,
    body: JSON.stringify(rest),
    type: "application/json",
    by,
    role,
  });
}

function queryOf(wish: object): string {
  const given = Object.entries(wish)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)]);
  const text = new URLSearchParams(given).toString();
  return text === "" ? "" : `?${text}`;
}
