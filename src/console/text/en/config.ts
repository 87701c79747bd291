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
      `was changed on the disk: it counts when the agent on ${node} has begun again (systemctl restart hakit).`,
    differs: (node: string, other: string) =>
      `cluster.yaml is not the same on both: - on ${node}, + on ${other}.`,
    level: (node: string, other: string) =>
      `Write ${node}’s text on ${other}, too`,
    written: (number: number, nodes: string) =>
      `Configuration ${number} lies on ${nodes}. It counts when the agents have begun again: systemctl restart hakit on the secondary first, and on the other node when that is level.`,
    newest: "newest",
  },
};
