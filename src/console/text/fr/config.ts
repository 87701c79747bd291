/** What the console says in French: the configuration page. */
import type { Texts } from "../en.ts";

export const configTexts: Pick<Texts, "config" | "clusterConfig"> = {
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
    noForm: (file: string) =>
      `Le formulaire ne montre rien tant que ${file} n’est pas du YAML : corrigez-le à côté.`,
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
  clusterConfig: {
    title: "Configuration du cluster",
    intro:
      "cluster.yaml dit qui sont les nœuds, quels liens ils ont, et ce qui vaut pour tous les modules. Ce que vous changez ici est vérifié pendant la frappe. C’est écrit sur les deux nœuds ou sur aucun, et compte quand leurs agents ont redémarré.",
    standing: "Sur les nœuds",
    inForce: "est en vigueur.",
    waits: (node: string) =>
      `a été modifié sur le disque : cela compte quand l’agent sur ${node} a redémarré.`,
    differs: (node: string, other: string) =>
      `cluster.yaml n’est pas le même sur les deux : - sur ${node}, + sur ${other}.`,
    level: (node: string, other: string) =>
      `Écrire le texte de ${node} aussi sur ${other}`,
    written: (number: number, nodes: string) =>
      `La configuration ${number} est sur ${nodes}. Elle compte quand les agents ont redémarré, l’un après l’autre : par le bouton ci-dessus, sous « Sur les nœuds ».`,
    newest: "la plus récente",
    restart: {
      close: "Fermer",
      button: "Redémarrer les agents, l’un après l’autre",
      title: (nodes) => `Redémarrer les agents sur ${nodes} ?`,
      idle:
        "Tous les modules sont arrêtés sur les deux nœuds : aucun service n’est interrompu.",
      address:
        "Si l’adresse ou le port de la console ont été modifiés, cette page perd sa connexion : ouvrez-la à la nouvelle adresse.",
      quiet: (node) =>
        `${node} ne sert rien à ce moment : son agent s’arrête et redémarre, en général en moins d’une minute. Les services continuent sur l’autre nœud.`,
      moves: (modules, node, other) =>
        `${modules} passe d’abord de ${node} à ${other}, comme avec Échanger : quelques secondes sans service. Puis l’agent sur ${node} s’arrête et redémarre ; ce qui a changé de place reste sur ${other}.`,
      single:
        "Après chaque redémarrage, les copies sont remises à niveau. Jusque-là, une seule est à jour : si son serveur tombe en panne à ce moment, le service s’arrête.",
      open:
        "Gardez cette page ouverte jusqu’à ce qu’elle dise que tout est fait. Si elle est fermée avant, le reste n’est pas commencé : revenez ici et recommencez.",
      confirm: "Les redémarrer",
      refused:
        "Les agents ne peuvent pas être redémarrés maintenant sans arrêter un service",
      silent: (node) =>
        `${node} ne répond pas. Démarrez d’abord ce serveur, ou réparez le réseau entre les deux.`,
      notWhole: (module, sides) =>
        `${module} est ${sides}. Il doit être Ready sur les deux nœuds, PRIM sur l’un et SECOND sur l’autre, ou arrêté sur les deux.`,
      side: (node, role, status) => `${role} (${status}) sur ${node}`,
      notInstalled: (node) => `pas installé sur ${node}`,
      steps: {
        move: (module, node) => `${module} a quitté ${node}.`,
        begin: (node) => `L’agent sur ${node} a redémarré.`,
        level: (modules) => `Les deux copies de ${modules} sont à jour.`,
        waitBegin: (node) => `Attente du redémarrage de l’agent sur ${node} …`,
        waitLevel: (modules) =>
          `Attente de la mise à niveau des deux copies de ${modules} …`,
        unheard: (node) =>
          `${node} n’est pas entendu : il a peut-être redémarré avec un autre port ou une autre adresse, et le sera quand l’autre aura redémarré aussi.`,
      },
      late: (what, minutes) =>
        `${what} Cela a pris plus de ${minutes} minutes et rien d’autre n’est commencé : voyez la vue d’ensemble et le journal de l’agent.`,
      done: "Terminé : cluster.yaml est en vigueur.",
    },
  },
};
