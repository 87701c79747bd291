/** What the console says in English: the configuration page. */
export const configTexts = {
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
    noForm: (file: string) =>
      `The form shows nothing while ${file} is no YAML: correct it on the other side.`,
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
  clusterConfig: {
    title: "Configuration of the cluster",
    intro:
      "cluster.yaml says who the nodes are, which links they have, and what holds for all modules. What you change here is checked as you type. It is written on both nodes or on neither, and counts when their agents have begun again.",
    standing: "On the nodes",
    inForce: "is in force.",
    waits: (node: string) =>
      `was changed on the disk: it counts when the agent on ${node} has begun again.`,
    differs: (node: string, other: string) =>
      `cluster.yaml is not the same on both: - on ${node}, + on ${other}.`,
    level: (node: string, other: string) =>
      `Write ${node}’s text on ${other}, too`,
    written: (number: number, nodes: string) =>
      `Configuration ${number} lies on ${nodes}. It counts when the agents have begun again, one after the other: by the button above, under “On the nodes”.`,
    newest: "newest",
    restart: {
      close: "Close",
      button: "Restart the agents, one after the other",
      title: (nodes: string) => `Restart the agents on ${nodes}?`,
      idle:
        "Every module is stopped on both nodes, so no service is interrupted.",
      address:
        "If the console's own address or port was changed, this page loses its connection: open it at the new one.",
      quiet: (node: string) =>
        `${node} serves nothing then: its agent ends and begins again, usually within a minute. The services go on, on the other node.`,
      moves: (modules: string, node: string, other: string) =>
        `${modules} moves from ${node} to ${other} first, as with Swap: some seconds without service. Then the agent on ${node} ends and begins again, and what moved stays on ${other}.`,
      single:
        "After each restart the copies are made level again. Until they are, only one is current: if its server fails in that time, the service stops.",
      open:
        "Keep this page open until it says that all is done. If it is closed before, the rest is not begun: come back here and ask again.",
      confirm: "Restart them",
      refused: "The agents cannot be restarted now without stopping a service",
      silent: (node: string) =>
        `${node} does not answer. Start that server, or repair the network between the two, first.`,
      notWhole: (module: string, sides: string) =>
        `${module} is ${sides}. It must be Ready on both nodes, PRIM on one and SECOND on the other, or stopped on both.`,
      side: (node: string, role: string, status: string) =>
        `${role} (${status}) on ${node}`,
      notInstalled: (node: string) => `not installed on ${node}`,
      steps: {
        move: (module: string, node: string) =>
          `${module} has moved away from ${node}.`,
        begin: (node: string) => `The agent on ${node} has begun again.`,
        level: (modules: string) => `Both copies of ${modules} are level.`,
        waitBegin: (node: string) =>
          `Waiting for the agent on ${node} to begin again …`,
        waitLevel: (modules: string) =>
          `Waiting for both copies of ${modules} to be level …`,
        unheard: (node: string) =>
          `${node} is not heard: it may have begun under a new port or address, and is heard when the other one has begun, too.`,
      },
      late: (what: string, minutes: number) =>
        `${what} This took longer than ${minutes} minutes, and nothing more is begun: look at the overview and the agent’s log.`,
      done: "Done: cluster.yaml is in force.",
    },
  },
};
