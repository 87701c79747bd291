/** What the console says in French: the overview: roles, copies, actions and what came of them. */
import type { Texts } from "../en.ts";

export const overviewTexts: Pick<
  Texts,
  "overview" | "actions" | "meanings" | "copies" | "asked"
> = {
  overview: {
    headlines: {
      good: "Protégé",
      busy: "En changement",
      risk: "En service, sans filet",
      bad: "Hors service",
      off: "Arrêté",
    },
    notRunningHere: "Ne tourne pas ici",
    broken: "En service, mais quelque chose est en panne",
    brokenTitle: "Ce qui est en panne, ou ne peut être déterminé",
    cannotBeTold: "ne peut être déterminé",
    noDetail: "sans raison indiquée",
    sinceTime: (time: string) => `depuis ${time} UTC`,
    noModuleYet: "Pas encore de module",
    thisNode: "ce nœud",
    otherNode: "l’autre nœud",
    install: "Aucun module n’est installé. Voir « hakit help module ».",
    warnings: (count: number) =>
      count === 1 ? "1 avertissement" : `${count} avertissements`,
    noAnswerFrom: (node: string) => `Pas de réponse de ${node}`,
    old: (age: string) =>
      `Ci-dessous, ce qu’il a dit ${age}. Nouvel essai en cours.`,
    askOther: "Demander à l’autre nœud :",
    then: (sentence: string) => `Alors : ${sentence}`,
    canSwap: "Le primaire et le secondaire changent de place",
    cannotSwap: "Il faut un primaire et un secondaire, tous deux prêts",
    on: (module: string, node: string) => `${module} sur ${node}`,
    console: "cette console",
    itsConsole: "Sa console",
    switched: (what: string) => `Commuté : ${what}`,
    data: "Données",
    address: "Adresse",
    here: "est ici",
    notHere: "pas ici",
    more: "Autres actions",
    lastCopied: (bytes: string, seconds: string) =>
      `Dernière copie : ${bytes} en ${seconds} s`,
    everything: "(tout)",
    warningsTitle: "Avertissements",
    arbiter: "Si les nœuds sont séparés",
    links: "Liens entre les nœuds",
    linkStates: { up: "actif", down: "coupé", unknown: "inconnu" },
    heartbeatsLost: (percent: number) =>
      `${percent} % de signaux de vie perdus`,
    noAnswer: "Pas de réponse",
    none: "aucun",
    was: (role: string) => `était ${role}`,
    status: { moving: "en route", ready: "prêt", notReady: "pas prêt" },
    secondsAgo: (seconds: number) => `il y a ${seconds} s`,
    minutesAgo: (minutes: number) => `il y a ${minutes} min`,
    hoursAgo: (hours: number, minutes: number) =>
      `il y a ${hours} h ${minutes} min`,
    script:
      "Sans JavaScript, cette page montre un seul instant et ne peut rien faire : rechargez-la, ou utilisez la commande hakit.",
  },
  actions: {
    start: "Démarrer",
    stop: "Arrêter",
    swap: "Échanger",
    prim: "Rendre primaire",
    restart: "Redémarrer",
    stopstart: "Arrêter et démarrer",
    primforce: "Forcer comme primaire",
    otherFolder: "Forcer avec l’autre dossier",
    second: "Forcer comme secondaire",
    full: "Tout recopier",
    switch: (what: string) => `Commuter ${what}`,
  },
  meanings: {
    silent: "Ne répond pas.",
    silentSince: (role: string) =>
      `Ne répond pas. Il était ${role} la dernière fois qu’on l’a entendu.`,
    missing: "Pas installé ici.",
    becomesPrimary: "Devient primaire.",
    primary: "Assure le service.",
    takesOver: "Prend le relais.",
    hangs: (peer: string) =>
      `Assure le service, mais les applications sont bloquées : les écritures attendent ${peer}.`,
    unreached: "Assure le service, mais les clients ne l’atteignent pas.",
    alone: (peer: string) =>
      `Assure seul le service : ce qui est écrit maintenant n’est pas sur ${peer}.`,
    becomesLevel: "Se met au niveau du primaire.",
    secondary: (peer: string) => `Prêt à prendre le relais de ${peer}.`,
    hindered: (peer: string, why: string) =>
      `Se tient à jour, mais ne prend pas le relais si ${peer} tombe en panne : ${why}.`,
    waits: "Attend.",
    stops: "S’arrête.",
    stopped: "Arrêté.",
  },
  copies: {
    unknown: "inconnu",
    copied: (peer: string) => `en cours de copie depuis ${peer}`,
    silent: "inconnu tant qu’il ne répond pas",
    identical: (peer: string) => `identique à ${peer}`,
    differ: (places: number) =>
      `DIFFÈRE de l'autre copie en ${places} endroits : trouver le disque défaillant avant de réparer`,
    waits: (peer: string) => `les écritures attendent ${peer}`,
    nothing: "encore rien en miroir",
    empty: "vide",
    half: "copié à moitié, pas encore utilisable",
    newest: "copie la plus récente",
    onlyHere: (bytes: string) =>
      `copie la plus récente, dont ${bytes} seulement ici`,
    level: "à jour",
    asStopped: "telle qu’à son arrêt",
    newer: (peer: string) => `plus récente que celle de ${peer}`,
    apart: (peer: string) =>
      `divergente de celle de ${peer} : chacune a ce qui manque à l’autre`,
    doubtful: "pas à jour",
    unsure: (peer: string) => `inconnu tant que ${peer} ne répond pas`,
    behindBy: (bytes: string, peer: string) =>
      `en retard de ${bytes} sur ${peer}`,
    behind: (peer: string) => `en retard sur ${peer}`,
    names: "comparaison des noms",
    paused: (share: string) => `en pause : ${share}`,
    leftUnknown: "temps restant inconnu",
    left: (time: string) => `reste ${time}`,
    progress: (done: string, total: string) => `${done} sur ${total}`,
  },
  asked: {
    asked: (what: string) => `Demandé : ${what}.`,
    underWay: (what: string) => `En cours : ${what}.`,
    done: (what: string) => `Fait : ${what}.`,
    waits: (what: string, why: string) =>
      `Pas encore atteint : ${what}. ${why}`,
    failed: (what: string, why: string) => `Échec : ${what}. ${why}`,
    seeLog: "Le journal du module en dit plus.",
    notDone: (what: string, why: string) => `Pas fait : ${what}. ${why}`,
    dismiss: "Fermer",
    type: (node: string) => `Tapez ${node}, le nom du nœud, pour le faire`,
    half: (node: string, what: string, peer: string, why: string) =>
      `Seulement sur ${node} : ${what}. Pas sur ${peer} : ${why}`,
    missed: "il ne répond pas. À refaire quand il sera revenu.",
    noAnswer: "L’agent n’a pas répondu : regardez l’état avant de réessayer.",
    swap: (module: string) => `échanger ${module}`,
    prim: (module: string, node: string) =>
      `rendre ${node} primaire de ${module}`,
    primforce: (module: string, node: string) =>
      `forcer ${node} comme primaire de ${module}`,
    otherFolder: (module: string, node: string) =>
      `forcer ${node} comme primaire de ${module} avec l’autre dossier`,
    second: (module: string, node: string) =>
      `rendre ${node} secondaire de ${module}`,
    full: (module: string, node: string) =>
      `copier tout ${module} vers ${node}`,
    switch: (module: string, what: string) => `commuter ${what} pour ${module}`,
    start: (module: string, node: string) => `démarrer ${module} sur ${node}`,
    stop: (module: string, node: string) => `arrêter ${module} sur ${node}`,
    restart: (module: string, node: string) =>
      `redémarrer ${module} sur ${node}`,
    stopstart: (module: string, node: string) =>
      `arrêter et démarrer ${module} sur ${node}`,
  },
};
