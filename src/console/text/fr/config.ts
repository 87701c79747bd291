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
      `a été modifié sur le disque : cela compte quand l’agent sur ${node} a redémarré (systemctl restart hakit).`,
    differs: (node: string, other: string) =>
      `cluster.yaml n’est pas le même sur les deux : - sur ${node}, + sur ${other}.`,
    level: (node: string, other: string) =>
      `Écrire le texte de ${node} aussi sur ${other}`,
    written: (number: number, nodes: string) =>
      `La configuration ${number} est sur ${nodes}. Elle compte quand les agents ont redémarré : systemctl restart hakit d’abord sur le secondaire, puis sur l’autre nœud quand celui-là est à jour.`,
    newest: "la plus récente",
  },
};
