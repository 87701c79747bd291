/** What the console says in French: the frame of every page, the login, and what went wrong. */
import type { Texts } from "../en.ts";

export const frameTexts: Pick<
  Texts,
  "language" | "nav" | "common" | "login" | "problems"
> = {
  language: "Français",
  nav: {
    label: "Pages",
    overview: "Vue d’ensemble",
    timeline: "Chronologie",
    resources: "Ressources",
    logs: "Journaux",
    kept: "Copies",
    config: "Configuration",
    support: "Assistance",
    users: "Utilisateurs",
    audit: "Audit",
    logOut: "Se déconnecter",
    language: "Langue",
    skip: "Aller au contenu",
  },
  common: {
    node: "Nœud",
    module: "Module",
    loading: "Chargement …",
    away: "L’agent ne répond pas. Nouvel essai.",
    noModule: "Aucun module n’est installé.",
    noScript:
      "Cette page a besoin de JavaScript. La commande hakit fait la même chose.",
    cancel: "Annuler",
  },
  login: {
    title: "Se connecter",
    once: "Ce lien vous connecte une seule fois.",
    give: "Donnez un nom et un mot de passe.",
    usedLink:
      "Ce lien a servi ou a plus de 24 heures. Utilisez un mot de passe, ou faites un nouveau lien.",
    wrong: "Nom ou mot de passe faux.",
    wait: (seconds: number) =>
      `Trop d’essais. Attendez ${seconds} s, puis réessayez.`,
    byHttps: (url: string) =>
      `Si l’adresse de cette page commence par http://, votre navigateur ne gardera pas la connexion. Ouvrez ${url} à la place.`,
    signOn: (label: string) =>
      `Se connecter avec ${label === "" ? "l’authentification unique" : label}`,
    entered: "Vous êtes connecté.",
    goOn: "Continuer",
    elsewhere: (host: string) =>
      `L’authentification unique ne marche pas à l’adresse ${host} : il faut une adresse du cluster, ou un nom qu’un administrateur ajoute par « hakit oidc set --name ».`,
    noRole: (name: string) =>
      `${name} n’a pas de rôle ici. Demandez-en un à un administrateur du cluster, ou connectez-vous comme utilisateur local.`,
    noEntry: {
      stale:
        "Cette connexion a duré trop longtemps, a déjà servi, ou a commencé dans une autre fenêtre. Recommencez.",
      away:
        "Le service d’authentification ne répond pas. Connectez-vous comme utilisateur local, avec un mot de passe ; le journal de l’agent dit ce qui gêne.",
      denied: "Le service d’authentification ne vous a pas laissé entrer.",
      failed:
        "La réponse du service d’authentification a été refusée. Recommencez, ou connectez-vous comme utilisateur local ; l’audit et le journal de l’agent disent pourquoi.",
    },
  },
  problems: {
    agentSilent: "L’agent n’a pas répondu.",
    agentSaid: (status: number) => `L’agent a répondu ${status}.`,
    notFound: "Introuvable",
    noModule: "Il n’y a pas de tel module ici.",
    noNode: "Il n’y a pas de tel nœud ici.",
    noPlace: "Il n’y a pas de tel module ou nœud ici.",
    noPage: (path: string) => `Il n’y a rien à « ${path} ».`,
    noTemplate: "Il n’y a pas de tel modèle.",
    moduleExists: (name: string) => `Il y a déjà un module « ${name} ».`,
    noLog: "Pas de journal",
    noScriptLog: "Il n’y a pas (ou plus) de journal de script de ce nom.",
    unreadable: (why: string) => `Le journal ne peut pas être lu : ${why}`,
    tooMuch: "Trop long",
    shortForm: "Un formulaire court était attendu.",
    refused: "Refusé",
    otherSite: "Cette connexion a été envoyée par la page d’un autre site.",
    otherPage:
      "Le formulaire n’est pas celui de votre page : rechargez-la et réessayez.",
    stillIn: (name: string) =>
      `Vous êtes encore connecté comme ${name} : cette page était d’une session antérieure. Déconnectez-vous encore une fois, ici.`,
    notForYou: "Pas pour vous",
    needsRole: (needed: string, role: string) =>
      `Il faut pour cela le rôle ${needed}, vous êtes ${role}.`,
    onlyAdministrators: "La configuration est réservée aux administrateurs.",
    failed: "Cette page a échoué",
    reload: (why: string) => `${why} (rechargez-la)`,
  },
};
