/** What the console says in French: the form of module.yaml: its groups, then labels and explanations of its keys. */
import type { Texts } from "../en.ts";

export const moduleKeysTexts: Pick<Texts, "groups" | "fields"> = {
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
      hint: "par défaut : celle dont le réseau la contient",
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
