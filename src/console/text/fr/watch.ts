/** What the console says in French: logs, timeline and resources. */
import type { Texts } from "../en.ts";

export const watchTexts: Pick<Texts, "logs" | "timeline" | "resources"> = {
  logs: {
    title: (what) => `${what} : journaux`,
    agent: "Agent",
    moduleLog: "Journal du module",
    show: "Afficher",
    refresh: "Actualiser",
    save: "Enregistrer",
    level: "Au moins",
    levels: {
      info: "tout",
      warning: "avertissements",
      error: "erreurs",
    },
    words: { warning: "avertissement", error: "erreur" },
    text: "Texte",
    from: "De (UTC)",
    to: "À (UTC)",
    pause: "Pause",
    goOn: (late) => late > 0 ? `Continuer (${late} nouvelles)` : "Continuer",
    shown: (shown, all) =>
      `${shown} lignes sur ${all}, la plus récente en dernier.`,
    nothing: "Rien d’écrit pour l’instant.",
  },
  timeline: {
    title: (module) => `Chronologie de ${module}`,
    takeovers: "Comment le service est arrivé sur un nœud",
    none: "D’après les journaux, aucun nœud n’a pris le service.",
    story: "Les deux nœuds",
    steps: "chaque étape",
    time: "Heure (UTC)",
    away: (node) =>
      `${node} ne répond pas : sa partie manque, ou est ancienne.`,
    skew: (node, ms) =>
      Math.abs(ms) < 5
        ? "Les horloges concordent."
        : `L’horloge de ${node} diffère de ${ms} ms ; ses heures sont corrigées.`,
    took: (seconds) => `prêt après ${seconds} s`,
    unfinished: "n’est pas devenu prêt",
    notYet: "pas encore prêt",
    between: "entre-temps",
    notHeard: "autre nœud muet",
  },
  resources: {
    title: (module) => `Ressources de ${module}`,
    noResources: "Aucun contrôleur ni processus n’est configuré.",
    states: {
      up: "en marche",
      down: "en panne",
      init: "premier contrôle",
      unknown: "non contrôlé",
    },
    since: (time) => `depuis ${time} UTC`,
    fired: "Règles déclenchées",
    none: "Aucune, aussi loin que remontent les journaux.",
    figures: (node) => `Réplication sur ${node}, la dernière heure`,
    noResync: "rien n’est copié",
    graphs: {
      dirtyBytes: "Ce qui manque au plus à l’autre nœud",
      changeMs:
        "Jusqu’à ce qu’une écriture soit sur les deux nœuds (99 sur 100)",
      fsyncMs: "Jusqu’à ce qu’un fsync soit sur les deux disques (99 sur 100)",
      waiting: "Écritures qui attendent l’autre nœud",
      waitingBytes: "Pas encore confirmé par lui",
      waitingMs: "La plus ancienne attend",
      resyncBytesPerSecond: "Copie",
      roundTripMs: "Aller-retour du meilleur lien",
    },
  },
};
