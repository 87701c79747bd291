/** What the console says in French: support. */
import type { Texts } from "../en.ts";

export const supportTexts: Pick<Texts, "support"> = {
  support: {
    title: "Assistance",
    snapshot: "Instantané des deux nœuds",
    snapshotText:
      "Configuration, journaux et états des deux nœuds dans une archive, pour qui vous aide. Mots de passe, clés et jetons en sont retirés.",
    save: "Enregistrer l’instantané",
    saveAnonymous: "Enregistrer sans noms ni adresses",
    anonymousText:
      "Nœuds, machines, réseaux, personnes et modules propres reçoivent des pseudonymes, partout les mêmes.",
    doctor: {
      title: "Diagnostic",
      text:
        "Examine les deux serveurs et ce qu’ils doivent avoir en commun : horloges, disques, réseau, pare-feu, versions. Ne change rien.",
      begin: "Examiner les deux serveurs",
      busy: "Examen en cours…",
      onlyOperator: "Un opérateur ou un administrateur peut le lancer.",
      both: "les deux nœuds",
      well: "Ce qui va bien",
      unreachable: "L’autre nœud n’a pas répondu et n’a pas été examiné.",
      levels: { problem: "Problème", warning: "Avertissement" },
      nothing: (well: number) => `${well} contrôles, tous sont bons.`,
      found: (found: number, well: number) =>
        `${found} à regarder, ${well} contrôles sont bons.`,
    },
    channels: {
      title: "Notifications par courriel, webhook, syslog",
      none:
        "Aucune n’est configurée : voir « notifications: » dans cluster.yaml, ou hakit help notify.",
      good: "fonctionne",
      waiting: (count: number) => `${count} en attente d’envoi`,
      test: (node: string) => `Envoyer un essai depuis ${node}`,
      busy: (node: string) => `Envoi d’un essai depuis ${node}…`,
      sent: (node: string, count: number) =>
        `${node} a envoyé un essai sur ${count} de ses canaux.`,
      notSent: (node: string, count: number) =>
        `${node} n’a pas pu envoyer sur ${count} de ses canaux.`,
    },
    drill: {
      title: "Dernier exercice",
      none:
        "Aucun n’a encore été fait : hakit drill k3s essaie une bascule et compte.",
      faults: {
        kill: "Coupure de courant",
        swap: "Échange",
        cut: "Liens coupés",
      },
      good: (acknowledged: number, seconds: number) =>
        `Les ${acknowledged} écritures confirmées étaient toutes là ; les clients ont attendu ${seconds} s au plus.`,
      lost: (lost: number, acknowledged: number) =>
        `${lost} des ${acknowledged} écritures confirmées étaient perdues.`,
      told: "Entre-temps, le client a reçu :",
      text:
        "Un exercice démarre une base de données et un serveur web, écrit par l’adresse virtuelle pendant que k3s change de place, puis cherche chaque écriture confirmée. Une coupure de courant ou de liens s’exerce par la commande (hakit drill k3s --kill, --cut).",
      begin: "Exercer un échange",
      question: "Exercer un échange de k3s maintenant ?",
      cost:
        "Le cluster bascule réellement : k3s s’arrête sur le primaire et démarre sur l’autre nœud, quelques secondes sans service, les connexions ouvertes sont rompues. Rien de ce qui est écrit n’est perdu. Cela prend des minutes et récupère les images de son application.",
      confirm: "Commencer l’exercice",
      running: "Un exercice est en cours :",
      notDone: (why: string) =>
        `Le dernier exercice n’a pas pu être fait : ${why}`,
    },
    signOn: {
      title: "Authentification unique",
      off: "Désactivée : hakit oidc set l’active.",
      problem: (why: string) => `Désactivée : ${why}.`,
      changed: "Elle se change par la commande : hakit oidc set.",
      issuer: "Émetteur",
      client: "Identifiant du client",
      secret: "Secret du client",
      kept: "gardé, montré nulle part",
      claim: "Claim",
      nobody: "personne",
      scopes: "Scopes",
      authority: "Autorité propre",
      yes: "oui",
      no: "non",
      button: "Bouton",
      plain: "mots simples",
      session: "Session",
      hours: (hours: number) => `${hours} h au plus`,
      redirects: "Chez l’émetteur",
      test: (node: string) => `Essayer depuis ${node}`,
      busy: (node: string) => `Question à l’émetteur depuis ${node}…`,
      reaches: (node: string) => `${node} atteint l’émetteur.`,
    },
    onlyAdministrator: "Un administrateur peut l’enregistrer.",
    versions: "Versions",
    unknown: "inconnue",
    differ: "Les nœuds ont des versions différentes : terminez la mise à jour.",
    same: "Les deux nœuds ont la même version.",
    unsaid: (node: string) =>
      `On ne sait pas si les deux nœuds ont la même version : ${node} n’a pas dit la sienne.`,
    api: "Pour les programmes",
    apiText: "La description de l’API, et un tableau de bord pour Grafana :",
    notify: "Notifications de ce navigateur",
    notifyText:
      "Signale quand un module change d’état, tant que la vue d’ensemble est ouverte.",
    notifyOn: "Me notifier",
    notifyOff: "Ne plus me notifier",
    notifyDenied:
      "Ce navigateur refuse les notifications : changez cela dans ses réglages.",
    notifyCannot:
      "Ce navigateur ne peut pas notifier depuis une page. Les notifications par courriel, webhook et syslog s’en passent.",
  },
};
