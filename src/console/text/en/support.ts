/** What the console says in English: support. */
export const supportTexts = {
  support: {
    title: "Support",
    snapshot: "Snapshot of both nodes",
    snapshotText:
      "Configuration, logs and states of both nodes in one archive, for whoever helps you. Passwords, keys and tokens are taken out.",
    save: "Save the snapshot",
    saveAnonymous: "Save without names and addresses",
    anonymousText:
      "Nodes, machines, networks, people and own modules get stand-ins, the same everywhere in it.",
    doctor: {
      title: "Doctor",
      text:
        "Examines both servers and what they must have alike: clocks, disks, network, firewall, versions. Changes nothing.",
      begin: "Examine both servers",
      busy: "Examining…",
      onlyOperator: "An operator or administrator can begin it.",
      both: "both nodes",
      well: "What is well",
      unreachable: "The other node did not answer and was not examined.",
      levels: { problem: "Problem", warning: "Warning" },
      nothing: (well: number) => `${well} checks, all are well.`,
      found: (found: number, well: number) =>
        `${found} to be looked at, ${well} checks are well.`,
    },
    channels: {
      title: "Notifications by mail, webhook, syslog",
      none:
        'None are set up: see "notifications:" in cluster.yaml, or hakit help notify.',
      good: "works",
      waiting: (count: number) => `${count} wait to be sent`,
      test: (node: string) => `Send a test from ${node}`,
      busy: (node: string) => `Sending a test from ${node}…`,
      sent: (node: string, count: number) =>
        `${node} has sent a test on ${count} of its channels.`,
      notSent: (node: string, count: number) =>
        `${node} could not send on ${count} of its channels.`,
    },
    drill: {
      title: "Last drill",
      none: "None was made yet: hakit drill k3s tries a failover and counts.",
      faults: { kill: "Power cut", swap: "Swap", cut: "Links cut" },
      good: (acknowledged: number, seconds: number) =>
        `All ${acknowledged} acknowledged writes were there; clients waited ${seconds} s at most.`,
      lost: (lost: number, acknowledged: number) =>
        `${lost} of ${acknowledged} acknowledged writes were lost.`,
      told: "The client was told meanwhile:",
      text:
        "A drill starts a database and a web server, writes through the virtual address while k3s changes places, and then looks for every write that was acknowledged. A power cut or cut links are drilled by the command (hakit drill k3s --kill, --cut).",
      begin: "Drill a swap",
      question: "Drill a swap of k3s now?",
      cost:
        "The cluster really fails over: k3s stops on the primary and starts on the other node, a few seconds without service, open connections break. Nothing written is lost. It takes minutes, and fetches the images of its application.",
      confirm: "Begin the drill",
      running: "A drill is under way:",
      notDone: (why: string) => `The last drill could not be done: ${why}`,
    },
    signOn: {
      title: "Single sign-on",
      off: "It is off: hakit oidc set switches it on.",
      problem: (why: string) => `It is off: ${why}.`,
      changed: "It is changed by the command: hakit oidc set.",
      issuer: "Issuer",
      client: "Client id",
      secret: "Client secret",
      kept: "kept, shown nowhere",
      claim: "Claim",
      nobody: "nobody",
      scopes: "Scopes",
      authority: "Own authority",
      yes: "yes",
      no: "no",
      button: "Button",
      plain: "plain words",
      session: "Session",
      hours: (hours: number) => `${hours} h at most`,
      redirects: "At the issuer",
      test: (node: string) => `Test from ${node}`,
      busy: (node: string) => `Asking the issuer from ${node}…`,
      reaches: (node: string) => `${node} reaches the issuer.`,
    },
    onlyAdministrator: "An administrator can save it.",
    versions: "Versions",
    unknown: "unknown",
    differ: "The nodes run different versions: finish the upgrade.",
    same: "Both nodes run the same version.",
    unsaid: (node: string) =>
      `Whether both nodes run the same version is not known: ${node} has not said its own.`,
    api: "For programs",
    apiText: "The API's description, and a dashboard for Grafana:",
    notify: "Notifications of this browser",
    notifyText:
      "Says when a module changes its state, while the overview is open.",
    notifyOn: "Notify me",
    notifyOff: "Do not notify me",
    notifyDenied:
      "This browser was told not to notify: change it in its settings.",
    notifyCannot:
      "This browser cannot notify from a page. Notifications by mail, webhook and syslog work without it.",
  },
};
