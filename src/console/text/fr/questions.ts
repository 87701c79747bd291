/** What the console says in French: the question before an action, which names the cost. */
import type { Texts } from "../en.ts";

export const questionsTexts: Pick<Texts, "questions"> = {
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
        `La copie de ${node} devient la bonne. Ce que ${peer} est seul à avoir écrit y est mis de côté et remplacé par la copie de ${node}. À faire seulement si ${peer} est éteint (regardez : si seul le réseau est coupé, les deux serviraient et écriraient) et ne reviendra pas, ou si vous savez que ${node} a les bonnes données.`,
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
      silent: (node: string, peer: string) =>
        `${peer} ne répond pas : on ne sait pas si quelqu’un assure le service. ${node} cesse de l’attendre, et ne prend plus le relais de lui-même.`,
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
    otherFolder: {
      title: (module: string, node: string) =>
        `Forcer ${node} comme primaire de ${module} avec un autre dossier ?`,
      cost: (node: string, peer: string) =>
        `Ce qui se trouve à la place du dossier mis en miroir sur ${node} n’est pas ce que ${node} a mis en miroir en dernier : peut-être un dossier vide, parce que le disque n’est pas monté. Cela devient la bonne copie, tel quel. Ce qui était mis en miroir sur ${node} ne sert plus, et ce que ${peer} a y est mis de côté et remplacé. À n’utiliser que si ce qui s’y trouve maintenant doit être la bonne copie ; sinon, montez d’abord le disque.`,
      confirm: (node: string) => `Forcer ${node} avec ce dossier`,
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
      on: "Cela compte de nouveau, sur les deux nœuds, dès maintenant.",
      "boot on":
        "Après un redémarrage de la machine, il démarre de lui-même, même s’il avait été arrêté, sur les deux nœuds, jusqu’à ce que ce soit changé de nouveau. Cette page le dit tout ce temps.",
      "boot auto":
        "Au démarrage comme le dit module.yaml, sur les deux nœuds, dès maintenant.",
      confirm: (what: string) => `Commuter ${what}`,
    },
  },
};
