/** What the console says in English: users, account and audit. */
export const peopleTexts = {
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
    untilHeard: (node: string) =>
      `Not on ${node}, which is not reachable: there what was before counts until it is heard again.`,
    thatIsYou: (role: string) => `${role}, you`,
    changeUser: (name: string) => `Change ${name}`,
    setRole: "Set role",
    passwordCost: (name: string) =>
      `${name} is logged out everywhere, and comes in with the new password only.`,
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
};
