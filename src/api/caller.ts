/** Who asks, as the routes, the logs and the audit see them. */
import { type UserRole, userRole } from "./accounts_file.ts";
import { ApiError } from "./error.ts";
import { oneLine } from "../system/message.ts";

/** How a request reached us; said by the server that took it, never by the request. */
export type Connection =
  | { readonly kind: "socket" }
  | { readonly kind: "peer"; readonly node: string }
  | {
    readonly kind: "network";
    /** Behind a proxy that cluster.yaml names: of the one that it asks for. */
    readonly address: string;
    /** Through a reverse proxy: whoever asks is not whoever connected. */
    readonly handedOn?: true;
    /** What the browser's request was addressed to, as such a proxy says; missing: as ours. */
    readonly host?: string;
  };

export type Caller =
  | { readonly kind: "root"; readonly role: "administrator" }
  /** The other node: it has asked its own user before it forwards, and says who that was. */
  | {
    readonly kind: "peer";
    /** Of the user for whom it asks; its own errands are an administrator's. */
    readonly role: UserRole;
    readonly node: string;
    readonly by: string | null;
  }
  /** A program with an API key. */
  | { readonly kind: "key"; readonly role: UserRole; readonly name: string }
  | {
    readonly kind: "user";
    readonly role: UserRole;
    readonly name: string;
    /** Goes into the page, comes back in CSRF_HEADER. */
    readonly csrf: string;
    /** Came in by the issuer's word: there is no password here. */
    readonly guest: boolean;
  };

/** Environment of every Hono app that stands behind `Auth`. */
export interface AuthEnv {
  Bindings: { connection?: Connection };
  Variables: {
    caller: Caller;
    /** More for the audit than the path says: never a secret. */
    detail: string;
    /** The other node only asks what a change would do: the audit tells the change. */
    changesNothing: boolean;
  };
}

/** From the peer only: for whom it asks. */
export const BY_HEADER = "x-hakit-by";
/** From the peer only: what that one may. */
export const ROLE_HEADER = "x-hakit-role";
const LONGEST_NAME = 100;

export function callerName(caller: Caller): string {
  switch (caller.kind) {
    case "root":
      return "root";
    case "peer":
      return caller.by === null
        ? `node ${caller.node}`
        : `${caller.by} through ${caller.node}`;
    case "key":
      return `key ${caller.name}`;
    case "user":
      return `user ${caller.name}`;
    default:
      return caller satisfies never;
  }
}

/** What the peer says of its user: one short line, whatever it is. */
export function nameFromPeer(header: string | undefined): string | null {
  return header ? oneLine(header, LONGEST_NAME) || null : null;
}

/** The role that the peer asks with; one that nobody knows may least. */
export function roleFromPeer(header: string | undefined): UserRole {
  if (header === undefined) return "administrator";
  return userRole.safeParse(header).data ?? "viewer";
}

/** What of a route asks for more than the rest of it; throws ApiError 403. */
export function needsAdministrator({ role }: Caller, word: string): void {
  if (role === "administrator") return;
  throw new ApiError(
    403,
    "forbidden",
    `"${word}" needs role administrator, you are ${role}`,
  );
}

/** This machine itself. */
export function isLocal(connection: Connection | undefined): boolean {
  if (connection?.kind === "socket") return true;
  if (connection?.kind !== "network") return false;
  const { address, handedOn } = connection;
  if (handedOn) return false;
  return address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);
}

/** Handed on by the peer, or asked for so: what is done stays on this node. */
export function staysHere(caller: Caller, local: "1" | undefined): boolean {
  return caller.kind === "peer" || local === "1";
}

/** For the throttle, the log and the audit. */
export function originOf(connection: Connection | undefined): string {
  switch (connection?.kind) {
    case "network":
      return connection.address;
    case "peer":
      return connection.node;
    default:
      return "local";
  }
}
