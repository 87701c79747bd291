/** Every route of the API: who may, what it takes, what it answers. The OpenAPI document is made of this; tests hold the app to it. */
import { z } from "zod";
import { ACCOUNT_ROUTES } from "./account_contract.ts";
import { MODULE_ROUTES } from "./module_contract.ts";
import type { RouteContract } from "./route_contract.ts";
import * as accountSchemas from "./account_schemas.ts";
import * as configSchemas from "./config_schemas.ts";
import * as schemas from "./schemas.ts";
import { clusterStateSchema } from "./state.ts";

const { nodeQuery } = schemas;
const TEXT = "text/plain";
const BYTES = "application/octet-stream";
const anyObject = z.looseObject({});

/** Of the cluster and its nodes. */
const CLUSTER_ROUTES: readonly RouteContract[] = [
  {
    method: "get",
    path: "/api/ping",
    summary: "Whether the agent answers and knows you, and its clock",
    access: "viewer",
    query: nodeQuery,
    answer: schemas.pingAnswer,
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
    path: "/api/doctor",
    summary:
      "Both servers examined: what is wrong, why it matters, what mends it",
    access: "operator",
    answer: schemas.doctorAnswer,
  },
  {
    method: "get",
    path: "/api/doctor/facts",
    summary: "What the doctor knows of one node",
    access: "operator",
    query: nodeQuery,
    answer: schemas.doctorFactsAnswer,
  },
  {
    method: "get",
    path: "/api/drill",
    summary: "The report of the last drill that was begun on a node",
    access: "viewer",
    query: nodeQuery,
    answer: schemas.drillAnswer,
  },
  {
    method: "post",
    path: "/api/drill",
    summary:
      "Begin one on a node: K3s changes places under an application that writes",
    access: "administrator",
    body: schemas.nodeBody,
    answer: schemas.okAnswer,
  },
  {
    method: "get",
    path: "/api/k3s",
    summary:
      "K3s' files on a node: in place, and those that wait for an upgrade",
    access: "viewer",
    query: nodeQuery,
    answer: schemas.k3sAnswer,
  },
  {
    method: "get",
    path: "/api/k3s/staged",
    summary: "One of the files that wait, for the other node",
    access: "peer",
    query: schemas.k3sFileQuery,
    answer: BYTES,
  },
  {
    method: "post",
    path: "/api/k3s/fetch",
    summary: "Fetch the files that wait on the other node",
    access: "administrator",
    body: schemas.nodeBody,
    answer: schemas.okAnswer,
  },
  {
    method: "post",
    path: "/api/k3s/install",
    summary: "Put the files that wait in place and restart K3s; pods go on",
    access: "administrator",
    body: schemas.nodeBody,
    answer: schemas.okAnswer,
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
    answer: accountSchemas.auditAnswer,
  },
  {
    method: "get",
    path: "/api/snapshot",
    summary: "What support needs of both nodes, secrets removed",
    access: "administrator",
    query: schemas.snapshotQuery,
    answer: "application/x-tar",
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
    path: "/api/cluster/config",
    summary: "cluster.yaml as it lies on a node",
    access: "administrator",
    query: nodeQuery,
    answer: configSchemas.clusterFilesAnswer,
  },
  {
    method: "post",
    path: "/api/cluster/config/plan",
    summary: "What a change of cluster.yaml would do; nothing is changed",
    access: "administrator",
    body: configSchemas.planBody,
    answer: configSchemas.clusterPlanAnswer,
  },
  {
    method: "put",
    path: "/api/cluster/config",
    summary:
      "Write cluster.yaml on both nodes or on neither; the agents read it when they begin again",
    access: "administrator",
    body: configSchemas.clusterApplyBody,
    answer: configSchemas.clusterAppliedAnswer,
  },
  {
    method: "get",
    path: "/api/cluster/config/history",
    summary: "The last texts of cluster.yaml",
    access: "administrator",
    answer: configSchemas.historyAnswer,
  },
  {
    method: "post",
    path: "/api/cluster/config/rollback",
    summary: "Write an earlier cluster.yaml again, on both nodes",
    access: "administrator",
    body: configSchemas.clusterRollbackBody,
    answer: configSchemas.clusterAppliedAnswer,
  },
  {
    method: "put",
    path: "/api/cluster/config/adopt",
    summary: "The other node's change of cluster.yaml",
    access: "peer",
    body: configSchemas.adoptClusterBody,
    answer: configSchemas.adoptAnswer,
  },
  {
    method: "get",
    path: "/api/notifications",
    summary: "How the channels of a node are",
    access: "administrator",
    query: nodeQuery,
    answer: schemas.channelsAnswer,
  },
  {
    method: "post",
    path: "/api/notifications/test",
    summary: "A test message on each channel of a node",
    access: "administrator",
    body: schemas.nodeBody,
    answer: schemas.channelsAnswer,
  },
  {
    method: "get",
    path: "/api/upgrade",
    summary: "Which hakit a node runs, and which lie ready",
    access: "administrator",
    query: nodeQuery,
    answer: schemas.upgradeInfo,
  },
  {
    method: "put",
    path: "/api/upgrade",
    summary: "Send a new executable to a node; it is checked, not yet used",
    access: "administrator",
    query: nodeQuery,
    body: BYTES,
    answer: schemas.upgradeInfo,
  },
  {
    method: "post",
    path: "/api/upgrade",
    summary:
      "Put it in place on a node; its agent begins again, its modules stop meanwhile",
    access: "administrator",
    body: schemas.upgradeBody,
    answer: schemas.upgradeInfo,
  },
  {
    method: "post",
    path: "/api/restart",
    summary:
      "The agent of a node ends and begins again; refused while that node serves, or the pair is not whole",
    access: "administrator",
    body: schemas.nodeBody,
    answer: schemas.upgradeInfo,
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
];

export const ROUTES: readonly RouteContract[] = [
  ...CLUSTER_ROUTES,
  ...MODULE_ROUTES,
  ...ACCOUNT_ROUTES,
];
