/** What the console says in French: point-in-time copies, and what is kept of a node that yielded. */
import type { Texts } from "../en.ts";

export const keptTexts: Pick<Texts, "kept"> = {
  kept: {
    title: (module: string) => `Copies de ${module}`,
    intro:
      "Ce qui est effacé par erreur l’est sur les deux nœuds ; une copie d’avant l’a encore. Une copie se trouve sur le même disque : ce n’est pas une sauvegarde.",
    takeTitle: "Prendre une copie",
    takeText:
      "Il faut un système de fichiers avec reflinks (XFS, Btrfs) ; elle n’occupe de place que pour ce qui change ensuite. Elle contient ce qui était confirmé à un instant, comme après une coupure de courant à cet instant. Les applications attendent pendant ce temps : 5 s au plus, ou il n’y en a pas.",
    take: (node: string) => `Prendre une copie sur ${node}`,
    keep:
      "Tant de copies y restent, les plus anciennes partent (vide : toutes)",
    nowhere: (module: string) =>
      `Aucun nœud n’est SECOND pour ${module} : une copie se prend là où les applications n’écrivent pas ; démarrez l’autre nœud, ou arrêtez le module sur celui-ci.`,
    busy: "En cours : cela peut prendre des minutes.",
    taken: (name: string, module: string, node: string) =>
      `La copie ${name} de ${module} est sur ${node}.`,
    on: (node: string) => `Sur ${node}`,
    none: "Il n’y a pas de copie.",
    silent: (node: string) =>
      `${node} n’est pas joint : ce qu’il garde n’est pas montré.`,
    serves: (node: string) =>
      `Le service est sur ${node} : ce que ce nœud garde se voit quand il n’y est pas (après un échange).`,
    kinds: {
      taken: "prise de tous les répertoires en miroir",
      replaced: "ce qui était là avant qu’une copie soit restaurée",
      resync:
        "le dernier état entier de ce nœud, gardé jusqu’à ce qu’il soit à jour",
    },
    restore: "Restaurer",
    drop: "Détruire",
    runs: (module: string, role: string, node: string) =>
      `Une copie peut être restaurée quand ${module} est arrêté sur les deux nœuds : il est ${role} sur ${node}.`,
    questions: {
      restore: {
        title: (name: string) => `Restaurer ${name} ?`,
        cost: (module: string, node: string) =>
          `Elle prend la place des données actuelles de ${module} sur ${node}, et à la fin de celles de l’autre nœud. Ce qui est sur ${node} maintenant est gardé comme copie.`,
        mayServe: (module: string, node: string) =>
          `${node} ne répond pas : il sert peut-être ${module} en ce moment, et continue avec des données plus récentes. Quand les deux nœuds se retrouveront, ce qu’un seul d’entre eux a écrit sera mis de côté.`,
        confirm: "La restaurer",
      },
      drop: {
        title: (name: string) => `Détruire la copie ${name} ?`,
        cost: (module: string, node: string) =>
          `Ce que seule cette copie de ${module} sur ${node} contient encore sera perdu.`,
        confirm: "La détruire",
      },
    },
    restored: (name: string, module: string, node: string, before: string) =>
      `${name} est dans les répertoires de ${module} sur ${node} ; ce qui y était est gardé comme ${before}. Maintenant : « hakit prim ${module} --node ${node} » ; puis démarrez-le sur l’autre nœud, qui reçoit le tout.`,
    dropped: (name: string, node: string) =>
      `La copie ${name} n’est plus sur ${node}.`,
    notCounted: "taille pas encore comptée",
    sizes:
      "Ce qu’une copie partage avec les données, ou avec une autre copie, est compté dans chacune : ensemble elles prennent moins de place que leur somme.",
    salvage: {
      told: (module, node) =>
        `Pendant que les deux nœuds ne se voyaient pas, ${node} a continué seul d’écrire pour ${module}. Depuis, ce sont les données de l’autre nœud qui comptent ; ce que seul ${node} avait écrit n’est utilisé nulle part, mais gardé ici :`,
      askAdministrator: "Un administrateur peut le télécharger ou le détruire.",
      size: (bytes) => `${bytes} sur le disque`,
      show: "Quels fichiers",
      download: "Télécharger (.tar)",
      drop: "Détruire",
      title: (node) => `Détruire ce que seul ${node} avait écrit ?`,
      cost: (at) =>
        `Ce qui a été gardé le ${at} n’existe nulle part ailleurs : téléchargez-le d’abord si quelqu’un peut en avoir besoin. Quand plus rien n’est gardé, l’avertissement de la vue d’ensemble disparaît aussi.`,
      type: (module) => `Tapez le nom du module, ${module}, pour le faire`,
      confirm: "Détruire l’unique copie",
      note: {
        where: (paths) => `une copie entière, dans ${paths}`,
        title: (node) => `Supprimer la note sur la copie de ${node} ?`,
        cost: (at, paths) =>
          `La copie entière du ${at} reste dans ${paths} : seule la note disparaît, et l’avertissement de la vue d’ensemble quand plus rien d’autre n’est gardé. Supprimez le dossier vous-même quand personne n’en a plus besoin.`,
        confirm: "Supprimer la note",
      },
    },
  },
};
