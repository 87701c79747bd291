/** Everything the console says, in English. Other languages are the same object in files beside this one (fr.ts, ja.ts). */
import type { DeepText } from "./texts.ts";

export const en = {
  language: "English",
  nav: {
    label: "Pages",
    overview: "Overview",
    timeline: "Timeline",
    resources: "Resources",
    logs: "Logs",
    config: "Configuration",
    support: "Support",
    users: "Users",
    audit: "Audit",
    logOut: "Log out",
    language: "Language",
    skip: "Skip to the page",
  },
  common: {
    node: "Node",
    module: "Module",
    loading: "Loading …",
    away: "The agent does not answer. Trying again.",
    noModule: "No module is installed yet.",
    noScript: "This page needs JavaScript. The hakit command does the same.",
    cancel: "Cancel",
  },
  overview: {
    headlines: {
      good: "Protected",
      busy: "Changing",
      risk: "Running without a safety net",
      bad: "Not running",
      off: "Stopped",
    },
    broken: "Running, but something is down",
    brokenTitle: "What is down",
    noDetail: "no reason given",
    sinceTime: (time: string) => `since ${time} UTC`,
    noModuleYet: "No module yet",
    thisNode: "this node",
    otherNode: "the other node",
    install: 'No module is installed. See "hakit module install".',
    warnings: (count: number) =>
      count === 1 ? "1 warning" : `${count} warnings`,
    noAnswerFrom: (node: string) => `No answer from ${node}`,
    old: (age: string) => `Below is what it said ${age}. Trying again.`,
    askOther: "Ask the other node:",
    then: (sentence: string) => `Then: ${sentence}`,
    canSwap: "Primary and secondary change places",
    cannotSwap: "Needs a primary and a secondary that are both Ready",
    on: (module: string, node: string) => `${module} on ${node}`,
    console: "this console",
    itsConsole: "Its console",
    switched: (what: string) => `Switched: ${what}`,
    data: "Data",
    address: "Address",
    here: "is here",
    notHere: "not here",
    more: "More actions",
    lastCopied: (bytes: string, seconds: string) =>
      `Last copied: ${bytes} in ${seconds} s`,
    everything: "(everything)",
    warningsTitle: "Warnings",
    arbiter: "When the nodes are parted",
    links: "Links between the nodes",
    linkStates: { up: "up", down: "down", unknown: "unknown" },
    noAnswer: "No answer",
    none: "none",
    was: (role: string) => `was ${role}`,
    status: { moving: "on its way", ready: "ready", notReady: "not ready" },
    secondsAgo: (seconds: number) => `${seconds} s ago`,
    minutesAgo: (minutes: number) => `${minutes} min ago`,
    hoursAgo: (hours: number, minutes: number) =>
      `${hours} h ${minutes} min ago`,
    script:
      "Without JavaScript this page shows one moment and cannot act: reload it, or use the hakit command.",
  },
  actions: {
    start: "Start",
    stop: "Stop",
    swap: "Swap",
    prim: "Make primary",
    restart: "Restart",
    stopstart: "Stop and start",
    primforce: "Force as primary",
    second: "Force as secondary",
    full: "Copy everything again",
    switch: (what: string) => `Switch ${what}`,
  },
  meanings: {
    silent: "Does not answer.",
    silentSince: (role: string) =>
      `Does not answer. It was ${role} when it was last heard.`,
    missing: "Not installed here.",
    becomesPrimary: "Becoming primary.",
    primary: "Runs the service.",
    takesOver: "Taking over.",
    alone: (peer: string) =>
      `Runs the service alone: what is written now is not on ${peer}.`,
    becomesLevel: "Becoming level with the primary.",
    secondary: (peer: string) => `Ready to take over from ${peer}.`,
    waits: "Waits.",
    stops: "Stopping.",
    stopped: "Stopped.",
  },
  copies: {
    unknown: "unknown",
    copied: (peer: string) => `being copied from ${peer}`,
    silent: "unknown until it answers",
    identical: (peer: string) => `identical with ${peer}`,
    differ: (places: number) =>
      `DIFFERS from the other copy in ${places} places: compare and repair`,
    waits: (peer: string) => `writes wait for ${peer}`,
    nothing: "nothing mirrored yet",
    empty: "empty",
    half: "half copied, not usable yet",
    newest: "newest copy",
    onlyHere: (bytes: string) => `newest copy, ${bytes} of it only here`,
    level: "up to date",
    behindBy: (bytes: string, peer: string) => `${bytes} behind ${peer}`,
    behind: (peer: string) => `behind ${peer}`,
    names: "comparing names",
    paused: (share: string) => `paused: ${share}`,
    leftUnknown: "time left unknown",
    left: (time: string) => `${time} left`,
    progress: (done: string, total: string) => `${done} of ${total}`,
  },
  asked: {
    asked: (what: string) => `Asked: ${what}.`,
    underWay: (what: string) => `Under way: ${what}.`,
    done: (what: string) => `Done: ${what}.`,
    waits: (what: string, why: string) => `Not reached yet: ${what}. ${why}`,
    failed: (what: string, why: string) => `Failed: ${what}. ${why}`,
    seeLog: "The module's log says more.",
    notDone: (what: string, why: string) => `Not done: ${what}. ${why}`,
    dismiss: "Dismiss",
    type: (node: string) => `Type ${node}, the node's name, to do it`,
    half: (node: string, what: string, peer: string, why: string) =>
      `Only on ${node}: ${what}. Not on ${peer}: ${why}`,
    missed: "it does not answer. Do it again when it is back.",
    noAnswer:
      "The agent did not answer: look at the state before you try again.",
    swap: (module: string) => `swap ${module}`,
    prim: (module: string, node: string) =>
      `make ${node} the primary of ${module}`,
    primforce: (module: string, node: string) =>
      `force ${node} as primary of ${module}`,
    second: (module: string, node: string) =>
      `make ${node} the secondary of ${module}`,
    full: (module: string, node: string) =>
      `copy everything of ${module} to ${node}`,
    switch: (module: string, what: string) => `switch ${what} for ${module}`,
    start: (module: string, node: string) => `start ${module} on ${node}`,
    stop: (module: string, node: string) => `stop ${module} on ${node}`,
    restart: (module: string, node: string) => `restart ${module} on ${node}`,
    stopstart: (module: string, node: string) =>
      `stop and start ${module} on ${node}`,
  },
  questions: {
    swap: {
      title: (module: string) => `Swap ${module}?`,
      cost: (module: string, node: string, peer: string) =>
        `${module} stops on ${node} and starts on ${peer}: a few seconds without service, open connections break. Nothing written is lost.`,
      confirm: (peer: string) => `Swap to ${peer}`,
    },
    start: {
      title: (module: string, node: string) => `Start ${module} on ${node}?`,
      follows: (node: string, peer: string) =>
        `${node} copies what it lacks from ${peer}, then stands by. The service on ${peer} goes on meanwhile.`,
      serves: (node: string) =>
        `${node} starts the service if its copy is the newest; otherwise it waits and says why.`,
      confirm: (node: string) => `Start on ${node}`,
    },
    prim: {
      title: (module: string, node: string) =>
        `Make ${node} the primary of ${module}?`,
      first: (module: string, node: string, peer: string) =>
        `Neither node has data yet: ${module} starts with what is in ${node}'s folders, and what is in ${peer}'s is replaced by a copy of it.`,
      cost: (node: string, peer: string) =>
        `${node}'s copy becomes the good one. What only ${peer} has written is set aside there and replaced by ${node}'s copy. Do it only if ${peer} does not come back soon, or if you know that ${node} has the right data.`,
      confirm: (node: string) => `Use ${node}'s data`,
    },
    stop: {
      title: (module: string, node: string) => `Stop ${module} on ${node}?`,
      taken: (node: string, peer: string) =>
        `${peer} takes over: a few seconds without service. Then it runs alone: what is written has no second copy until ${node} is started again.`,
      nobody: (module: string, peer: string) =>
        `${module} stops for everybody: ${peer} cannot take over now.`,
      off: (module: string, peer: string) =>
        `${module} stops for everybody: failover is off, ${peer} does not take over.`,
      second: (node: string, peer: string) =>
        `The service on ${peer} goes on, but alone: what is written has no second copy until ${node} is started again.`,
      waiting: (module: string) =>
        `${module} no longer waits here. Nothing else changes.`,
      confirm: (node: string) => `Stop on ${node}`,
    },
    restart: {
      title: (module: string, node: string) => `Restart ${module} on ${node}?`,
      serves: (node: string) =>
        `Its services stop and start on ${node}, without a failover: no service for as long as that takes. Nothing written is lost.`,
      beside: (module: string, node: string, peer: string) =>
        `What ${module} runs on ${node} beside the service stops and starts. The service on ${peer} goes on.`,
      confirm: (node: string) => `Restart on ${node}`,
    },
    stopstart: {
      title: (module: string, node: string) =>
        `Stop ${module} on ${node} and start it again?`,
      serves: (node: string, peer: string) =>
        `${peer} takes over if its copy is up to date; otherwise there is no service until ${node} has started again. Nothing written is lost.`,
      off: (node: string) =>
        `Failover is off, nobody takes over: there is no service until ${node} has started again. Nothing written is lost.`,
      beside: (node: string, peer: string) =>
        `Until ${node} is level again, what is written on ${peer} has no second copy.`,
      confirm: (node: string) => `Stop and start on ${node}`,
    },
    second: {
      title: (module: string, node: string) =>
        `Make ${node} the secondary of ${module}?`,
      cost: (node: string, peer: string) =>
        `${peer}'s copy counts as the good one. What only ${node} has written is set aside on ${node} and replaced by a copy of ${peer}'s data.`,
      confirm: (peer: string) => `Follow ${peer}`,
    },
    full: {
      title: (module: string, node: string) =>
        `Copy everything of ${module} to ${node} again?`,
      cost: (node: string, peer: string) =>
        `All of ${node}'s copy is compared and replaced from ${peer}. Until that has ended ${node} cannot take over: one failure of ${peer} stops the service. What only ${node} has written is set aside.`,
      confirm: (node: string) => `Copy everything to ${node}`,
    },
    primforce: {
      title: (module: string, node: string) =>
        `Force ${node} to be the primary of ${module}?`,
      half: (node: string, peer: string) =>
        `${node}'s copy is half made: files in it may be older, newer or torn, and a database may refuse to start on it. Everything that only ${peer} has is set aside there and replaced. Use it only when ${peer}'s data is gone for good.`,
      cost: (node: string, peer: string) =>
        `${node}'s copy becomes the good one even if it is older. What ${peer} has written since is set aside there and replaced. Use it only when ${peer} does not come back.`,
      confirm: (node: string) => `Force ${node}`,
    },
    loss: {
      counted: (node: string, bytes: string) =>
        `${node} has up to ${bytes} that the other copy lacks.`,
      none: (node: string) =>
        `As far as is known, ${node} has nothing that the other copy lacks.`,
      uncounted: (node: string) =>
        `How much ${node} has that the other copy lacks was not counted.`,
      unknown: (node: string) => `What ${node} has is not known here.`,
      silent: (node: string) =>
        `${node} does not answer: this is what it last said, and what it has written since is not known.`,
      proven: (time: string) =>
        `Both copies were last found identical at ${time} UTC.`,
    },
    switches: {
      title: (module: string, what: string) => `Switch ${what} for ${module}?`,
      errd:
        "Processes that die are not noticed by rules any more, on both nodes, until it is switched on again. This page says so all the while.",
      checker:
        "Checkers that find something down are not acted upon any more, on both nodes, until it is switched on again. This page says so all the while.",
      failover:
        "When the primary dies, nobody takes over: the service stays down until a person moves it, on both nodes, until it is switched on again. This page says so all the while.",
      boot:
        "After a reboot it does not start by itself, on both nodes, until it is switched on again. This page says so all the while.",
      on: "As the configuration says, on both nodes, from now on.",
      confirm: (what: string) => `Switch ${what}`,
    },
  },
  people: {
    roles: {
      viewer: "sees everything here, changes nothing",
      operator: "also starts, stops and swaps",
      administrator: "also installs, configures, and may give data up",
    },
    back: "← Cluster",
    role: "Role",
    name: "Name",
    password: "Password",
    oldPassword: "Old password",
    newPassword: "New password",
    newPasswordAgain: "New password again",
    account: "Your account",
    noPassword:
      "You came in by single sign-on: your password is not kept here.",
    you: (role: string, meaning: string) => `You are ${role}: ${meaning}.`,
    changePassword: "Change your password",
    loggedOut: "Wherever else you are logged in, you are logged out.",
    change: "Change password",
    differ: "The new passwords differ.",
    wrongOld: "The old password is wrong.",
    tooMany: (seconds: number) => `Too many attempts. Wait ${seconds} s.`,
    users: "Users",
    same: "The same on both nodes.",
    thatIsYou: (role: string) => `${role}, you`,
    changeUser: (name: string) => `Change ${name}`,
    setRole: "Set role",
    setPassword: "Set password",
    removal: (name: string) =>
      `${name} is logged out everywhere and cannot come back.`,
    remove: (name: string) => `Remove ${name}`,
    add: "Add a user",
    addUser: "Add user",
    isNow: (name: string, role: string) => `${name} is ${role} now.`,
    passwordChanged: (name: string) => `The password of ${name} is changed.`,
    removed: (name: string) => `${name} is removed.`,
    audit: "Audit",
    whoDidWhat: "Who did what",
    when: "When (UTC)",
    who: "Who",
    from: "From",
    result: "Result",
    what: "What",
    anyResult: "any",
    newest: (count: number) =>
      count === 1 ? "1 entry." : `The newest ${count} entries.`,
    matching: (shown: number, found: number) =>
      `${shown} of ${found} entries that match, newest first.`,
    results: { done: "done", refused: "refused", failed: "failed" },
  },
  login: {
    title: "Log in",
    once: "This link logs you in once.",
    give: "Give a name and a password.",
    usedLink:
      "This link was used or is older than 24 hours. Use a password, or make a new link.",
    wrong: "Wrong name or password.",
    wait: (seconds: number) =>
      `Too many attempts. Wait ${seconds} s, then try again.`,
    byHttps: (url: string) =>
      `If the address of this page begins with http://, your browser will not keep the login. Open ${url} instead.`,
    signOn: (label: string) =>
      `Log in with ${label === "" ? "single sign-on" : label}`,
    entered: "You are logged in.",
    goOn: "Go on",
    elsewhere: (host: string) =>
      `Single sign-on does not work at ${host}: expected an address of the cluster, or a name that an administrator adds with "hakit oidc set --name".`,
    noRole: (name: string) =>
      `${name} has no role here. Ask an administrator of the cluster for one, or log in as a local user.`,
    noEntry: {
      stale:
        "This sign-in took too long, was used already, or began in another window. Begin it again.",
      away:
        "The sign-in service does not answer. Log in as a local user, with a password; the agent's log says what is in the way.",
      denied: "The sign-in service did not let you in.",
      failed:
        "The answer of the sign-in service was refused. Begin again, or log in as a local user; audit and the agent's log say why.",
    },
  },
  problems: {
    agentSilent: "The agent did not answer.",
    agentSaid: (status: number) => `The agent said ${status}.`,
    notFound: "Not found",
    noModule: "No such module here.",
    noNode: "No such node here.",
    noPlace: "No such module or node here.",
    noPage: (path: string) => `Nothing is at "${path}".`,
    noTemplate: "There is no such template.",
    moduleExists: (name: string) => `There is a module "${name}" already.`,
    noLog: "No log",
    noScriptLog: "There is no script log of that name (any more).",
    unreadable: (why: string) => `Cannot read the log: ${why}`,
    tooMuch: "Too much",
    shortForm: "Expected a short form.",
    refused: "Refused",
    otherSite: "Another site's page sent this login.",
    otherPage: "The form is not of your page: reload it and try again.",
    stillIn: (name: string) =>
      `You are still logged in as ${name}: this page was of an earlier session. Log out once more, here.`,
    notForYou: "Not for you",
    needsRole: (needed: string, role: string) =>
      `This needs role ${needed}, you are ${role}.`,
    onlyAdministrators: "The configuration is for administrators.",
    failed: "This page failed",
    reload: (why: string) => `${why} (reload it)`,
  },
  logs: {
    title: (what: string) => `${what}: logs`,
    agent: "Agent",
    moduleLog: "Module log",
    show: "Show",
    refresh: "Refresh",
    save: "Save to file",
    level: "At least",
    levels: { info: "everything", warning: "warnings", error: "errors" },
    words: { warning: "warning", error: "error" },
    text: "Text",
    from: "From (UTC)",
    to: "To (UTC)",
    pause: "Pause",
    goOn: (late: number) => late > 0 ? `Go on (${late} new)` : "Go on",
    shown: (shown: number, all: number) =>
      `${shown} of ${all} lines, newest last.`,
    nothing: "Nothing written yet.",
  },
  timeline: {
    title: (module: string) => `Timeline of ${module}`,
    takeovers: "How the service came to a node",
    none: "In what the logs hold, no node took the service.",
    story: "Both nodes",
    steps: "each step",
    time: "Time (UTC)",
    away: (node: string) =>
      `${node} does not answer: its part is missing, or old.`,
    skew: (node: string, ms: number) =>
      Math.abs(ms) < 5
        ? "The clocks agree."
        : `The clock of ${node} differs by ${ms} ms; its times are corrected.`,
    took: (seconds: string) => `ready after ${seconds} s`,
    unfinished: "did not become ready",
    notYet: "not ready yet",
    between: "between",
    notHeard: "other node not heard",
  },
  resources: {
    title: (module: string) => `Resources of ${module}`,
    noResources: "No checkers and no processes are configured.",
    states: {
      up: "up",
      down: "down",
      init: "first look",
      unknown: "not looked at",
    },
    since: (time: string) => `since ${time} UTC`,
    fired: "Rules that fired",
    none: "None, as far as the logs go back.",
    figures: (node: string) => `Replication on ${node}, the last hour`,
    noResync: "nothing is copied",
    graphs: {
      dirtyBytes: "What the other node lacks, at most",
      changeMs: "Until a write is on both nodes (99 of 100)",
      fsyncMs: "Until an fsync is on both disks (99 of 100)",
      waiting: "Writes that wait for the other node",
      waitingBytes: "Not yet acknowledged by it",
      waitingMs: "The oldest of them waits",
      resyncBytesPerSecond: "Copying",
      roundTripMs: "Round trip of the best link",
    },
  },
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
  config: {
    title: (module: string) => `Configuration of ${module}`,
    intro:
      "What you change here is checked as you type. Nothing is in force before you apply it, and then on both nodes or on neither.",
    form: "Form",
    files: "Files",
    file: "File",
    addFile: "Add a file",
    addFileName: "Name, such as bin/start_both",
    removeFile: (path: string) => `Remove ${path}`,
    restoreFile: (path: string) => `Keep ${path}`,
    removed: "will be removed",
    changed: "changed",
    binary: (bytes: string) => `No text, ${bytes}.`,
    noForm:
      "The form shows nothing while module.yaml is no YAML: correct it on the other side.",
    plan: "Plan",
    nothing: "Nothing is changed yet.",
    checking: "Checking …",
    good: "Checked: no mistake found.",
    how: {
      live: "at once",
      next: "next run",
      stop: "needs a stop",
    },
    showLines: (path: string) => `${path}: what changes`,
    apply: "Apply on both nodes",
    applyAlone: "Apply here, on the other node when it answers",
    note: "A few words for the history (may stay empty)",
    discard: "Discard my changes",
    applied: (number: number, nodes: string) =>
      `Configuration ${number} is in force on ${nodes}.`,
    pending: (nodes: string) => `${nodes} takes it when it answers.`,
    history: "History",
    noHistory: "Not changed since it was installed.",
    by: (who: string) => `by ${who}`,
    now: "in force",
    rollBack: (number: number) => `Back to ${number}`,
    rollBackPlan: (number: number) => `Back to configuration ${number}?`,
    export: "Save as a file",
    uninstall: "Uninstall",
    uninstallTitle: (module: string) => `Uninstall ${module}?`,
    uninstallCost:
      "Its configuration and scripts go from both nodes; its data, records and logs stay. It must be stopped on both.",
    uninstallAway: (node: string) =>
      `${node} does not answer: it goes from this node only. On ${node} it stays, and must be uninstalled there when it is back.`,
    uninstalled: (module: string, nodes: string) =>
      `${module} is uninstalled on ${nodes}`,
    uninstalledAll: "Its data, records and logs are where they were.",
    stillOn: (node: string, module: string) =>
      `${node} was not reached: where it has ${module}, uninstall it there too, in its own console, when it answers.`,
    uninstallType: (module: string) =>
      `Type the module's name, ${module}, to do it`,
    newModule: "New module",
    newTitle: "A new module",
    fromTemplate: "From a template",
    template: "Template",
    name: "Name of the new module",
    create: "Install on both nodes",
    fromArchive: "From an archive",
    archive: "Archive (.tar) of a module's folder",
    upload: "Install the archive on both nodes",
    add: (what: string) => `Add: ${what}`,
    remove: (what: string) => `Remove ${what}`,
    defaultIs: (value: string) => `default: ${value}`,
    required: "needed",
    variableName: "NAME",
    advanced: "More",
    line: (line: number, column: number) => `Line ${line}, column ${column}`,
  },
  /** Groups of the form, then labels and explanations of module.yaml's keys; a key without words shows its own name. */
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
      hint: "default: the one of the first link",
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

export type Texts = DeepText<typeof en>;
