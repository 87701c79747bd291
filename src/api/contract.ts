/** Every route of the API: who may, what it takes, what it answers. The OpenAPI document is made of this; tests hold the app to it. */
import { z } from "zod";
import { accountsSchema, type UserRole } from "./accounts_file.ts";
import * as schemas from "./schemas.ts";
import { clusterStateSchema } from "./state.ts";

/**
 * everyone: no login. local: without login from this machine, else a viewer's. secret: the one-time secret in the body is the login.
 * peer: the other node by its certificate. A role: whoever has it or a higher one.
 */
export type Access = UserRole | "everyone" | "local" | "secret" | "peer";

export interface RouteContract {
  readonly method: "get" | "post" | "put" | "delete";
  /** As OpenAPI writes it: "/api/users/{name}". */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** A schema of JSON, or another media type. */
  readonly body?: z.ZodType | string;
  readonly status?: 200 | 201;
  readonly answer: z.ZodType | string;
}

const { nodeQuery } = schemas;
const joinBody = z.strictObject({
  cluster: z.string().max(64),
  secret: z.string().max(100),
  machine: z.string().regex(/^[0-9a-f]{32}$/),
});
const TEXT = "text/plain";
const BYTES = "application/octet-stream";
const anyObject = z.looseObject({});

export const ROUTES: readonly RouteContract[] = [
  {
    method: "get",
    path: "/api/ping",
    summary: "Whether the agent answers and knows you",
    access: "viewer",
    answer: schemas.okAnswer,
  },
  {
    method: "get",
    path: "/api/state",
    summary: "Both nodes, their modules and what holds now",
    access: "viewer",
    answer: clusterStateSchema,
  },
  {
    method: "get",
    path: "/api/events",
    summary:
      "Server-sent events: state, progress of copies, log lines; resumable by Last-Event-ID, reset where lines are gone",
    access: "viewer",
    query: schemas.eventsQuery,
    answer: "text/event-stream",
  },
  {
    method: "get",
    path: "/api/log",
    summary: "The agent's log",
    access: "operator",
    query: schemas.logQuery,
    answer: schemas.linesAnswer,
  },
  {
    method: "get",
    path: "/api/audit",
    summary: "Who did what, from where, with which result",
    access: "administrator",
    query: schemas.logQuery,
    answer: schemas.auditAnswer,
  },
  {
    method: "get",
    path: "/api/snapshot",
    summary: "What support needs of both nodes, secrets removed",
    access: "administrator",
    query: schemas.localQuery,
    answer: "application/x-tar",
  },
  {
    method: "get",
    path: "/api/modules",
    summary:
      "Installed modules; their variables are shown to administrators only",
    access: "viewer",
    answer: schemas.modulesAnswer,
  },
  {
    method: "get",
    path: "/api/modules/{module}/log",
    summary: "A module's log",
    access: "viewer",
    params: schemas.moduleParams,
    query: schemas.logQuery,
    answer: schemas.linesAnswer,
  },
  {
    method: "get",
    path: "/api/modules/{module}/resources",
    summary: "What checkers found, with its history",
    access: "viewer",
    params: schemas.moduleParams,
    query: nodeQuery,
    answer: schemas.resourcesAnswer,
  },
  {
    method: "put",
    path: "/api/modules/{module}/resources/{resource}",
    summary: "Set a resource's state by hand",
    access: "operator",
    params: schemas.resourceParams,
    body: schemas.resourceBody,
    answer: schemas.resourcesAnswer,
  },
  {
    method: "put",
    path: "/api/modules/{module}/switches/{name}",
    summary: "A maintenance switch of one node",
    access: "operator",
    params: schemas.switchParams,
    body: schemas.switchBody,
    answer: clusterStateSchema,
  },
  {
    method: "get",
    path: "/api/modules/{module}/scripts",
    summary: "Names of the logs of script runs, newest first",
    access: "viewer",
    params: schemas.moduleParams,
    query: nodeQuery,
    answer: schemas.filesAnswer,
  },
  {
    method: "get",
    path: "/api/modules/{module}/scripts/{file}",
    summary: "What one script run printed",
    access: "viewer",
    params: schemas.scriptParams,
    query: nodeQuery,
    answer: schemas.textAnswer,
  },
  {
    method: "get",
    path: "/api/modules/{module}/archive",
    summary: "The module's folder",
    access: "administrator",
    params: schemas.moduleParams,
    answer: "application/x-tar",
  },
  {
    method: "get",
    path: "/api/modules/{module}/verify",
    summary: "How the copies compare, as the primary's replicator last said",
    access: "viewer",
    params: schemas.moduleParams,
    query: nodeQuery,
    answer: schemas.verifyAnswer,
  },
  {
    method: "post",
    path: "/api/modules/{module}/verify",
    summary: "Compare both copies while they are used; on the primary's node",
    access: "operator",
    params: schemas.moduleParams,
    body: schemas.verifyBody,
    answer: schemas.verifyAnswer,
  },
  {
    method: "post",
    path: "/api/modules/{module}/resync",
    summary: "Limit, pause or continue a resync; on the primary's node",
    access: "operator",
    params: schemas.moduleParams,
    body: schemas.resyncBody,
    answer: schemas.okAnswer,
  },
  {
    method: "post",
    path: "/api/modules/{module}/{command}",
    summary:
      "Start, stop, swap and so on; prim, primforce and full need an administrator",
    access: "operator",
    params: schemas.commandParams,
    body: schemas.commandBody,
    answer: clusterStateSchema,
  },
  {
    method: "put",
    path: "/api/modules/{module}",
    summary: "Install or replace a stopped module, on both nodes",
    access: "administrator",
    params: schemas.moduleParams,
    query: schemas.localQuery,
    body: "application/x-tar",
    answer: schemas.installationAnswer,
  },
  {
    method: "delete",
    path: "/api/modules/{module}",
    summary: "Remove a stopped module; its data stays",
    access: "administrator",
    params: schemas.moduleParams,
    query: schemas.localQuery,
    answer: schemas.removedAnswer,
  },
  {
    method: "post",
    path: "/api/login",
    summary: "Begin a session (a cookie), by password or one-time link",
    access: "everyone",
    body: schemas.credentialsSchema,
    answer: schemas.loginAnswer,
  },
  {
    method: "post",
    path: "/api/logout",
    summary: "End the session",
    access: "viewer",
    answer: schemas.okAnswer,
  },
  {
    method: "get",
    path: "/api/me",
    summary: "Who you are here",
    access: "viewer",
    answer: schemas.meAnswer,
  },
  {
    method: "post",
    path: "/api/me/password",
    summary: "Change your own password; your other sessions end",
    access: "viewer",
    body: schemas.ownPasswordBody,
    answer: schemas.okAnswer,
  },
  {
    method: "get",
    path: "/api/users",
    summary: "Users",
    access: "administrator",
    answer: schemas.usersAnswer,
  },
  {
    method: "post",
    path: "/api/users",
    summary: "Add a user, on both nodes",
    access: "administrator",
    body: schemas.newUserBody,
    status: 201,
    answer: schemas.usersAnswer,
  },
  {
    method: "put",
    path: "/api/users/{name}",
    summary: "Change a user's role or password; sessions of the user end",
    access: "administrator",
    params: schemas.nameParams,
    body: schemas.changedUserBody,
    answer: schemas.usersAnswer,
  },
  {
    method: "delete",
    path: "/api/users/{name}",
    summary: "Remove a user",
    access: "administrator",
    params: schemas.nameParams,
    answer: schemas.usersAnswer,
  },
  {
    method: "get",
    path: "/api/keys",
    summary: "API keys, without the keys themselves",
    access: "administrator",
    answer: schemas.keysAnswer,
  },
  {
    method: "post",
    path: "/api/keys",
    summary: "Make an API key; it is shown this once",
    access: "administrator",
    body: schemas.newKeyBody,
    status: 201,
    answer: schemas.newKeyAnswer,
  },
  {
    method: "delete",
    path: "/api/keys/{name}",
    summary: "Revoke an API key",
    access: "administrator",
    params: schemas.nameParams,
    answer: schemas.keysAnswer,
  },
  {
    method: "post",
    path: "/api/accounts",
    summary: "Exchange users and keys between the nodes",
    access: "peer",
    body: accountsSchema,
    answer: accountsSchema,
  },
  {
    method: "get",
    path: "/api/certificates",
    summary: "The certificates that a node shows",
    access: "viewer",
    query: nodeQuery,
    answer: schemas.certificatesAnswer,
  },
  {
    method: "post",
    path: "/api/certificates/renew",
    summary: "A new certificate of the cluster's authority, without a restart",
    access: "administrator",
    body: schemas.nodeBody,
    answer: schemas.certificatesAnswer,
  },
  {
    method: "put",
    path: "/api/certificates",
    summary: "Install an own certificate for browsers",
    access: "administrator",
    query: nodeQuery,
    body: schemas.certificateBody,
    answer: schemas.certificatesAnswer,
  },
  {
    method: "delete",
    path: "/api/certificates",
    summary: "Remove the own certificate",
    access: "administrator",
    query: nodeQuery,
    answer: schemas.certificatesAnswer,
  },
  {
    method: "put",
    path: "/api/arbiter",
    summary: "A witness, or addresses to ping, from now on; on both nodes",
    access: "administrator",
    body: schemas.arbiterBody,
    answer: schemas.arbiterAnswer,
  },
  {
    method: "delete",
    path: "/api/arbiter",
    summary: "No arbiter any more; on both nodes",
    access: "administrator",
    answer: schemas.doneAnswer,
  },
  {
    method: "put",
    path: "/api/arbiter/adopt",
    summary: "The other node's change of the arbiter",
    access: "peer",
    body: schemas.adoptBody,
    answer: schemas.doneAnswer,
  },
  {
    method: "get",
    path: "/health/{module}",
    summary: "200 where the module is served, else 503; for load balancers",
    access: "everyone",
    params: z.object({ module: z.string() }),
    answer: TEXT,
  },
  {
    method: "get",
    path: "/metrics",
    summary: "For Prometheus",
    access: "local",
    answer: TEXT,
  },
  {
    method: "get",
    path: "/api/openapi.json",
    summary: "This document",
    access: "everyone",
    answer: anyObject,
  },
  {
    method: "get",
    path: "/api/grafana.json",
    summary: "A dashboard for Grafana",
    access: "viewer",
    answer: anyObject,
  },
  {
    method: "post",
    path: "/api/join",
    summary: "The second node joins",
    access: "secret",
    body: joinBody,
    answer: anyObject,
  },
  {
    method: "post",
    path: "/api/join/file",
    summary: "A file that the second node lacks",
    access: "secret",
    body: joinBody.extend({ name: z.string().max(200) }),
    answer: BYTES,
  },
];
