/** What the console says in French: the form of cluster.yaml: its groups, then labels and explanations of its keys. */
import type { Texts } from "../en.ts";

export const clusterKeysTexts: Pick<Texts, "clusterGroups" | "clusterFields"> =
  {
    clusterGroups: {
      nodes: "Nœuds et liens",
      life: "Signal de vie et chien de garde",
      console: "Console et API",
      notifications: "Notifications",
      other: "Autre",
    },
    clusterFields: {
      nodes: { label: "Nœud", hint: "le premier d’abord" },
      name: { label: "Nom", hint: "reste tel quel" },
      addresses: {
        label: "Adresse",
        hint: "une par lien, dans le même ordre sur les deux",
      },
      links: { label: "Lien", hint: "dans l’ordre des adresses" },
      trusted: {
        label: "De confiance",
        hint: "un câble à part : pas de chiffrement dessus",
      },
      heartbeat: { label: "Signal de vie", hint: "" },
      period: { label: "Tous les", hint: "300ms ; au plus un tiers du délai" },
      timeout: { label: "Perdu après", hint: "2.1s de silence" },
      port: { label: "Port", hint: "UDP" },
      split_brain: { label: "Après un split brain", hint: "" },
      keep: {
        label: "Les données qui restent",
        hint:
          "le nom d’un nœud ; vide : ce que dit le témoin ou l’ancien primaire",
      },
      watchdog: {
        label: "Chien de garde",
        hint: "redémarre une machine qui n’a pu céder ses services",
      },
      device: { label: "Périphérique", hint: "/dev/watchdog" },
      "watchdog.timeout": { label: "Redémarre après", hint: "10s sans signe" },
      stop: { label: "Temps pour arrêter", hint: "60s" },
      console: { label: "Console et API", hint: "" },
      "console.port": { label: "Port", hint: "HTTPS" },
      http: {
        label: "Sans chiffrement",
        hint: "pour cette machine, ou un proxy qui parle HTTPS",
      },
      "http.port": { label: "Port", hint: "HTTP" },
      address: { label: "Adresse", hint: "" },
      trusted_proxies: {
        label: "Proxy inverse",
        hint: "127.0.0.1 ; crus sur l’origine des requêtes",
      },
      notifications: { label: "Notifications", hint: "" },
      email: { label: "Courriel", hint: "" },
      to: { label: "À", hint: "ops@example.com" },
      from: { label: "De", hint: "hakit@example.com" },
      server: { label: "Serveur", hint: "" },
      "email.port": { label: "Port", hint: "587, ou 465 avec tls" },
      security: { label: "Chiffrement", hint: "" },
      user: { label: "Utilisateur", hint: "" },
      password_file: {
        label: "Fichier du mot de passe",
        hint: "sur les deux nœuds : /etc/hakit/smtp-password",
      },
      ca_file: { label: "Fichier de son autorité", hint: "PEM" },
      events: { label: "Seulement", hint: "par défaut : tout" },
      level: { label: "À partir du niveau", hint: "" },
      webhooks: { label: "Webhook", hint: "" },
      url: {
        label: "URL",
        hint: "ou un fichier ci-dessous si elle est secrète",
      },
      url_file: { label: "Fichier de l’URL", hint: "sur les deux nœuds" },
      template: { label: "Forme", hint: "" },
      template_file: {
        label: "Fichier d’une forme à vous",
        hint: "JSON avec {subject}, {text}, {level} ; sur les deux nœuds",
      },
      header_file: {
        label: "Fichier d’un en-tête",
        hint: "Authorization: Bearer …",
      },
      syslog: {
        label: "Syslog",
        hint: "sans serveur : celui de cette machine",
      },
      facility: { label: "Facility", hint: "" },
      "syslog.port": { label: "Port", hint: "514" },
      language: {
        label: "Langue",
        hint: "des courriels et webhooks ; par défaut : en",
      },
      every: { label: "Au plus un message par", hint: "30s" },
    },
  };
