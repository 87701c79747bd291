/** `checkers`, `processes` and `rules` of module.yaml: what is looked at, how often, and what follows. */
import { z } from "zod";
import { duration } from "./duration.ts";

/** The second part of a resource's name. */
const id = z.string().regex(
  /^[A-Za-z][A-Za-z0-9_-]{0,30}$/,
  "expected a name: up to 31 letters, digits, _ and -, beginning with a letter",
);
export const address = z.union([z.ipv4(), z.ipv6()], {
  error: 'expected an address such as "10.0.0.9" or "fd00::9"',
});
const port = z.int().min(1).max(65535);
const pattern = z.string().min(1).max(200);
const device = z.string().regex(
  /^[^\s/:]{1,15}$/,
  "expected the name of a network interface",
);

/** Below this the looking itself would be the load. */
const interval = duration.refine(
  (ms) => ms >= 200,
  'expected at least "200ms"',
);
const limit = duration.refine(
  (ms) => ms >= 100 && ms <= 300_000,
  'expected "100ms" to "5m"',
);
const WHEN = z.enum(["pre", "prim", "second", "both"]);
const ACTION = z.enum(["restart", "stopstart", "stop", "wait", "nothing"]);

/** What all checkers have in common, with the defaults that users of such products know. */
function common(
  defaults: {
    readonly when: z.infer<typeof WHEN>;
    readonly action: z.infer<typeof ACTION>;
  },
) {
  return {
    name: id,
    interval: interval.default(10_000),
    timeout: limit.default(5_000),
    /** In which role it looks. pre: whenever the module is started, also in WAIT. */
    when: WHEN.default(defaults.when),
    /** What follows when it is down for the holding time. */
    action: ACTION.default(defaults.action),
  };
}

const list = <T extends z.ZodType>(item: T) =>
  z.array(item).max(16).default([]);

const service = { when: "prim", action: "restart" } as const;
const condition = { when: "pre", action: "wait" } as const;

export const checkersSchema = z.strictObject({
  /** Up when a connection is accepted. */
  tcp: list(z.strictObject({
    ...common(service),
    address: address.default("127.0.0.1"),
    port,
  })),
  /** Up when one echo request is answered. */
  ping: list(z.strictObject({ ...common(condition), address })),
  /** Up when a network interface is up and has a carrier; named, or the one that has an address. */
  intf: list(
    z.strictObject({
      ...common(condition),
      interface: device.optional(),
      address: address.optional(),
    }).refine(
      (value) =>
        (value.interface === undefined) !==
          (value.address === undefined),
      "expected either interface or address",
    ),
  ),
  /** Down when another machine answers for an address of ours, or it is not here any more. */
  ip: list(z.strictObject({
    ...common({ when: "prim", action: "stopstart" }),
    address,
    interface: device.optional(),
  })),
  http: list(z.strictObject({
    ...common(service),
    url: z.url({ protocol: /^https?$/, error: "expected http:// or https://" }),
    status: z.int().min(100).max(599).default(200),
    /** Somewhere in the first 64 KiB of the page; * and ? stand for anything. */
    pattern: pattern.optional(),
    /** off: a certificate that nobody vouches for is accepted. */
    verify: z.enum(["on", "off"]).default("on"),
  })),
  /** A program in bin/: exit code 0 up, 75 unknown, others down. Without script: set from outside by "hakit resource set". */
  custom: list(z.strictObject({
    ...common({ when: "prim", action: "nothing" }),
    script: z.string().regex(
      /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,60}$/,
      "expected the name of a program in bin/",
    ).optional(),
    arguments: z.array(z.string().max(1000)).max(32).default([]),
  })),
  /** Up when another module is primary and ready: on either node, or on this one. */
  module: list(z.strictObject({
    ...common(condition),
    module: z.string().regex(
      /^[a-z][a-z0-9-]{0,30}$/,
      "expected the name of a module",
    ),
    node: z.enum(["any", "local"]).default("any"),
  })),
  /** Up when 4 KiB can be written there, flushed and read; default: the first mirrored directory. */
  mount: list(z.strictObject({
    ...common({ when: "prim", action: "stopstart" }),
    path: z.string().max(1024).regex(
      /^(\/[^/\0]+)+$/,
      'expected an absolute path such as "/srv/data"',
    ).optional(),
  })),
});

/** A daemon by its processes, or by its systemd unit. */
const processSchema = z.strictObject({
  ...common({ when: "prim", action: "stopstart" }),
  interval: interval.default(5_000),
  /** The program's name as `ps -o comm` shows it (15 characters) or as the file is called; * and ? stand for anything. */
  process: pattern.optional(),
  /** Somewhere in the command line, arguments joined by blanks; * and ? stand for anything. */
  arguments: pattern.optional(),
  unit: z.string().regex(
    /^[A-Za-z0-9@:_.\\-]{1,200}$/,
    'expected a systemd unit such as "nginx.service"',
  ).optional(),
  at_least: z.int().min(0).max(100_000).default(1),
  at_most: z.int().min(0).max(100_000).optional(),
  /** After the start scripts have ended. */
  start_delay: duration.default(0),
}).superRefine((value, context) => {
  const issue = (key: string, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  if ((value.unit === undefined) === (value.process === undefined)) {
    issue("name", "expected either process or unit");
  }
  if (value.unit !== undefined && value.arguments !== undefined) {
    issue("arguments", "goes with process, not with unit");
  }
  if (value.at_most !== undefined && value.at_most < value.at_least) {
    issue("at_most", `is below at_least ${value.at_least}`);
  }
});

export const processesSchema = list(processSchema);

export type Checkers = z.infer<typeof checkersSchema>;
export type ProcessCheck = z.infer<typeof processesSchema>[number];
