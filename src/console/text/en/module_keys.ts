/** What the console says in English: the form of module.yaml: its groups, then labels and explanations of its keys. */
export const moduleKeysTexts = {
  groups: {
    general: "General",
    network: "Address and network",
    data: "Mirrored directories",
    variables: "Variables of the scripts",
    scripts: "Scripts",
    checkers: "Checkers",
    processes: "Processes",
    rules: "Failover rules",
    other: "Other",
  },
  fields: {
    title: { label: "Title", hint: "shown to people" },
    boot: {
      label: "Start at boot",
      hint: "auto: when it was running before",
    },
    boot_delay: { label: "Wait at boot", hint: "for networks and disks: 30s" },
    failover: {
      label: "Failover",
      hint: "off: the service stays on its node",
    },
    default_primary: {
      label: "Where the primary belongs",
      hint: "alone: nowhere; last: where it was; or a node's name",
    },
    max_restarts: {
      label: "Most failures before it is stopped",
      hint: "within the period below",
    },
    restart_period: { label: "Period", hint: "24h; 0s: never stopped" },
    port: { label: "Port of the replication", hint: "one a module" },
    virtual_addresses: {
      label: "Virtual address",
      hint: "is where the service runs",
    },
    address: { label: "Address", hint: "10.0.0.9/24" },
    interface: {
      label: "Interface",
      hint: "default: the one in whose network it is",
    },
    directories: { label: "Directory", hint: "mirrored on both nodes" },
    path: { label: "Path", hint: "/srv/data" },
    tocheck: {
      label: "Must exist in it",
      hint: "a path below it; where it is missing the module waits",
    },
    exclude: {
      label: "Not mirrored",
      hint:
        "*.tmp in every folder, or a path below this one; each node keeps its own",
    },
    guarantee: {
      label: "A write returns when",
      hint:
        "strict, the default: it is on both nodes; fsync: it is sent, and only fsync waits for both disks",
    },
    services: {
      label: "Unit that scripts start",
      hint:
        "mariadb.service; frozen with the rest when this node must not serve",
    },
    node: { label: "On node", hint: "any: either one; local: this one" },
    "tcp.port": { label: "Port", hint: "" },
    "http.verify": {
      label: "Check the certificate",
      hint: "off: one that nobody vouches for is accepted",
    },
    resync: { label: "Copying", hint: "" },
    limit: { label: "Most bytes a second", hint: "50M; 0: no limit" },
    verify: { label: "Comparing all the time", hint: "" },
    rate: { label: "Bytes a second", hint: "10M; 0: only when asked" },
    start_timeout: { label: "Time limit of start scripts", hint: "5m" },
    stop_timeout: { label: "Time limit of stop scripts", hint: "5m" },
    processes: { label: "Process", hint: "counted by name, or a unit" },
    variables: { label: "variable", hint: "" },
    tcp: { label: "TCP", hint: "a connection is accepted" },
    ping: { label: "Ping", hint: "an address answers" },
    intf: { label: "Interface", hint: "is up and has a carrier" },
    ip: { label: "Address", hint: "is ours and nobody else's" },
    http: { label: "Web page", hint: "answers as expected" },
    custom: { label: "Script", hint: "a program in bin/ decides" },
    module: { label: "Module", hint: "another module runs" },
    mount: { label: "Directory", hint: "can be written and read" },
    name: { label: "Name", hint: "" },
    interval: { label: "Looks every", hint: "10s" },
    timeout: { label: "Gives up after", hint: "5s" },
    when: {
      label: "Looks in role",
      hint: "pre: also while the module waits",
    },
    action: { label: "What follows", hint: "when it is down" },
    process: { label: "Program", hint: "as ps shows it; * and ? allowed" },
    arguments: { label: "Arguments", hint: "" },
    unit: { label: "systemd unit", hint: "instead of a program" },
    at_least: { label: "At least", hint: "" },
    at_most: { label: "At most", hint: "" },
    start_delay: { label: "After the start, wait", hint: "" },
    script: { label: "Program in bin/", hint: "none: set from outside" },
    status: { label: "Status", hint: "200" },
    pattern: { label: "Text in the page", hint: "* and ? allowed" },
    url: { label: "URL", hint: "http://127.0.0.1/" },
    rules: {
      label: "Rules",
      hint: "db: if (tcp.sql == down) then restart();",
    },
    hold: {
      label: "Holding time",
      hint: "a condition must hold so long before its rule fires",
    },
  } as { [key: string]: { label: string; hint: string } },
};
