/** What the console says in French: users, account and audit. */
import type { Texts } from "../en.ts";

export const peopleTexts: Pick<Texts, "people"> = {
  people: {
    roles: {
      viewer: "voit tout ici, ne change rien",
      operator: "peut aussi démarrer, arrêter et échanger",
      administrator:
        "peut aussi installer, configurer et abandonner des données",
    },
    back: "← Cluster",
    role: "Rôle",
    name: "Nom",
    password: "Mot de passe",
    oldPassword: "Ancien mot de passe",
    newPassword: "Nouveau mot de passe",
    newPasswordAgain: "Nouveau mot de passe, encore une fois",
    account: "Votre compte",
    noPassword:
      "Vous êtes entré par l’authentification unique : votre mot de passe n’est pas gardé ici.",
    you: (role: string, meaning: string) => `Vous êtes ${role} : ${meaning}.`,
    changePassword: "Changer votre mot de passe",
    loggedOut: "Partout ailleurs où vous êtes connecté, vous êtes déconnecté.",
    change: "Changer le mot de passe",
    differ: "Les nouveaux mots de passe diffèrent.",
    wrongOld: "L’ancien mot de passe est faux.",
    tooMany: (seconds: number) => `Trop d’essais. Attendez ${seconds} s.`,
    users: "Utilisateurs",
    same: "Les mêmes sur les deux nœuds.",
    untilHeard: (node: string) =>
      `Pas sur ${node}, qui n’est pas joint : là, ce qui était avant vaut jusqu’à ce qu’il redonne signe de vie.`,
    thatIsYou: (role: string) => `${role}, vous`,
    changeUser: (name: string) => `Modifier ${name}`,
    setRole: "Fixer le rôle",
    passwordCost: (name) =>
      `${name} est déconnecté partout et n’entre plus qu’avec le nouveau mot de passe.`,
    setPassword: "Fixer le mot de passe",
    removal: (name: string) =>
      `${name} est déconnecté partout et ne peut pas revenir.`,
    remove: (name: string) => `Retirer ${name}`,
    add: "Ajouter un utilisateur",
    addUser: "Ajouter l’utilisateur",
    isNow: (name: string, role: string) => `${name} est maintenant ${role}.`,
    passwordChanged: (name: string) => `Le mot de passe de ${name} est changé.`,
    removed: (name: string) => `${name} est retiré.`,
    audit: "Journal d’audit",
    whoDidWhat: "Qui a fait quoi",
    when: "Quand (UTC)",
    who: "Qui",
    from: "D’où",
    result: "Résultat",
    what: "Quoi",
    anyResult: "tous",
    newest: (count: number) =>
      count === 1 ? "1 entrée." : `Les ${count} entrées les plus récentes.`,
    matching: (shown: number, found: number) =>
      `${shown} entrées correspondantes sur ${found}, la plus récente en premier.`,
    results: { done: "fait", refused: "refusé", failed: "échoué" },
  },
};
