/** What the console says in French: what to do about a refusal, by its code. */
import type { Texts } from "../en.ts";

export const remediesTexts: Pick<Texts, "remedies"> = {
  remedies: {
    "login-required":
      'Connectez-vous, ou envoyez "Authorization: Bearer CLÉ" avec une clé de "hakit key create"',
    "wrong-login":
      'Réessayez, ou demandez à un administrateur de faire "hakit user password NAME"',
    "wait": "Attendez aussi longtemps que Retry-After le dit, puis réessayez",
    "forbidden":
      "Demandez à quelqu’un qui a ce rôle, ou ce rôle à un administrateur",
    "csrf": "Rechargez la page et réessayez",
    "bad-request":
      "Corrigez ce que le message nomme ; /api/openapi.json dit ce que les programmes peuvent envoyer",
    "too-large": "Envoyez moins",
    "not-found": "Voyez dans /api/openapi.json ce qu’il y a",
    "no-such-module": 'Voyez "hakit module list"',
    "no-such-node": 'Voyez les noms des nœuds dans "hakit state"',
    "no-such-log": 'Voyez "hakit log MODULE --scripts"',
    "no-such-user": 'Voyez "hakit user list"',
    "no-such-key": 'Voyez "hakit key list"',
    "bad-user": "Corrigez ce que le message nomme",
    "bad-oidc": 'Voyez "hakit help oidc"',
    "bad-certificate": "Donnez un certificat PEM et sa propre clé privée PEM",
    "bad-archive":
      "Faites l’archive avec tar --format=ustar, de fichiers ordinaires",
    "bad-executable": "Donnez l’exécutable hakit construit pour cette machine",
    "bad-module": "Corrigez module.yaml là où le message le dit",
    "bad-cluster": "Corrigez cluster.yaml là où le message le dit",
    "restart-pending":
      'Faites "hakit upgrade --restart", ou "hakit upgrade --restart --this-node" tant que l’autre nœud est absent ; puis réessayez',
    "module-runs": "Faites ce que le message dit, puis réessayez",
    "peer-away":
      "Voyez si ce serveur revient bientôt ; la même commande avec --alone change ce nœud maintenant, et l’autre quand il répond",
    "changed-meanwhile": "Rechargez, et refaites la modification",
    "no-such-revision": 'Voyez "hakit module history NAME"',
    "nothing-staged": 'Envoyez-les d’abord : "hakit k3s upgrade DIR|VERSION"',
    "busy": "Réessayez dans quelques secondes",
    "peer-not-reachable":
      "Voyez si ce serveur est allumé, si hakit y tourne, et si le réseau entre les deux tient",
    "peer-failed": "Voyez agent.log de l’autre nœud",
    "refused": 'Voyez dans "hakit state" ce qui est possible maintenant',
    "starting": "Réessayez dans quelques secondes",
    "removed": 'Voyez "hakit module list"',
    "timeout": 'Voyez "hakit state" et le journal du module',
    "no-such-copy": 'Voyez "hakit copy list"',
    "no-such-salvage": 'Voyez "hakit salvage list" sur ce nœud',
    "salvage-in-use": "Réessayez quand cela sera terminé",
    "too-many-readers":
      "Fermez une page ou un programme qui suit les événements, puis réessayez",
    "other": "Voyez le journal du module et agent.log",
  },
};
