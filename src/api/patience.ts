/**
 * Limits on what strangers may hold open at the HTTPS server. node:https has settings for that, but not all of them do anything
 * here, so the ones that matter are kept by hand: connections of one address and of all, time without a request, and time in which
 * an answer is not read.
 */
import type { Server } from "node:https";
import type {
  IncomingMessage,
  Server as PlainServer,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { canonical } from "../system/address.ts";
import { isProxy } from "./reverse_proxy.ts";
import { addressKey, plainAddress } from "./throttle.ts";

export interface PatienceLimits {
  /** A browser takes six and one for its event stream; a room of people may share an address. */
  readonly perAddress: number;
  /** From the end of the handshake to a whole request header, and again after each answer. */
  readonly idleMs: number;
  /** An answer that waits for its reader for so long, and for what `slowest` would take, is cut. */
  readonly stallMs: number;
  /** Bytes a millisecond: what is written at once shows no progress before its last byte. */
  readonly slowest: number;
  /** Connections of strangers; a few more are left for the nodes. */
  readonly places: number;
}

export const PATIENCE: PatienceLimits = {
  perAddress: 60,
  idleMs: 15_000,
  stallMs: 60_000,
  slowest: 8,
  places: 180,
};

export function limitPatience(
  server: Server | PlainServer,
  { nodeAddresses = [], proxies = [], ...given }: Partial<PatienceLimits> & {
    /** Whoever comes from there does not have to find a place among strangers. */
    readonly nodeAddresses?: readonly string[];
    /** Everybody comes from there at once. */
    readonly proxies?: readonly string[];
  } = {},
): void {
  const limits = { ...PATIENCE, ...given };
  const nodes = new Set(nodeAddresses.map(canonical));
  const open = new Map<string, number>();
  let strangers = 0;
  const timers = new WeakMap<Socket, ReturnType<typeof setTimeout>>();

  server.on("connection", (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? "");
    const key = addressKey(address);
    const count = (open.get(key) ?? 0) + 1;
    const place = nodes.has(canonical(address)) ? 0 : 1;
    const most = isProxy(address, proxies) ? limits.places : limits.perAddress;
    if (count > most || strangers + place > limits.places) {
      socket.destroy();
      return;
    }
    open.set(key, count);
    strangers += place;
    socket.once("close", () => {
      strangers -= place;
      const rest = (open.get(key) ?? 1) - 1;
      if (rest > 0) open.set(key, rest);
      else open.delete(key);
    });
    // A TLS handshake has a limit of its own; plain HTTP begins at once.
    if (!("setSecureContext" in server)) begin(socket);
  });
  server.on("secureConnection", begin);
  server.on("request", (request: IncomingMessage, answer: ServerResponse) => {
    const { socket } = request;
    watch(socket);
    answer.once("close", () => {
      if (!socket.destroyed) wait(socket);
    });
  });

  function begin(socket: Socket): void {
    wait(socket);
    socket.once("close", () => clearTimeout(timers.get(socket)));
  }

  function wait(socket: Socket): void {
    clearTimeout(timers.get(socket));
    timers.set(socket, setTimeout(() => socket.destroy(), limits.idleMs));
  }

  /** Until the answer ends: one that nobody reads would keep its place for good. A stream in which nothing happens waits for nobody. */
  function watch(socket: Socket, read = -1, stalledMs = 0): void {
    clearTimeout(timers.get(socket));
    const pauseMs = limits.stallMs / 4;
    const look = () => {
      const waiting = socket.writableLength;
      const now = socket.bytesWritten - waiting;
      const stalled = waiting > 0 && now === read ? stalledMs + pauseMs : 0;
      if (stalled >= limits.stallMs + waiting / limits.slowest) {
        socket.destroy();
      } else watch(socket, now, stalled);
    };
    timers.set(socket, setTimeout(look, pauseMs));
  }
}
