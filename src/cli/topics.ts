/** `hakit help rules`, `hakit help checkers`: what is written in module.yaml, for whoever stands before the editor. Pure. */

export interface Topic {
  readonly name: string;
  readonly text: string;
}

const rules = `\
Failover rules: what follows when checkers find something. In module.yaml:

rules: |
  # the router is gone here and seen there: the service moves
  router: if (ping.router == down && remote.ping.router == up) for 30s then swap()
  if (intf.* == down or custom.app == down) then stopstart()

  [LABEL:] if (CONDITION) [for TIME] then ACTION()      # and // begin a comment

CONDITION  RESOURCE == STATE, RESOURCE != STATE; && and, || or, ! not, ( )
RESOURCE   CLASS.NAME here, remote.CLASS.NAME on the other node
           NAME may be * (all), ? (any), eth* or eth?
CLASS      tcp ping intf ip http custom module mount proc
STATE      up, down, init (not looked at yet), unknown (cannot be found out)
           mostly "== down" is meant: "!= up" is true of init and unknown, too
for TIME   how long the condition must hold without a break; default "hold" of the module (15s)
ACTION     restart    the services, here
           stopstart  all of the module here: the other node takes over if it can
           swap       primary and secondary change places, if the other node is ready
           stop       the module, here
           wait       nothing runs here while the condition holds

Each checker brings a rule of its own, by its "action"; a rule with that label here replaces it:
t_NAME (tcp), p_NAME (ping), h_NAME (http), c_NAME (custom), m_NAME (mount), errd_NAME (processes),
interface_failure_NAME, ip_failure_NAME, module_failure_NAME.
After "max_restarts" (3) within "restart_period" (24h) the module stops here and says why.
"hakit module config NAME FILE --plan" checks it; "hakit resource list" shows what it looks at.`;

const checkers = `\
Checkers: what is looked at, and how often. In module.yaml:

checkers:
  tcp:    [{ name: db, port: 3306, address: 127.0.0.1 }]
  http:   [{ name: web, url: "http://127.0.0.1/", status: 200, pattern: "ok*", verify: on }]
  ping:   [{ name: router, address: 10.0.0.254 }]
  intf:   [{ name: lan, interface: eth0 }]            # or address: 10.0.0.1
  ip:     [{ name: vip, address: 10.0.0.100, interface: eth0 }]
  mount:  [{ name: data, path: /srv/data }]           # default: the first mirrored directory
  module: [{ name: k3s, module: k3s, node: any }]     # or node: local
  custom: [{ name: app, script: check_app, arguments: ["--quick"] }]
processes:
  - { name: nginx, process: nginx, arguments: "*master*", at_least: 1, at_most: 1, start_delay: 5s }
  - { name: cron, unit: cron.service }

Every one also takes
  interval  how often: 10s (processes 5s), at least 200ms
  timeout   one look: 5s, 100ms to 5m
  when      in which role: prim, second, both; pre: whenever the module is started, also while it waits
  action    what follows when it is down for the holding time (hold, 15s; processes at once):
            restart, stopstart, stop, wait (with when: pre), nothing
Without when and action: tcp, http: prim, restart; ip, mount, processes: prim, stopstart;
ping, intf, module: pre, wait; custom: prim, nothing.

custom: a program in bin/, exit code 0 up, 75 unknown, others down; without script it is set by "hakit resource set".
Each virtual address has intf.ADDRESS without being asked for: down where its interface has no carrier or no own address;
where only the primary's is down for 5 s, the other node takes over by a swap.
mount writes a file: on a mirrored directory only with when: prim. * and ? in patterns stand for anything.
"hakit resource list" shows what was found; "hakit help rules" how more than one is put together.`;

export const TOPICS: readonly Topic[] = [
  { name: "rules", text: rules },
  { name: "checkers", text: checkers },
];
