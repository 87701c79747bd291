/** What the console says in English: the frame of every page, the login, and what went wrong. */
export const frameTexts = {
  language: "English",
  nav: {
    label: "Pages",
    overview: "Overview",
    timeline: "Timeline",
    resources: "Resources",
    logs: "Logs",
    kept: "Copies",
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
};
