/** Ce que dit la console, en français. */
import type { Texts } from "./en.ts";

export const fr: Texts = {
  language: "Français",
  nav: {
    label: "Pages",
    overview: "Vue d’ensemble",
    timeline: "Chronologie",
    resources: "Ressources",
    logs: "Journaux",
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
  overview: {
    headlines: {
      good: "Protégé",
      busy: "En changement",
      risk: "En service, sans filet",
      bad: "Hors service",
      off: "Arrêté",
    },
    broken: "En service, mais quelque chose est en panne",
    brokenTitle: "Ce qui est en panne",
    noDetail: "sans raison indiquée",
    sinceTime: (time: string) => `depuis ${time} UTC`,
    noModuleYet: "Pas encore de module",
    thisNode: "ce nœud",
    otherNode: "l’autre nœud",
    install: "Aucun module n’est installé. Voir « hakit module install ».",
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
    alone: (peer: string) =>
      `Assure seul le service : ce qui est écrit maintenant n’est pas sur ${peer}.`,
    becomesLevel: "Se met au niveau du primaire.",
    secondary: (peer: string) => `Prêt à prendre le relais de ${peer}.`,
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
      `DIFFÈRE de l'autre copie en ${places} endroits : comparer et réparer`,
    waits: (peer: string) => `les écritures attendent ${peer}`,
    nothing: "encore rien en miroir",
    empty: "vide",
    half: "copié à moitié, pas encore utilisable",
    newest: "copie la plus récente",
    onlyHere: (bytes: string) =>
      `copie la plus récente, dont ${bytes} seulement ici`,
    level: "à jour",
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
  questions: {
    swap: {
      title: (module: string) => `Échanger ${module} ?`,
      cost: (module: string, node: string, peer: string) =>
        `${module} s’arrête sur ${node} et démarre sur ${peer} : quelques secondes sans service, les connexions ouvertes sont coupées. Rien de ce qui est écrit n’est perdu.`,
      confirm: (peer: string) => `Échanger vers ${peer}`,
    },
    start: {
      title: (module: string, node: string) =>
        `Démarrer ${module} sur ${node} ?`,
      follows: (node: string, peer: string) =>
        `${node} copie depuis ${peer} ce qui lui manque, puis se tient prêt. Le service sur ${peer} continue pendant ce temps.`,
      serves: (node: string) =>
        `${node} démarre le service si sa copie est la plus récente ; sinon il attend et dit pourquoi.`,
      confirm: (node: string) => `Démarrer sur ${node}`,
    },
    prim: {
      title: (module: string, node: string) =>
        `Rendre ${node} primaire de ${module} ?`,
      first: (module: string, node: string, peer: string) =>
        `Aucun des nœuds n’a encore de données : ${module} démarre avec ce qui est dans les dossiers de ${node}, et ce qui est dans ceux de ${peer} est remplacé par une copie.`,
      cost: (node: string, peer: string) =>
        `La copie de ${node} devient la bonne. Ce que ${peer} est seul à avoir écrit y est mis de côté et remplacé par la copie de ${node}. À faire seulement si ${peer} ne revient pas bientôt, ou si vous savez que ${node} a les bonnes données.`,
      confirm: (node: string) => `Utiliser les données de ${node}`,
    },
    stop: {
      title: (module: string, node: string) =>
        `Arrêter ${module} sur ${node} ?`,
      taken: (node: string, peer: string) =>
        `${peer} prend le relais : quelques secondes sans service. Ensuite il tourne seul : ce qui est écrit n’a pas de deuxième copie tant que ${node} n’est pas redémarré.`,
      nobody: (module: string, peer: string) =>
        `${module} s’arrête pour tout le monde : ${peer} ne peut pas prendre le relais maintenant.`,
      off: (module: string, peer: string) =>
        `${module} s’arrête pour tout le monde : le basculement est désactivé, ${peer} ne prend pas le relais.`,
      second: (node: string, peer: string) =>
        `Le service sur ${peer} continue, mais seul : ce qui est écrit n’a pas de deuxième copie tant que ${node} n’est pas redémarré.`,
      waiting: (module: string) =>
        `${module} n’attend plus ici. Rien d’autre ne change.`,
      confirm: (node: string) => `Arrêter sur ${node}`,
    },
    restart: {
      title: (module: string, node: string) =>
        `Redémarrer ${module} sur ${node} ?`,
      serves: (node: string) =>
        `Ses services s’arrêtent et démarrent sur ${node}, sans bascule : pas de service pendant ce temps. Rien de ce qui est écrit n’est perdu.`,
      beside: (module: string, node: string, peer: string) =>
        `Ce que ${module} exécute sur ${node} à côté du service s’arrête et démarre. Le service sur ${peer} continue.`,
      confirm: (node: string) => `Redémarrer sur ${node}`,
    },
    stopstart: {
      title: (module: string, node: string) =>
        `Arrêter ${module} sur ${node} et le redémarrer ?`,
      serves: (node: string, peer: string) =>
        `${peer} prend le relais si sa copie est à jour ; sinon il n’y a pas de service tant que ${node} n’a pas redémarré. Rien de ce qui est écrit n’est perdu.`,
      off: (node: string) =>
        `Le basculement est désactivé, personne ne prend le relais : pas de service tant que ${node} n’a pas redémarré. Rien de ce qui est écrit n’est perdu.`,
      beside: (node: string, peer: string) =>
        `Tant que ${node} n’est pas de nouveau au niveau, ce qui est écrit sur ${peer} n’a pas de deuxième copie.`,
      confirm: (node: string) => `Arrêter et démarrer sur ${node}`,
    },
    second: {
      title: (module: string, node: string) =>
        `Rendre ${node} secondaire de ${module} ?`,
      cost: (node: string, peer: string) =>
        `La copie de ${peer} compte comme la bonne. Ce que ${node} est seul à avoir écrit est mis de côté sur ${node} et remplacé par une copie des données de ${peer}.`,
      confirm: (peer: string) => `Suivre ${peer}`,
    },
    full: {
      title: (module: string, node: string) =>
        `Recopier tout ${module} vers ${node} ?`,
      cost: (node: string, peer: string) =>
        `Toute la copie de ${node} est comparée et remplacée depuis ${peer}. Jusqu’à la fin, ${node} ne peut pas prendre le relais : une seule panne de ${peer} arrête le service. Ce que ${node} est seul à avoir écrit est mis de côté.`,
      confirm: (node: string) => `Tout copier vers ${node}`,
    },
    primforce: {
      title: (module: string, node: string) =>
        `Forcer ${node} comme primaire de ${module} ?`,
      half: (node: string, peer: string) =>
        `La copie de ${node} est faite à moitié : des fichiers peuvent y être plus anciens, plus récents ou déchirés, et une base de données peut refuser de démarrer dessus. Tout ce que ${peer} est seul à avoir y est mis de côté et remplacé. À n’utiliser que si les données de ${peer} sont perdues pour de bon.`,
      cost: (node: string, peer: string) =>
        `La copie de ${node} devient la bonne, même si elle est plus ancienne. Ce que ${peer} a écrit depuis y est mis de côté et remplacé. À n’utiliser que si ${peer} ne revient pas.`,
      confirm: (node: string) => `Forcer ${node}`,
    },
    loss: {
      counted: (node: string, bytes: string) =>
        `${node} a jusqu’à ${bytes} qui manquent à l’autre copie.`,
      none: (node: string) =>
        `Pour autant qu’on sache, ${node} n’a rien qui manque à l’autre copie.`,
      uncounted: (node: string) =>
        `Ce que ${node} a et qui manque à l’autre copie n’a pas été compté.`,
      unknown: (node: string) => `Ce que ${node} a n’est pas connu ici.`,
      silent: (node: string) =>
        `${node} ne répond pas : c’est ce qu’il a dit en dernier ; ce qu’il a écrit depuis n’est pas connu.`,
      proven: (time: string) =>
        `Les deux copies ont été trouvées identiques pour la dernière fois à ${time} UTC.`,
    },
    switches: {
      title: (module: string, what: string) =>
        `Commuter ${what} pour ${module} ?`,
      errd:
        "Les règles ne remarquent plus les processus qui meurent, sur les deux nœuds, jusqu’à ce que ce soit remis en marche. Cette page le dit tout ce temps.",
      checker:
        "Plus rien ne suit quand un contrôle trouve quelque chose en panne, sur les deux nœuds, jusqu’à ce que ce soit remis en marche. Cette page le dit tout ce temps.",
      failover:
        "Quand le primaire meurt, personne ne prend le relais : le service reste arrêté jusqu’à ce qu’une personne le déplace, sur les deux nœuds, jusqu’à ce que ce soit remis en marche. Cette page le dit tout ce temps.",
      boot:
        "Après un redémarrage de la machine, il ne démarre pas de lui-même, sur les deux nœuds, jusqu’à ce que ce soit remis en marche. Cette page le dit tout ce temps.",
      on: "Comme le dit la configuration, sur les deux nœuds, dès maintenant.",
      confirm: (what: string) => `Commuter ${what}`,
    },
  },
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
    thatIsYou: (role: string) => `${role}, vous`,
    changeUser: (name: string) => `Modifier ${name}`,
    setRole: "Fixer le rôle",
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
  config: {
    title: (module) => `Configuration de ${module}`,
    intro:
      "Ce que vous changez est vérifié pendant la saisie. Rien n’est en vigueur avant que vous l’appliquiez, et alors sur les deux nœuds ou sur aucun.",
    form: "Formulaire",
    files: "Fichiers",
    file: "Fichier",
    addFile: "Ajouter un fichier",
    addFileName: "Nom, par exemple bin/start_both",
    removeFile: (path) => `Retirer ${path}`,
    restoreFile: (path) => `Garder ${path}`,
    removed: "sera retiré",
    changed: "modifié",
    binary: (bytes) => `Pas de texte, ${bytes}.`,
    noForm:
      "Le formulaire ne montre rien tant que module.yaml n’est pas du YAML : corrigez-le à côté.",
    plan: "Plan",
    nothing: "Rien n’est encore changé.",
    checking: "Vérification …",
    good: "Vérifié : aucune erreur.",
    how: {
      live: "tout de suite",
      next: "prochaine fois",
      stop: "demande un arrêt",
    },
    showLines: (path) => `${path} : ce qui change`,
    apply: "Appliquer sur les deux nœuds",
    applyAlone: "Appliquer ici, et sur l’autre nœud quand il répondra",
    note: "Quelques mots pour l’historique (facultatif)",
    discard: "Abandonner mes changements",
    applied: (number, nodes) =>
      `La configuration ${number} est en vigueur sur ${nodes}.`,
    pending: (nodes) => `${nodes} la prendra quand il répondra.`,
    history: "Historique",
    noHistory: "Inchangé depuis l’installation.",
    by: (who) => `par ${who}`,
    now: "en vigueur",
    rollBack: (number) => `Revenir à ${number}`,
    rollBackPlan: (number) => `Revenir à la configuration ${number} ?`,
    export: "Enregistrer dans un fichier",
    uninstall: "Désinstaller",
    uninstallTitle: (module) => `Désinstaller ${module} ?`,
    uninstallCost:
      "Sa configuration et ses scripts quittent les deux nœuds ; ses données, états et journaux restent. Il doit être arrêté sur les deux.",
    uninstallAway: (node: string) =>
      `${node} ne répond pas : le module ne sera retiré que de ce nœud. Il reste sur ${node}, où il faudra le désinstaller à son retour.`,
    uninstalled: (module: string, nodes: string) =>
      `${module} est désinstallé sur ${nodes}`,
    uninstalledAll:
      "Ses données, ses enregistrements et ses journaux sont restés en place.",
    stillOn: (node: string, module: string) =>
      `${node} n’a pas été joint : s’il a ${module}, désinstallez-le aussi là-bas, dans sa propre console, quand il répondra.`,
    uninstallType: (module) =>
      `Pour le faire, tapez le nom du module, ${module}`,
    newModule: "Nouveau module",
    newTitle: "Un nouveau module",
    fromTemplate: "D’après un modèle",
    template: "Modèle",
    name: "Nom du nouveau module",
    create: "Installer sur les deux nœuds",
    fromArchive: "D’une archive",
    archive: "Archive (.tar) du dossier d’un module",
    upload: "Installer l’archive sur les deux nœuds",
    add: (what) => `Ajouter : ${what}`,
    remove: (what) => `Retirer ${what}`,
    defaultIs: (value) => `par défaut : ${value}`,
    required: "nécessaire",
    variableName: "NOM",
    advanced: "Plus",
    line: (line, column) => `Ligne ${line}, colonne ${column}`,
  },
  groups: {
    general: "Général",
    network: "Adresse et réseau",
    data: "Dossiers répliqués",
    variables: "Variables des scripts",
    scripts: "Scripts",
    checkers: "Contrôleurs",
    processes: "Processus",
    rules: "Règles de basculement",
    other: "Autres",
  },
  fields: {
    title: { label: "Titre", hint: "montré aux personnes" },
    boot: {
      label: "Démarrer avec la machine",
      hint: "auto : s’il tournait avant",
    },
    boot_delay: {
      label: "Attendre au démarrage",
      hint: "réseaux et disques : 30s",
    },
    failover: {
      label: "Basculement",
      hint: "off : le service reste sur son nœud",
    },
    default_primary: {
      label: "Place du primaire",
      hint: "alone : aucune ; last : la dernière ; ou le nom d’un nœud",
    },
    max_restarts: {
      label: "Échecs avant l’arrêt",
      hint: "dans la période ci-dessous",
    },
    restart_period: { label: "Période", hint: "24h ; 0s : jamais arrêté" },
    port: { label: "Port de la réplication", hint: "un par module" },
    virtual_addresses: {
      label: "Adresse virtuelle",
      hint: "est là où tourne le service",
    },
    address: { label: "Adresse", hint: "10.0.0.9/24" },
    interface: {
      label: "Interface",
      hint: "par défaut : celle du premier lien",
    },
    directories: { label: "Dossier", hint: "répliqué sur les deux nœuds" },
    path: { label: "Chemin", hint: "/srv/data" },
    tocheck: {
      label: "Doit y exister",
      hint: "un chemin dedans ; s’il manque, le module attend",
    },
    exclude: {
      label: "Non répliqué",
      hint:
        "*.tmp dans chaque dossier, ou un chemin sous celui-ci ; chaque nœud garde le sien",
    },
    guarantee: {
      label: "Une écriture revient quand",
      hint:
        "strict, par défaut : elle est sur les deux nœuds ; fsync : elle est envoyée, seul fsync attend les deux disques",
    },
    services: {
      label: "Unité que les scripts démarrent",
      hint:
        "mariadb.service ; gelée avec le reste quand ce nœud ne doit plus servir",
    },
    node: {
      label: "Sur le nœud",
      hint: "any : l’un ou l’autre ; local : celui-ci",
    },
    "tcp.port": { label: "Port", hint: "" },
    "http.verify": {
      label: "Vérifier le certificat",
      hint: "off : un certificat que personne ne garantit est accepté",
    },
    resync: { label: "Copie", hint: "" },
    limit: {
      label: "Octets par seconde, au plus",
      hint: "50M ; 0 : sans limite",
    },
    verify: { label: "Comparaison permanente", hint: "" },
    rate: { label: "Octets par seconde", hint: "10M ; 0 : à la demande" },
    start_timeout: { label: "Limite des scripts de démarrage", hint: "5m" },
    stop_timeout: { label: "Limite des scripts d’arrêt", hint: "5m" },
    processes: { label: "Processus", hint: "comptés par nom, ou une unité" },
    variables: { label: "variable", hint: "" },
    tcp: { label: "TCP", hint: "une connexion est acceptée" },
    ping: { label: "Ping", hint: "une adresse répond" },
    intf: { label: "Interface", hint: "est active et reliée" },
    ip: { label: "Adresse", hint: "est à nous et à personne d’autre" },
    http: { label: "Page web", hint: "répond comme prévu" },
    custom: { label: "Script", hint: "un programme de bin/ décide" },
    module: { label: "Module", hint: "un autre module tourne" },
    mount: { label: "Dossier", hint: "s’écrit et se lit" },
    name: { label: "Nom", hint: "" },
    interval: { label: "Contrôle toutes les", hint: "10s" },
    timeout: { label: "Abandonne après", hint: "5s" },
    when: { label: "Contrôle dans le rôle", hint: "pre : aussi en attente" },
    action: { label: "Ce qui suit", hint: "quand il est en panne" },
    process: { label: "Programme", hint: "comme dans ps ; * et ? permis" },
    arguments: { label: "Arguments", hint: "" },
    unit: { label: "Unité systemd", hint: "au lieu d’un programme" },
    at_least: { label: "Au moins", hint: "" },
    at_most: { label: "Au plus", hint: "" },
    start_delay: { label: "Attendre après le démarrage", hint: "" },
    script: { label: "Programme de bin/", hint: "aucun : fixé de l’extérieur" },
    status: { label: "Statut", hint: "200" },
    pattern: { label: "Texte dans la page", hint: "* et ? permis" },
    url: { label: "URL", hint: "http://127.0.0.1/" },
    rules: {
      label: "Règles",
      hint: "db: if (tcp.sql == down) then restart();",
    },
    hold: {
      label: "Temps de maintien",
      hint: "une condition doit tenir ce temps avant que sa règle agisse",
    },
  },
};
