/** What the agent says, in French. */
import type { Phrases } from "../en/phrases.ts";

export const phrases: Phrases = {
  // How sentences follow each other: the full stop, and what stands after it.
  ".": ".",
  " ": " ",
  // A module as a whole (src/agent/module_sentence.ts).
  'No module is installed: see "hakit help module".':
    'Aucun module n’est installé : voir "hakit help module".',
  "{module} runs on BOTH nodes (ALONE on {node} and on {peer}): they were parted; one of them yields now, and what it alone wrote is kept aside.":
    "{module} tourne sur LES DEUX nœuds (ALONE sur {node} et sur {peer}) : ils étaient séparés ; l’un des deux cède maintenant, et ce qu’il est seul à avoir écrit est mis de côté.",
  "{module} is on its way to {role} on {node}.":
    "{module} est en route vers {role} sur {node}.",
  "{module} runs on {node}, and its applications hang: writes wait for {peer}.":
    "{module} tourne sur {node}, et ses applications sont bloquées : les écritures attendent {peer}.",
  "{module} runs on {node} (PRIM), but clients do not reach it: {why=}.":
    "{module} tourne sur {node} (PRIM), mais les clients ne l’atteignent pas : {why}.",
  "{module} runs ALONE on {node}, but clients do not reach it: {why=}.":
    "{module} tourne seul (ALONE) sur {node}, mais les clients ne l’atteignent pas : {why}.",
  "{module} runs on {node} (PRIM); {peer} {copy!} and {takes=}.":
    "{module} tourne sur {node} (PRIM) ; {peer} {copy} et {takes}.",
  "stands by": "se tient prêt",
  "holds an identical copy": "a une copie identique",
  "holds a copy that DIFFERS in {count} places":
    "a une copie qui DIFFÈRE en {count} endroits",
  "does not take over if {node} dies: {why=}":
    "ne prend pas le relais si {node} tombe en panne : {why}",
  "its ping of {addresses*} is not answered":
    "son ping de {addresses} reste sans réponse",
  "the witness {address} is being removed":
    "le témoin {address} est en train d’être retiré",
  "the two nodes do not heed the same witness":
    "les deux nœuds ne suivent pas le même témoin",
  "the witness {address} does not answer it":
    "le témoin {address} ne lui répond pas",
  "the witness {address} has not been told yet that its copy is level":
    "on n’a pas encore dit au témoin {address} que sa copie est au même niveau",
  "begins to take over {when=} after {node} dies":
    "commence à prendre le relais {when} après une panne de {node}",
  "serves {when=} after {node} dies (its last takeover took {took} s)":
    "assure le service {when} après une panne de {node} (sa dernière prise de relais a duré {took} s)",
  "about {seconds} s": "environ {seconds} s",
  "{module} runs on {node} (PRIM); {peer} is not ready to take over now.":
    "{module} tourne sur {node} (PRIM) ; {peer} n’est pas prêt à prendre le relais maintenant.",
  "{module} runs ALONE on {node}; {peer} is being brought up to date: {progress=}. Until then {peer} cannot take over.":
    "{module} tourne seul (ALONE) sur {node} ; {peer} est en train d’être mis à jour : {progress}. D’ici là, {peer} ne peut pas prendre le relais.",
  'paused{done?}, "hakit resync continue {module}" lets it go on':
    'copie en pause{done} ; "hakit resync continue {module}" la reprend',
  " at {percent} % of {total*}": " à {percent} % de {total}",
  "names are compared first": "les noms sont d’abord comparés",
  "almost done": "presque terminé",
  "{percent} % of {total*} at {rate*}/s{left?}":
    "{percent} % de {total} à {rate}/s{left}",
  ", {time*} left": ", reste {time}",
  "{module} runs ALONE on {node}: {peer} is not reachable, nothing written now has a second copy{behind?}; start {peer}, or repair the links between the nodes.":
    "{module} tourne seul (ALONE) sur {node} : {peer} n’est pas joint, rien de ce qui est écrit maintenant n’a de deuxième copie{behind} ; démarrez {peer}, ou réparez les liens entre les nœuds.",
  "If {peer} is on, it may serve {module}, too: then what one of the two writes is set aside.":
    "Si {peer} est allumé, il sert peut-être aussi {module} : alors ce qu’écrit l’un des deux est mis de côté.",
  'Look at {peer}; if it serves, say "hakit stop {module}" on one of them now.':
    'Regardez {peer} ; s’il sert, faites "hakit stop {module}" sur l’un des deux maintenant.',
  " ({bytes*} so far)": " ({bytes} jusqu’ici)",
  '{module} runs ALONE on {node}: it is not installed on {peer}, nothing written now has a second copy; say "hakit module config {module} --apply" on {node} to install it on both.':
    '{module} tourne seul (ALONE) sur {node} : il n’est pas installé sur {peer}, rien de ce qui est écrit maintenant n’a de deuxième copie ; faites "hakit module config {module} --apply" sur {node} pour l’installer sur les deux.',
  "{module} runs ALONE on {node}; {peer} connects to be brought up to date{behind?}.":
    "{module} tourne seul (ALONE) sur {node} ; {peer} se connecte pour être mis à jour{behind}.",
  '{module} runs ALONE on {node}: it is stopped on {peer}, nothing written now has a second copy{behind?}; say "hakit start {module}" on {peer}.':
    '{module} tourne seul (ALONE) sur {node} : il est arrêté sur {peer}, rien de ce qui est écrit maintenant n’a de deuxième copie{behind} ; faites "hakit start {module}" sur {peer}.',
  "{module} runs ALONE on {node}; {peer} waits.":
    "{module} tourne seul (ALONE) sur {node} ; {peer} attend.",
  "{module} is not installed on {node} and does not run on {peer}.":
    "{module} n’est pas installé sur {node} et ne tourne pas sur {peer}.",
  "{module} is not installed on {node}; whether {peer}, which is not reachable, runs it is not known here.":
    "{module} n’est pas installé sur {node} ; on ne sait pas ici si {peer}, qui n’est pas joint, le fait tourner.",
  "{module} does not run on {node}; whether {peer}, which is not reachable, runs it is not known here.":
    "{module} ne tourne pas sur {node} ; on ne sait pas ici si {peer}, qui n’est pas joint, le fait tourner.",
  "{module} runs nowhere: {node} is secondary and sees no primary.":
    "{module} ne tourne nulle part : {node} est secondaire et ne voit pas de primaire.",
  "{module} is {doing!} on {node}.": "{module} est {doing} sur {node}.",
  "starting": "en train de démarrer",
  "stopping": "en train de s’arrêter",
  "{peer} is not reachable.": "{peer} n’est pas joint.",
  "{module} runs nowhere: {node} waits.":
    "{module} ne tourne nulle part : {node} attend.",
  "{module} runs nowhere: it is stopped on {node}, and {peer} waits.":
    "{module} ne tourne nulle part : il est arrêté sur {node}, et {peer} attend.",
  '{module} is stopped on {where=}: say "hakit start {module}"{newer?}.':
    '{module} est arrêté sur {where} : faites "hakit start {module}"{newer}.',
  "both nodes": "les deux nœuds",
  " on both": " sur les deux",
  " on both; {node} has the newer data":
    " sur les deux ; {node} a les données les plus récentes",
  // Warnings (src/agent/warnings.ts).
  'MAINTENANCE: {switch*} for {module} on {node}: {meaning=}; "hakit {what} {how} -m {module}" ends it.':
    'MAINTENANCE : {switch} pour {module} sur {node} : {meaning} ; "hakit {what} {how} -m {module}" y met fin.',
  "a process that dies has no consequence":
    "la mort d’un processus reste sans suite",
  "what checkers find has no consequence":
    "ce que les contrôles trouvent reste sans suite",
  "if its node dies the service is down until a person moves it":
    "si son nœud tombe en panne, le service est arrêté jusqu’à ce qu’une personne le déplace",
  "it is not started at boot": "il n’est pas démarré avec la machine",
  "not as module.yaml says": "autrement que ne le dit module.yaml",
  "The copies of {module} DIFFER in {count} places (its log names them).":
    "Les copies de {module} DIFFÈRENT en {count} endroits (son journal les nomme).",
  "First find the failing disk (on both nodes: dmesg, smartctl).":
    "Cherchez d’abord le disque défaillant (sur les deux nœuds : dmesg, smartctl).",
  'If it is the primary\'s, "hakit swap {module}" first; then "hakit verify {module} --repair", which overwrites the secondary\'s differing places with the primary\'s and keeps nothing of them.':
    'Si c’est celui du primaire, d’abord "hakit swap {module}" ; puis "hakit verify {module} --repair", qui écrase les endroits différents du secondaire avec ceux du primaire et n’en garde rien.',
  '{node} runs hakit {version} and {peer} {other}: finish with "hakit upgrade FILE", or take it back with "hakit upgrade --back".':
    '{node} a hakit {version} et {peer} {other} : terminez avec "hakit upgrade FILE", ou revenez en arrière avec "hakit upgrade --back".',
  'split_brain.keep is {mine=} on {node} and {theirs=} on {peer}, so it counts for nothing: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one.':
    'split_brain.keep est {mine} sur {node} et {theirs} sur {peer} : il ne compte pas ; rendez-le identique dans cluster.yaml des deux nœuds, puis faites "hakit upgrade --restart" sur l’un des deux.',
  "nothing": "vide",
  'cluster.yaml differs between {node} and {peer} ({parts*}): make it the same on both, then "hakit upgrade --restart" on one: the agents begin again one after the other, and services change places.':
    'cluster.yaml diffère entre {node} et {peer} ({parts}) : rendez-le identique sur les deux, puis faites "hakit upgrade --restart" sur l’un des deux : les agents redémarrent l’un après l’autre, et les services changent de place.',
  'KEPT DATA of {module} on {node}: it was written on both nodes apart, and what only {node} wrote is not in use but kept; there, "hakit salvage show {module}/{copy}" lists it, "hakit salvage export {module}/{copy} FILE" saves it as an archive; "hakit salvage drop {module}/{copy}" destroys the only copy, and ends this warning.':
    'DONNÉES GARDÉES de {module} sur {node} : les deux nœuds ont écrit chacun de son côté, et ce que seul {node} a écrit n’est pas utilisé mais gardé ; là-bas, "hakit salvage show {module}/{copy}" le montre, "hakit salvage export {module}/{copy} FILE" l’enregistre dans une archive ; "hakit salvage drop {module}/{copy}" détruit l’unique copie et met fin à cet avertissement.',
  'heartbeat.timeout is {mine} ms on {node} and {theirs} ms on {peer}: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one; until then leases follow the shorter one.':
    'heartbeat.timeout est de {mine} ms sur {node} et de {theirs} ms sur {peer} : rendez-le identique dans cluster.yaml des deux nœuds, puis faites "hakit upgrade --restart" sur l’un des deux ; d’ici là, c’est le plus court qui compte.',
  "A packet of {bytes} bytes does not pass the link {local} to {remote}, small ones do: heartbeats go on, and the mirror's connection opens and stands still; mend the switch or the tunnel in between, or on both nodes \"ip link set INTERFACE mtu {mtu}\", and the same in the network's configuration.":
    'Un paquet de {bytes} octets ne passe pas par le lien {local} vers {remote}, les petits passent : les signaux de vie continuent, la connexion du miroir s’ouvre puis s’immobilise ; réparez le commutateur ou le tunnel entre les deux, ou sur les deux nœuds "ip link set INTERFACE mtu {mtu}", et de même dans la configuration du réseau.',
  "The link {local} to {remote} is down: the nodes still hear each other on another one; check cable, switch and firewall.":
    "Le lien {local} vers {remote} est coupé : les nœuds s’entendent encore par un autre ; vérifiez le câble, le commutateur et le pare-feu.",
  'There is only one link between the nodes, so one broken cable can part them: with every module stopped, give each node a second address in cluster.yaml of both, then "hakit upgrade --restart".':
    'Il n’y a qu’un lien entre les nœuds, et un seul câble coupé les sépare : tous les modules arrêtés, donnez à chaque nœud une deuxième adresse dans cluster.yaml des deux, puis faites "hakit upgrade --restart".',
  // Who decides when the nodes are parted (src/agent/arbiter_sentence.ts).
  "There is no arbiter: if all links break at once, both nodes may become primary.":
    "Il n’y a pas d’arbitre : si tous les liens sont coupés à la fois, les deux nœuds peuvent devenir primaires.",
  "On reconnect one of them yields, and what it alone wrote is kept aside.":
    "Quand ils se retrouvent, l’un des deux cède, et ce qu’il est seul à avoir écrit est mis de côté.",
  'A witness excludes that: "hakit witness install" on a third machine, then "hakit witness add ADDRESS" here (see "hakit help witness").':
    'Un témoin exclut cela : "hakit witness install" sur une troisième machine, puis "hakit witness add ADDRESS" ici (voir "hakit help witness").',
  'The arbiter does not answer from {node} (ping {addresses*}): when the links break or the other node dies now, this node stops what it serves, and as SECOND does not take over; mend the way to it, or say "hakit witness remove" while both nodes run.':
    'L’arbitre ne répond pas à {node} (ping {addresses}) : si les liens sont coupés ou si l’autre nœud tombe en panne maintenant, ce nœud arrête ce qu’il sert, et en tant que SECOND il ne prend pas le relais ; réparez le chemin jusqu’à lui, ou faites "hakit witness remove" pendant que les deux nœuds tournent.',
  "The arbiter is a ping of {addresses*}: a node that is cut off stops.":
    "L’arbitre est un ping de {addresses} : un nœud isolé s’arrête.",
  "It cannot exclude two primaries: when only the links between the nodes break, both reach it.":
    "Il ne peut pas exclure deux primaires : si seuls les liens entre les nœuds sont coupés, les deux l’atteignent.",
  'The {witness!} is being removed: until that is done on both nodes, neither goes on without the other; say "hakit witness remove" again.':
    'Le {witness} est en train d’être retiré : tant que ce n’est pas fait sur les deux nœuds, aucun ne continue sans l’autre ; refaites "hakit witness remove".',
  'The {witness!} does not answer {node}: two primaries stay excluded and mirrored modules run on, but should the other node die now, the service stops until the {witness!} is back; see "systemctl status hakit-witness" there, its UDP port, and whether "hakit witness list" there names this cluster.':
    'Le {witness} ne répond pas à {node} : deux primaires restent exclus et les modules en miroir continuent, mais si l’autre nœud tombe en panne maintenant, le service s’arrête jusqu’au retour du {witness} ; voyez là-bas "systemctl status hakit-witness", son port UDP, et si "hakit witness list" y nomme ce cluster.',
  'The {witness!} has not answered {node} yet: until it does there is no failover, and should the other node die the service stops; if it was not done yet: "hakit witness admit" there.':
    'Le {witness} n’a pas encore répondu à {node} : d’ici là il n’y a pas de basculement, et si l’autre nœud tombe en panne, le service s’arrête ; si ce n’est pas encore fait : "hakit witness admit" là-bas.',
  "The {witness!} decides: two primaries are excluded; should it and a node fail together, the service stops.":
    "Le {witness} décide : deux primaires sont exclus ; si lui et un nœud tombent en panne ensemble, le service s’arrête.",
  "The {witness!} answers and has not been told yet who is up to date; that follows when both nodes are level.":
    "Le {witness} répond, et on ne lui a pas encore dit qui est à jour ; cela suit quand les deux nœuds sont au même niveau.",
  '{node} heeds a witness and {peer} does not: should {node} die, {peer} does not go on without a person; on {node}, while both run, say "hakit witness add" again, or "hakit witness remove".':
    '{node} s’en remet à un témoin et {peer} non : si {node} tombe en panne, {peer} ne continue pas sans l’ordre d’une personne ; sur {node}, quand les deux tournent, refaites "hakit witness add", ou faites "hakit witness remove".',
  '{node} and {peer} heed different witnesses: neither goes on without the other one, or a person; on the node whose witness is the right one, while both run, say "hakit witness add" again.':
    '{node} et {peer} s’en remettent à des témoins différents : aucun ne continue sans l’autre, ou sans l’ordre d’une personne ; sur le nœud dont le témoin est le bon, quand les deux tournent, refaites "hakit witness add".',
  "witness {address}": "témoin {address}",
  // Why a node waits: whose data (src/machine/verdict.ts).
  'failover is off: waits for {peer} to run the module again; to run it on {node}: "hakit prim {module} --node {node}"':
    'le basculement est désactivé : attend que {peer} fasse de nouveau tourner le module ; pour le faire tourner sur {node} : "hakit prim {module} --node {node}"',
  "the replicator of {node} has not started: see replicator.log of {module} on {node} (in /var/log/hakit/{module}); it may only be slow, and is tried again{meanwhile?}":
    "le réplicateur de {node} n’a pas démarré : voyez replicator.log de {module} sur {node} (dans /var/log/hakit/{module}) ; il n’est peut-être que lent, et de nouveaux essais suivent{meanwhile}",
  '; to go on with the copy of {peer}, which may lack the last writes: "hakit prim {module} --node {peer}"':
    ' ; pour continuer avec la copie de {peer}, à laquelle les dernières écritures peuvent manquer : "hakit prim {module} --node {peer}"',
  "the replicator is starting": "le réplicateur démarre",
  "listens to {peer}": "écoute {peer}",
  "listens for {peer}": "cherche à entendre {peer}",
  "{peer} is {role} with older data":
    "{peer} est {role} avec des données plus anciennes",
  "{peer} is {role}": "{peer} est {role}",
  "{peer} is SECOND and decides whether it takes over":
    "{peer} est SECOND et décide s’il prend le relais",
  "{peer} is still stopping": "{peer} est encore en train de s’arrêter",
  "{peer} starts first": "{peer} démarre d’abord",
  "the replicator of {peer} has not started, so nobody knows whose data is newer: see replicator.log of {module} on {peer} (in /var/log/hakit/{module}); it may only be slow, and is tried again{or?}":
    "le réplicateur de {peer} n’a pas démarré, on ne sait donc pas qui a les données les plus récentes : voyez replicator.log de {module} sur {peer} (dans /var/log/hakit/{module}) ; il n’est peut-être que lent, et de nouveaux essais suivent{or}",
  '; if the copy of {node} is good: "hakit prim {module} --node {node}"':
    ' ; si la copie de {node} est bonne : "hakit prim {module} --node {node}"',
  "the replicator of {peer} does not run yet":
    "le réplicateur de {peer} ne tourne pas encore",
  'first start: neither node has data of this module yet; say "hakit prim {module}" on the node whose data is good':
    'premier démarrage : aucun des nœuds n’a encore de données de ce module ; faites "hakit prim {module}" sur le nœud dont les données sont bonnes',
  'both nodes wrote without the other, and a person must say whose data stays: that of {node}{mine?} by "hakit prim {module} --node {node}", or that of {peer}{theirs?} by "hakit prim {module} --node {peer}"; what only the losing side has is kept aside':
    'les deux nœuds ont écrit l’un sans l’autre, et quelqu’un doit dire quelles données restent : celles de {node}{mine} par "hakit prim {module} --node {node}", ou celles de {peer}{theirs} par "hakit prim {module} --node {peer}" ; ce que le côté perdant est seul à avoir est mis de côté',
  " (half made)": " (faite à moitié)",
  " (not up to date)": " (pas à jour)",
  'the copy of {node} is not up to date and {peer} has none that is; to go on with that of {node}: "hakit prim {module} --node {node}"':
    'la copie de {node} n’est pas à jour et {peer} n’en a pas qui le soit ; pour continuer avec celle de {node} : "hakit prim {module} --node {node}"',
  'the copy of {node} is half made (files old, new or torn) and {peer} has none that is whole; only if no better one comes back: "hakit primforce {module} --node {node}"':
    'la copie de {node} est faite à moitié (fichiers anciens, nouveaux ou déchirés) et {peer} n’en a pas d’entière ; seulement si aucune meilleure ne revient : "hakit primforce {module} --node {node}"',
  '{peer} is empty and {node} was SECOND, so the copy of {node} may lack the last writes; if it is good: "hakit prim {module} --node {node}"':
    '{peer} est vide et {node} était SECOND : les dernières écritures peuvent manquer à la copie de {node} ; si elle est bonne : "hakit prim {module} --node {node}"',
  '{peer} has the newer copy, but says itself that it is not whole or not up to date; if it is good: "hakit prim {module} --node {peer}"':
    '{peer} a la copie la plus récente, mais dit lui-même qu’elle n’est pas entière ou pas à jour ; si elle est bonne : "hakit prim {module} --node {peer}"',
  '{node} has no data, and the copy of {peer} may lack the last writes; if that one is good: "hakit prim {module} --node {peer}"':
    '{node} n’a pas de données, et les dernières écritures peuvent manquer à la copie de {peer} ; si celle-ci est bonne : "hakit prim {module} --node {peer}"',
  "{peer} has the newer data and starts first":
    "{peer} a les données les plus récentes et démarre d’abord",
  '{peer} has the newer data and is stopped: say "hakit start {module} --node {peer}"; to give up what only {peer} wrote: "hakit prim {module} --node {node}"':
    '{peer} a les données les plus récentes et est arrêté : faites "hakit start {module} --node {peer}" ; pour abandonner ce que seul {peer} a écrit : "hakit prim {module} --node {node}"',
  '{peer} has the data and is stopped, {node} has none: say "hakit start {module} --node {peer}"':
    '{peer} a les données et est arrêté, {node} n’en a pas : faites "hakit start {module} --node {peer}"',
  '{peer} has the data and is stopped, {node} has half a copy: say "hakit start {module} --node {peer}"':
    '{peer} a les données et est arrêté, {node} n’a qu’une moitié de copie : faites "hakit start {module} --node {peer}"',
  '{peer} cannot start: {why=}; if the copy of {node}{flaw?} is the right one: "hakit prim {module} --node {node}"':
    '{peer} ne peut pas démarrer : {why} ; si la copie de {node}{flaw} est la bonne : "hakit prim {module} --node {node}"',
  "what stands in its directories is not what its state knows":
    "ce qui se trouve dans ses répertoires n’est pas ce que son état connaît",
  "{peer} would start first and cannot: {why=}. Mend that{or?}":
    "{peer} démarrerait d’abord et ne le peut pas : {why}. Remédiez-y{or}",
  '; if the copy of {peer} is gone for good: "hakit prim {module} --node {node}", without what only {peer} wrote':
    ' ; si la copie de {peer} est perdue pour de bon : "hakit prim {module} --node {node}", sans ce que seul {peer} a écrit',
  ', or "hakit stop {module} --node {peer}": {node} then starts with the same data':
    ', ou "hakit stop {module} --node {peer}" : {node} démarre alors avec les mêmes données',
  "{peer} was primary last and starts first":
    "{peer} a été primaire en dernier et démarre d’abord",
  "{peer} has no such module": "{peer} n’a pas ce module",
  "waits for {peer}, which {how!}: {why=}": "attend {peer}, qui {how} : {why}",
  "does not answer": "ne répond pas",
  "has no such module": "n’a pas ce module",
  '{node} has no data yet; if there is none elsewhere: "hakit prim {module} --node {node}"':
    '{node} n’a pas encore de données ; s’il n’y en a pas ailleurs : "hakit prim {module} --node {node}"',
  'it has the whole copy: bring it back, as that of {node} is half made (files old, new or torn); only if the disk of {peer} is gone for good: "hakit primforce {module} --node {node}"':
    'il a la copie entière : ramenez-le, car celle de {node} est faite à moitié (fichiers anciens, nouveaux ou déchirés) ; seulement si le disque de {peer} est perdu pour de bon : "hakit primforce {module} --node {node}"',
  "it has newer data; {then=}": "il a des données plus récentes ; {then}",
  "it may have newer data; {then=}":
    "il a peut-être des données plus récentes ; {then}",
  'if it is off and will not come back: "hakit prim {module} --node {node}"':
    's’il est éteint et ne revient pas : "hakit prim {module} --node {node}"',
  'if it will not be installed on {peer} again: "hakit prim {module} --node {node}"':
    's’il ne sera plus installé sur {peer} : "hakit prim {module} --node {node}"',
  // Why a node waits: who may go on alone (src/machine/permission.ts, witness_word.ts).
  'the witness {address} has let {peer} go on alone; {node} follows when it hears it; if {peer} is off and will not come back: "hakit prim {module} --node {node}"':
    'le témoin {address} a laissé {peer} continuer seul ; {node} le suit dès qu’il l’entend ; si {peer} est éteint et ne revient pas : "hakit prim {module} --node {node}"',
  "the witness is being removed, and nothing else says that {peer} has stopped; {then=}":
    "le témoin est en train d’être retiré, et rien d’autre ne dit que {peer} s’est arrêté ; {then}",
  "the witness {address} hears {peer} as primary: it serves, and nothing is down; mend the links between the nodes, {node} then follows by itself":
    "le témoin {address} entend {peer} comme primaire : il assure le service, rien n’est en panne ; réparez les liens entre les nœuds, {node} suit alors de lui-même",
  "waits for {peer} or the witness {address}, which both do not answer; {then=}":
    "attend {peer} ou le témoin {address}, qui ne répondent ni l’un ni l’autre ; {then}",
  "waits for the word of {peer}, or of the witness {address}; {then=}":
    "attend la parole de {peer}, ou celle du témoin {address} ; {then}",
  'if {peer} is surely off (look): {how?}"hakit prim {module} --node {node}"; what only {peer} wrote is then set aside':
    'si {peer} est sûrement éteint (vérifiez sur place) : {how}"hakit prim {module} --node {node}" ; ce que seul {peer} a écrit est alors mis de côté',
  '"hakit stop {module} --node {node}", then ':
    '"hakit stop {module} --node {node}", puis ',
  "waits for the word of {peer}": "attend la parole de {peer}",
  "the witness {address} remembers nothing of {module} (a new disk?), and {peer} does not answer; {then=}":
    "le témoin {address} ne se souvient pas de {module} (un nouveau disque ?), et {peer} ne répond pas ; {then}",
  "{peer} may still be primary for a moment, says the witness":
    "{peer} est peut-être encore primaire pour un instant, dit le témoin",
  "{peer} may have gone on alone; {then=}":
    "{peer} a peut-être continué seul ; {then}",
  '{peer} may have gone on by its witness, which {node} does not heed: say "hakit witness add" again on {peer} when both run; {then=}':
    '{peer} a peut-être continué avec l’accord de son témoin, auquel {node} ne s’en remet pas : refaites "hakit witness add" sur {peer} quand les deux tournent ; {then}',
  "tells the witness that this node goes on":
    "signale au témoin que ce nœud continue",
  "pings {addresses*}": "ping de {addresses} en cours",
  "neither {peer} nor {addresses=} answers, so {node} seems to be cut off; it goes on when {peer} is heard; {then=}":
    "ni {peer} ni {addresses} ne répond : {node} semble isolé ; il continue dès que {peer} est entendu ; {then}",
  "{address} nor {more=}": "{address} ni {more}",
  "no ping of {addresses*} can be sent from {node}; {then=}":
    "aucun ping vers {addresses} ne peut être envoyé depuis {node} ; {then}",
  // Why a node left its role, or holds its writes (src/machine).
  "{why=}; what runs here is stopped first":
    "{why} ; ce qui tourne ici est d’abord arrêté",
  "{why!}, and {word=}": "{why}, et {word}",
  "{why!}: {word=}": "{why} : {word}",
  "{why=}, and this copy is not up to date":
    "{why}, et cette copie n’est pas à jour",
  "{why=}, and failover is off": "{why}, et le basculement est désactivé",
  "no heartbeat of {peer}": "{peer} ne donne plus signe de vie",
  "{peer} was not heard": "{peer} n’a pas été entendu",
  "{peer} was not heard since this agent began":
    "{peer} n’a pas été entendu depuis le démarrage de cet agent",
  "{peer} was not heard since this node stood still, and may have gone on":
    "{peer} n’a pas été entendu depuis que ce nœud s’est figé, et a peut-être continué",
  "{peer} does not have the module": "{peer} n’a pas le module",
  "{peer} was stopped": "{peer} a été arrêté",
  "{peer} left": "{peer} s’est retiré",
  "neither node is primary": "aucun des nœuds n’est primaire",
  "{peer} went on without this node": "{peer} a continué sans ce nœud",
  "{peer} goes on without this node": "{peer} continue sans ce nœud",
  "neither {peer} nor the witness has heard this node in time":
    "ni {peer} ni le témoin n’a entendu ce nœud à temps",
  "the data connection to {peer} is broken and it does not answer":
    "la connexion de données vers {peer} est rompue et il ne répond pas",
  "writes wait: the data connection to {peer} is broken and it has not recorded yet that its copy is behind":
    "les écritures attendent : la connexion de données vers {peer} est rompue et il n’a pas encore noté que sa copie est en retard",
  "writes wait: {why=}": "les écritures attendent : {why}",
  "the virtual address is not here, it is tried again: {problem=}":
    "l’adresse virtuelle n’est pas ici, de nouveaux essais suivent : {problem}",
  "was handing over": "passait la main",
  "what it served was taken away already":
    "ce qu’il servait lui a déjà été retiré",
  "stopstart": "arrêt et démarrage demandés",
  "starts {seconds} s after boot":
    "démarre {seconds} s après le démarrage de la machine",
  "could not let go of the data yet ({what=}); tried again":
    "n’a pas encore pu libérer les données ({what}) ; de nouveaux essais suivent",
  'failed {count} times in {period=}, last: {what=}; start it again when the cause is gone: "hakit start {module}"':
    '{count} échecs en {period}, le dernier : {what} ; redémarrez-le quand la cause aura disparu : "hakit start {module}"',
  "{count} hours": "{count} h",
  "{count} minutes": "{count} min",
  "{count} s": "{count} s",
  'rule {rule}: {why=}; start it again when the cause is gone: "hakit start {module}"':
    'règle {rule} : {why} ; redémarrez-le quand la cause aura disparu : "hakit start {module}"',
  "{why=} (rule {rule}); it goes on by itself when that has changed":
    "{why} (règle {rule}) ; cela continue tout seul quand cela aura changé",
  "waits for the first result of {resource}":
    "attend le premier résultat de {resource}",
  "{resource} is {state=}{detail?}": "{resource} est {state}{detail}",
  "up": "en marche",
  "down": "en panne",
  "init": "à son premier contrôle",
  "unknown": "non contrôlé",
  " ({detail=})": " ({detail})",
  "{why!} and {word=}": "{why} et {word}",
  "its condition holds": "sa condition est remplie",
  "nothing is decided here: the module's record cannot be saved, it is tried again: {why=}":
    "rien n’est décidé ici : l’état du module ne peut pas être enregistré, de nouveaux essais suivent : {why}",
  "the disk does not answer": "le disque ne répond pas",
  '{why=}; only if {peer} is gone for good: the state of {copy} (all later writes are missing) comes back by "hakit stop {module} --node {node}", "hakit copy restore {module} {copy} --node {node}", "hakit prim {module} --node {node}"':
    '{why} ; seulement si {peer} est perdu pour de bon : l’état de {copy} (toutes les écritures suivantes manquent) revient par "hakit stop {module} --node {node}", "hakit copy restore {module} {copy} --node {node}", "hakit prim {module} --node {node}"',
  // What failed here (src/machine, src/actions, src/replication).
  "the replicator died": "le réplicateur est mort",
  "the replicator is {phase}": "le réplicateur est {phase}",
  "the replicator does not run": "le réplicateur ne tourne pas",
  "the replicator ended": "le réplicateur s’est terminé",
  '{doing!} below "{path*}" failed: {error}':
    '{doing} sous "{path}" a échoué : {error}',
  "reading": "la lecture",
  "writing": "l’écriture",
  "fsync": "fsync",
  "this node's disk failed to sync: {error}":
    "le disque de ce nœud n’a pas pu tout enregistrer : {error}",
  "this node's disk has not ended {what=} for {seconds} s":
    "le disque de ce nœud n’a pas terminé {what} depuis {seconds} s",
  "an fsync": "un fsync",
  "a read": "une lecture",
  "the replicator has said nothing for {seconds} s":
    "le réplicateur ne dit plus rien depuis {seconds} s",
  "applications wait: the disk of {node} has not ended {what=} for {seconds} s":
    "les applications attendent : le disque de {node} n’a pas terminé {what} depuis {seconds} s",
  "applications may wait: the replicator on {node} has said nothing for {seconds} s":
    "les applications attendent peut-être : le réplicateur de {node} ne dit plus rien depuis {seconds} s",
  'the mount over "{path*}" is gone': 'le montage sur "{path}" a disparu',
  "script {script}: {what=}": "script {script} : {what}",
  "script {script} force: {what=}": "script {script} force : {what}",
  "replicator {command}: {what=}": "réplicateur, {command} : {what}",
  "take-addresses": "prise des adresses virtuelles",
  "release-addresses": "retrait des adresses virtuelles",
  "exit code {code}{log?}": "code de sortie {code}{log}",
  ', see "{log*}"': ', voir "{log}"',
  "took longer than {seconds} s and was ended{log?}":
    "a duré plus de {seconds} s et a été arrêté{log}",
  'Cannot take address "{address}": no interface has this node\'s address {near}, expected it on one of {names*}':
    'Impossible de prendre l’adresse "{address}" : aucune interface n’a l’adresse {near} de ce nœud, attendue sur l’une de {names}',
  'Cannot take address "{address}": interface "{device}" does not exist, expected one of {names*}':
    'Impossible de prendre l’adresse "{address}" : l’interface "{device}" n’existe pas, attendu l’une de {names}',
  'Cannot take address "{address}": the machine with MAC {mac} on {device} answers for it, expected nobody; take it off there, or choose another virtual address':
    'Impossible de prendre l’adresse "{address}" : la machine de MAC {mac} sur {device} y répond déjà ; retirez-la là-bas, ou choisissez une autre adresse virtuelle',
  '"{path*}" does not exist (tocheck in module.yaml): is the file system of "{folder*}" mounted?':
    '"{path}" n’existe pas (tocheck dans module.yaml) : le système de fichiers de "{folder}" est-il monté ?',
  '"{path*}" is not the folder that was mirrored (its disk is not mounted? see "findmnt"): mount it; or, if the disk was replaced on purpose: "hakit second {module} --full --node {node}" once {peer} serves; only if what stands in it now is meant to be the good copy: "hakit help primforce"':
    '"{path}" n’est pas le dossier mis en miroir (son disque n’est-il pas monté ? voyez "findmnt") : montez-le ; ou, si le disque a été remplacé exprès : "hakit second {module} --full --node {node}" une fois que {peer} assure le service ; seulement si ce qui s’y trouve maintenant doit être la bonne copie : "hakit help primforce"',
  '"{path*}" has newer data than the state of {node} knows of (was only the system disk restored?): if this data is the right one: "hakit primforce {module} --other-folder --node {node}"; if that of {peer} is: "hakit second {module} --full --node {node}" once {peer} serves':
    '"{path}" a des données plus récentes que l’état de {node} n’en connaît (seul le disque système a-t-il été restauré ?) : si ces données sont les bonnes : "hakit primforce {module} --other-folder --node {node}" ; si ce sont celles de {peer} : "hakit second {module} --full --node {node}" une fois que {peer} assure le service',
  '"{below*}" is a mount of its own below the mirrored directory "{path*}", which would hide it: mount it elsewhere (umount "{below*}"), and list it in module.yaml as a directory of its own if it is to be mirrored':
    '"{below}" est un montage à part sous le répertoire en miroir "{path}", qui le cacherait : montez-le ailleurs (umount "{below}"), et nommez-le dans module.yaml comme un répertoire à part s’il doit être mis en miroir',
  // Warnings of a module's replication (src/replication).
  "{module}: {notice!}": "{module} : {notice}",
  "no session with {address} port {port}: {why=}":
    "pas de session avec {address}, port {port} : {why}",
  "no session with the peer: {why=}":
    "pas de session avec l’autre nœud : {why}",
  "session with the primary ended: {why=}":
    "la session avec le primaire s’est terminée : {why}",
  "refused a connection from {address} on port {port}: {why=}":
    "une connexion de {address} sur le port {port} a été refusée : {why}",
  "Cannot listen on {address} port {port}: another program uses it (see: ss -ltnp)":
    "Impossible d’écouter sur {address}, port {port} : un autre programme l’utilise (voir : ss -ltnp)",
  "Cannot listen on {address} port {port}: {error} (is the address there?)":
    "Impossible d’écouter sur {address}, port {port} : {error} (l’adresse est-elle là ?)",
  "the peer's data is newer than this primary's: nothing is copied":
    "les données de l’autre nœud sont plus récentes que celles de ce primaire : rien n’est copié",
  "the peer's data is newer": "les données de l’autre nœud sont plus récentes",
  'changes wait: what differs cannot be recorded below "{path*}": {why*}':
    'les changements attendent : ce qui diffère ne peut pas être noté sous "{path}" : {why}',
  'no room below "{path*}" to record what differs: everything is compared instead':
    'plus de place sous "{path}" pour noter ce qui diffère : tout est comparé à la place',
  'no journal can be kept below "{path*}" (should both nodes die at once, everything is compared): {why*}':
    'aucun journal ne peut être tenu sous "{path}" (si les deux nœuds tombent en panne à la fois, tout est comparé) : {why}',
  "no further inode ids: {why*}": "plus de numéros d’inodes : {why}",
  '{peer} cannot hold what is mirrored: {why=}; make the file systems of both nodes alike ("hakit doctor" compares them), or change that file; it is tried again every 5 minutes':
    '{peer} ne peut pas contenir ce qui est répliqué : {why} ; rendez identiques les systèmes de fichiers des deux nœuds ("hakit doctor" les compare), ou modifiez ce fichier ; un nouvel essai a lieu toutes les 5 minutes',
  "its disk refuses {what=}: {error}": "son disque refuse {what} : {error}",
  "the attributes of {path*}": "les attributs de {path}",
  "this node's disk refuses what the primary wrote: {error}":
    "le disque de ce nœud refuse ce que le primaire a écrit : {error}",
  'this node\'s disk failed to sync: {error}; this copy is not used any more: look after the disk, then have everything compared ("hakit second {module} --full")':
    'le disque de ce nœud n’a pas pu tout enregistrer : {error} ; cette copie n’est plus utilisée : occupez-vous du disque, puis faites tout comparer ("hakit second {module} --full")',
  '{why!}: it has the only copy, and some of what was written lately may not be on it; look after the disk, start the other node, then compare ("hakit verify {module}")':
    '{why} : il a l’unique copie, et une partie de ce qui a été écrit récemment peut y manquer ; occupez-vous du disque, démarrez l’autre nœud, puis comparez ("hakit verify {module}")',
  "letting go of the data waits until this node's disk has all of it{more?}":
    "libérer les données attend que le disque de ce nœud les ait toutes{more}",
  ": the other node has not, so leave this one on":
    " : l’autre nœud ne les a pas, laissez donc celui-ci allumé",
  'letting go of the data waits until this node\'s disk has what was written through "{path*}"':
    'libérer les données attend que le disque de ce nœud ait ce qui a été écrit par "{path}"',
  '{count} excluded names stood in directories that the primary has not: they are kept in "{path*}" of the mirrored directory':
    '{count} noms exclus étaient dans des répertoires que le primaire n’a pas : ils sont gardés dans "{path}" du répertoire en miroir',
  "both nodes had written alone: what this one wrote is kept in {folder*}":
    "les deux nœuds avaient écrit seuls : ce que celui-ci a écrit est gardé dans {folder}",
  "what stood here before is kept in {folders*}":
    "ce qui était ici avant est gardé dans {folders}",
  // Other warnings of a node (src/agent, src/heartbeat, src/guard).
  '{module} is mirrored by hakit {version=} on {node}: swap it away, then "systemctl restart hakit" here.':
    '{module} est mis en miroir par hakit {version} sur {node} : échangez-le vers l’autre nœud, puis faites "systemctl restart hakit" ici.',
  "of before": "d’avant",
  'module "{module}" runs with its last good configuration (number {number} of its history), because {why*}':
    'le module "{module}" tourne avec sa dernière bonne configuration (numéro {number} de son historique), car : {why}',
  'module "{module}" is one too many: a node has at most {most}, "hakit module uninstall NAME" makes room':
    'le module "{module}" est de trop : un nœud en a au plus {most}, "hakit module uninstall NAME" fait de la place',
  'module "{module}": {why!}': 'module "{module}" : {why}',
  'port: {port} is used by module "{other}", expected another':
    'port : {port} est utilisé par le module "{other}", il en faut un autre',
  'directories: "{path*}" and "{theirs*}" of module "{other}" overlap, expected folders apart':
    'directories : "{path}" et "{theirs}" du module "{other}" se recouvrent, il faut des dossiers distincts',
  'virtual_addresses: {address} belongs to module "{other}", expected another':
    'virtual_addresses : {address} appartient au module "{other}", il en faut une autre',
  'No arbiter: {address} belongs to {whose=}, which would answer itself when it is cut off: expected {expected=}; "hakit witness remove", then add another one.':
    'Pas d’arbitre : {address} appartient à {whose}, qui se répondrait à lui-même une fois isolé : il faut {expected} ; "hakit witness remove", puis ajoutez-en un autre.',
  "whichever node is primary": "le nœud qui est primaire",
  "every machine": "chaque machine",
  "one that both nodes reach only over the network, such as a router's":
    "une adresse que les deux nœuds n’atteignent que par le réseau, comme celle d’un routeur",
  "that of a third machine": "celle d’une troisième machine",
  "another machine sends heartbeats as this node, with this cluster's key (a copied machine?): only one of the two may run":
    "une autre machine donne signe de vie à la place de ce nœud, avec la clé de ce cluster (une machine copiée ?) : une seule des deux doit tourner",
  "two machines send heartbeats as the other node, with this cluster's key (a copy of it runs?): switch one of them off":
    "deux machines donnent signe de vie à la place de l’autre nœud, avec la clé de ce cluster (une copie tourne ?) : éteignez l’une des deux",
  "this machine was set back to an earlier moment, with its memory (a snapshot?): its agent begins anew":
    "cette machine a été ramenée à un moment antérieur, mémoire comprise (un instantané ?) : son agent recommence à neuf",
  "heartbeats arrive that this cluster's key does not open: secret.key or the id in cluster.yaml differs between the nodes, or another cluster uses these addresses":
    "des signes de vie arrivent que la clé de ce cluster n’ouvre pas : secret.key ou l’id dans cluster.yaml diffère entre les nœuds, ou un autre cluster utilise ces adresses",
  'heartbeats arrive in another version of the protocol and are not heard: the nodes run versions of hakit that cannot work together, see "hakit upgrade" on each':
    'des signes de vie arrivent dans une autre version du protocole et ne sont pas entendus : les nœuds ont des versions de hakit qui ne vont pas ensemble, voir "hakit upgrade" sur chacun',
  "the guard does not run: {why*}": "le gardien ne tourne pas : {why}",
  'watchdog: "{path*}" does not exist: load the driver ("modprobe softdog", and a line softdog in /etc/modules), or correct watchdog.device in cluster.yaml':
    'watchdog : "{path}" n’existe pas : chargez le pilote ("modprobe softdog", et une ligne softdog dans /etc/modules), ou corrigez watchdog.device dans cluster.yaml',
  'watchdog: "{path*}" is in use by somebody else (RuntimeWatchdogSec of systemd?): one of the two must give it up':
    'watchdog : "{path}" est déjà utilisé (RuntimeWatchdogSec de systemd ?) : l’un des deux doit y renoncer',
  'watchdog: "{path*}" cannot be opened: {error}':
    'watchdog : "{path}" ne peut pas être ouvert : {error}',
  'Module "{module}" has configuration {number} on {node}, {peer} hands over its newer one ({newer}).':
    'Le module "{module}" a la configuration {number} sur {node}, {peer} transmet la sienne, plus récente ({newer}).',
  'Files of module "{module}" were changed by hand on {node}, which the other node knows nothing of: "hakit module config {module} --plan" there shows what, --apply puts it in force on both nodes.':
    'Des fichiers du module "{module}" ont été modifiés à la main sur {node}, et l’autre nœud n’en sait rien : "hakit module config {module} --plan" y montre lesquels, --apply les met en vigueur sur les deux nœuds.',
  'Module "{module}" has an older configuration on {peer} ({older}) than on {node} ({number}). {why=}; then it takes the newer one by itself.':
    'Le module "{module}" a une configuration plus ancienne sur {peer} ({older}) que sur {node} ({number}). {why} ; il prend ensuite la plus récente tout seul.',
  'Module "{module}" is not installed on {peer}: say "hakit module config {module} --apply" on {node} to install it on both.':
    'Le module "{module}" n’est pas installé sur {peer} : faites "hakit module config {module} --apply" sur {node} pour l’installer sur les deux.',
  'Module "{module}" has another configuration on {peer} than on {node}: say "hakit module config {module} --apply" on the node whose is right.':
    'Le module "{module}" n’a pas la même configuration sur {peer} que sur {node} : faites "hakit module config {module} --apply" sur le nœud dont la configuration est la bonne.',
  // What checkers find (src/checker).
  "{address} does not answer": "{address} ne répond pas",
  "no answer within {time} ms": "pas de réponse en {time} ms",
  "this server is too busy to tell: {why=}":
    "ce serveur est trop occupé pour le dire : {why}",
  "took longer than {seconds} s": "a duré plus de {seconds} s",
  "the last look hangs since {seconds} s":
    "le dernier contrôle est bloqué depuis {seconds} s",
  "the program ping is not installed": "le programme ping n’est pas installé",
  "no program can be started: {why*}":
    "aucun programme ne peut être démarré : {why}",
  "{address} is not on this machine": "{address} n’est pas sur cette machine",
  "the other node holds {address}, and does not answer for it on {device}: a switch or a virtual machine's host may filter it":
    "l’autre nœud détient {address} et ne répond pas pour elle sur {device} : un commutateur ou l’hôte d’une machine virtuelle la filtre peut-être",
  "the machine with MAC {mac} answers for {address}":
    "la machine de MAC {mac} répond pour {address}",
  "no interface has {address}": "aucune interface n’a {address}",
  "there is no {interface}": "il n’y a pas de {interface}",
  "{interface} is switched off": "{interface} est désactivée",
  "{interface} has no carrier":
    "{interface} n’a pas de signal (câble débranché ?)",
  "no interface has this node's address {address}":
    "aucune interface n’a l’adresse {address} de ce nœud",
  "{interface} has lost this node's own address {address}":
    "{interface} a perdu l’adresse propre {address} de ce nœud",
  "nobody can tell how {interface} is":
    "impossible de savoir dans quel état est {interface}",
  "status {status}, expected {expected}": "statut {status}, attendu {expected}",
  '"{pattern*}" is not on the page': '"{pattern}" n’est pas sur la page',
  'no module is called "{module}"': 'aucun module ne s’appelle "{module}"',
  "module {module} is not primary and ready":
    "le module {module} n’est pas primaire et prêt",
  "systemd does not answer": "systemd ne répond pas",
  "the unit is {unit=}": "l’état de l’unité est : {unit}",
  "this server shuts down": "ce serveur s’arrête",
  "this server shuts down: it takes nothing over any more":
    "ce serveur s’arrête : il ne reprend plus rien",
  "not known": "inconnu",
  "{count} run, expected at least {least}":
    "{count} en marche, attendu au moins {least}",
  "{count} run, expected at most {most}":
    "{count} en marche, attendu au plus {most}",
  // Why a command is refused (src/machine/command.ts, primary.ts, src/agent/cluster_config.ts).
  "Cannot {command} {module}: {why!}":
    "{command} impossible pour {module} : {why}",
  "{file} was changed in {parts*}, expected that the agents of both nodes begin again before a module is started":
    "{file} a été modifié dans {parts} : les agents des deux nœuds doivent redémarrer avant qu’un module soit démarré",
  "it is in WAIT and runs nothing": "il est en WAIT et ne fait rien tourner",
  "its replicator does not say yet what it does":
    "son réplicateur ne dit pas encore ce qu’il fait",
  "this node is still busy with a change":
    "ce nœud est encore occupé par un changement",
  "it needs PRIM and SECOND, this node is {mine} and {peer} is {theirs}":
    "il faut PRIM et SECOND, ce nœud est {mine} et {peer} est {theirs}",
  "{peer} is {role} but not ready": "{peer} est {role} mais pas prêt",
  "Cannot make this node primary of {module}: {why!}":
    "Impossible de rendre ce nœud primaire de {module} : {why}",
  "it is {role}, expected STOP or WAIT":
    "il est {role}, il faudrait STOP ou WAIT",
  'it is SECOND: "hakit swap {module}" moves the service to {node}; if {peer} is gone, "hakit stop {module} --node {node}", then "hakit prim {module} --node {node}"':
    'il est SECOND : "hakit swap {module}" amène le service sur {node} ; si {peer} n’est plus là, "hakit stop {module} --node {node}", puis "hakit prim {module} --node {node}"',
  '{peer} is {role} and serves; to move it without loss: "hakit start {module} --node {node}", wait for SECOND Ready, then "hakit swap {module}"; only to give up what {peer} has written: "hakit stop {module} --node {peer}" first':
    '{peer} est {role} et assure le service ; pour le déplacer sans perte : "hakit start {module} --node {node}", attendez SECOND Ready, puis "hakit swap {module}" ; seulement pour abandonner ce que {peer} a écrit : d’abord "hakit stop {module} --node {peer}"',
  "Cannot start {module} from the copy of {node}, which is half made: {instead!}":
    "Impossible de démarrer {module} depuis la copie de {node}, faite à moitié : {instead}",
  '{peer} has a whole one, say "hakit start {module} --node {peer}"':
    '{peer} en a une entière, faites "hakit start {module} --node {peer}"',
  '{peer} has no whole one, either; only if no better one comes back: "hakit help primforce"':
    '{peer} n’en a pas d’entière non plus ; seulement si aucune meilleure ne revient : "hakit help primforce"',
  'start {peer}, which has a whole one; only if its disk is gone for good: "hakit help primforce"':
    'démarrez {peer}, qui en a une entière ; seulement si son disque est perdu pour de bon : "hakit help primforce"',
  "Cannot make this node secondary of {module}: {why!}":
    "Impossible de rendre ce nœud secondaire de {module} : {why}",
  "it is {role}; stop it first": "il est {role} ; arrêtez-le d’abord",
  "{peer} is {what=}, expected ALONE or PRIM":
    "{peer} est {what}, il faudrait ALONE ou PRIM",
  "not heard": "muet",
  "its data is newer than that of {peer}":
    "ses données sont plus récentes que celles de {peer}",
  "Cannot copy {module} anew: {why!}":
    "Impossible de recopier {module} : {why}",
  // What a module's log tells of its way (src/machine, src/actions, src/agent): the timeline.
  "{was} becomes {role}: {why=}": "{was} devient {role} : {why}",
  "{role} is ready after {seconds} s": "{role} est prêt après {seconds} s",
  "started": "démarré",
  "stopped": "arrêté",
  "asked for": "à la demande de quelqu’un",
  "was being stopped": "était en train d’être arrêté",
  "everything is stopped": "tout est arrêté",
  "its service does not start": "son service ne démarre pas",
  "it fails too often here": "il échoue trop souvent ici",
  "{peer} is up to date": "{peer} est à jour",
  "{peer} has recorded that it is behind": "{peer} a noté qu’il est en retard",
  "{peer} has handed over": "{peer} a passé la main",
  "{peer} stays primary": "{peer} reste primaire",
  "hands over to {peer}": "passe la main à {peer}",
  "this node goes first, {peer} follows": "ce nœud commence, {peer} suit",
  "{peer} does not answer and cannot have newer data":
    "{peer} ne répond pas et ne peut pas avoir de données plus récentes",
  "{peer} does not answer, and the witness has let nobody else go on":
    "{peer} ne répond pas, et le témoin n’a laissé continuer personne d’autre",
  "WAIT: {why=}": "WAIT : {why}",
  "Failed as {role}: {what=}": "Échec comme {role} : {what}",
  "Stopped: {why=}": "Arrêté : {why}",
  "While stopping: {what=}": "Pendant l’arrêt : {what}",
  "Not primary: {why=}": "Pas primaire : {why}",
  "Not alone: {why=}": "Pas seul : {why}",
  "Fenced: {why=}; nothing is acknowledged any more":
    "Mis à l’écart : {why} ; plus aucune écriture n’est confirmée",
  "Fenced while it stops: {why=}": "Mis à l’écart pendant son arrêt : {why}",
  "Both nodes were primary: this one yields to {peer} ({role}); what only this node wrote is kept in the module's salvage folder":
    "Les deux nœuds étaient primaires : celui-ci cède à {peer} ({role}) ; ce que seul ce nœud a écrit est gardé dans le dossier salvage du module",
  "Swap with {peer} begins": "L’échange avec {peer} commence",
  "The swap was broken off: this node goes on as primary":
    "L’échange a été interrompu : ce nœud reste primaire",
  "{peer} did not take up the swap": "{peer} n’a pas donné suite à l’échange",
  "{peer} is where the primary belongs": "la place du primaire est sur {peer}",
  "{peer} goes on without this copy": "{peer} continue sans cette copie",
  "The witness has let {peer} go on": "Le témoin a laissé {peer} continuer",
  "The replicator does not record that this copy is behind: it is not used before it is level again":
    "Le réplicateur ne note pas que cette copie est en retard : elle n’est pas utilisée avant d’être de nouveau au niveau",
  "The agent is back beside its replicator: still {role}":
    "L’agent est de retour auprès de son réplicateur : toujours {role}",
  "{order} called by rule {rule}: {why=}":
    "{order} demandé par la règle {rule} : {why}",
  "wait called by a rule: {why=}": "wait demandé par une règle : {why}",
  "{order} by rule {rule} ({why=}) is not done: {no=}":
    "{order} de la règle {rule} ({why}) n’est pas fait : {no}",
  "failover is off": "le basculement est désactivé",
  "failover is off on {peer}": "le basculement est désactivé sur {peer}",
  "the mirror is not whole": "le miroir n’est pas complet",
  "this node is {role}, not PRIM": "ce nœud est {role}, pas PRIM",
  "{command} called by {by=}": "{command} demandé par {by}",
  "user {name}": "l’utilisateur {name}",
  "key {name}": "la clé {name}",
  "{switch} is switched off by {by=}": "{switch} est désactivé par {by}",
  "{switch} is switched on by {by=}": "{switch} est activé par {by}",
  "{resource} is {state=}: {detail=}": "{resource} est {state} : {detail}",
  "configuration {number} in force: {note*} (by {by=})":
    "configuration {number} en vigueur : {note} (par {by})",
  "{script*} begins, {log}": "{script} commence, {log}",
  "{script*} begins": "{script} commence",
  "{script*} ended after {seconds} s": "{script} terminé après {seconds} s",
  "{peer} is lost after {seconds} s":
    "{peer} est muet depuis {seconds} s : tenu pour perdu",
  "addresses taken after {seconds} s": "adresses prises après {seconds} s",
  "directories mounted after {seconds} s":
    "répertoires montés après {seconds} s",
  "addresses": "adresses",
  "directories": "répertoires",
  "{plan}: {what*} failed after {time*}: {error=}":
    "{plan} : {what} a échoué après {time} : {error}",
  "runs and does not say what it does; it is left alone":
    "tourne et ne dit pas ce qu’il fait ; il est laissé tranquille",
  "hakit {version=} goes on mirroring; another one begins when the agent restarts while the module is not primary here":
    "hakit {version} continue la mise en miroir ; un autre commence quand l’agent redémarre sans que le module soit primaire ici",
  "ended, starting it again": "terminé, il est redémarré",
  "cannot be started: {why*}": "ne peut pas être démarré : {why}",
  'ended at once, see "{log*}"': 'terminé aussitôt, voir "{log}"',
  "started and not to be reached for {seconds} s, ended":
    "démarré et injoignable pendant {seconds} s, arrêté",
  "connection failed: {why*}": "la connexion a échoué : {why}",
  "silent for {seconds} s, ended": "muet depuis {seconds} s, arrêté",
  "silent for {seconds} s": "muet depuis {seconds} s",
  "services of this module cannot be frozen when the node must not serve any more: {why*}":
    "les services de ce module ne peuvent pas être figés quand le nœud ne doit plus servir : {why}",
  "this copy as it was is not kept while it is brought up to date: {why*}":
    "cette copie telle qu’elle était n’est pas gardée pendant sa mise à jour : {why}",
  "what is left of a copy stays for now: {why*}":
    "ce qui reste d’une copie demeure pour l’instant : {why}",
  "copy {copy} is given up: the disk is nearly full, and this copy is being brought up to date":
    "la copie {copy} est abandonnée : le disque est presque plein, et cette copie est en train d’être mise à jour",
  "copy {copy} stays: {why*}": "la copie {copy} demeure : {why}",
  "copy {copy} restored, what stood there is kept as {before} (by {by=})":
    "copie {copy} restaurée, ce qui était là est gardé comme {before} (par {by})",
  'what this node alone had written to "{module}", kept as {copy}, was destroyed (by {by=})':
    'ce que seul ce nœud avait écrit dans "{module}", gardé comme {copy}, a été détruit (par {by})',
  'cannot announce address "{address}": {why*}':
    'l’adresse "{address}" ne peut pas être annoncée : {why}',
  'address "{address}" was gone from {interface}, taken again':
    'l’adresse "{address}" avait disparu de {interface}, elle est reprise',
  "{script} still ran without its agent and was ended":
    "{script} tournait encore sans son agent et a été arrêté",
  "the guard had taken the services away, because nobody could hear this node; nobody went on in its place: they go on here":
    "le gardien avait retiré les services, car personne n’entendait ce nœud ; personne n’a continué à sa place : ils continuent ici",
  // What the doctor looks at (src/doctor, title of each rule).
  "run by root": "exécution par root",
  "answers of the system's tools": "réponses des outils du système",
  "distribution": "distribution",
  "processor, kernel and systemd": "processeur, noyau et systemd",
  "kernel modules": "modules du noyau",
  "packages and OpenSSL": "paquets et OpenSSL",
  "processors, memory, swap": "processeurs, mémoire, swap",
  "version of iptables": "version d’iptables",
  "control groups": "groupes de contrôle",
  "clock": "horloge",
  "watchdog": "watchdog",
  "order at boot": "ordre au démarrage",
  "addresses of the cluster": "adresses du cluster",
  "networks of pods and services": "réseaux des pods et des services",
  "default route": "route par défaut",
  "ports": "ports",
  "own name": "nom de la machine",
  "way to the other node": "chemin vers l’autre nœud",
  "firewall": "pare-feu",
  "virtual address": "adresse virtuelle",
  "room on the disks": "place sur les disques",
  "file systems": "systèmes de fichiers",
  "speed of the disks": "vitesse des disques",
  "what is here already": "ce qui est déjà là",
  "clocks of both": "horloges des deux",
  "numbers of user mysql": "numéros de l’utilisateur mysql",
  "versions of both": "versions des deux",
  "two different machines": "deux machines différentes",
  "configuration of both": "configuration des deux",
  "links and disks of both": "liens et disques des deux",
  // What the doctor finds (src/doctor): what it is, what follows, what to do.
  "The doctor does not run as root": "Le diagnostic ne tourne pas sous root",
  "Firewall, programs behind ports and disks cannot be looked at":
    "Le pare-feu, les programmes derrière les ports et les disques ne peuvent pas être examinés",
  "{tools*} did not answer in time": "{tools} n’a pas répondu à temps",
  "The server is too busy, or a disk or a name server hangs; what depends on it was not looked at":
    "Le serveur est trop chargé, ou un disque ou un serveur de noms est bloqué ; ce qui en dépend n’a pas été examiné",
  "hakit doctor, once more when it is quieter":
    "hakit doctor, de nouveau quand le serveur est plus calme",
  "The distribution is {name*}": "La distribution est {name}",
  "hakit is made for Debian 11 and Ubuntu 20.04 and later; prereq installs packages of these":
    "hakit est fait pour Debian 11 et Ubuntu 20.04 et suivants ; prereq installe leurs paquets",
  "The processor is {name*}": "Le processeur est {name}",
  "The executable is made for x86_64 and aarch64":
    "L’exécutable est fait pour x86_64 et aarch64",
  "The kernel is {name*}": "Le noyau est {name}",
  "Mirrored directories need {version} or later":
    "Les répertoires en miroir exigent {version} ou plus récent",
  "Before {version} an NFS client cannot take its locks from one node to the other: applications that hold some on a volume may get errors (EIO) at a failover":
    "Avant {version}, un client NFS ne peut pas emporter ses verrous d’un nœud à l’autre : les applications qui en tiennent sur un volume peuvent recevoir des erreurs (EIO) lors d’un basculement",
  "systemd is not process 1": "systemd n’est pas le processus 1",
  "The agent, MariaDB, NFS and K3s are its units":
    "L’agent, MariaDB, NFS et K3s sont ses unités",
  "This is a container": "C’est un conteneur",
  "Kernel modules, FUSE mounts and the NFS server are the host's to allow":
    "C’est à l’hôte d’autoriser les modules du noyau, les montages FUSE et le serveur NFS",
  "Kernel module {name} is not loaded":
    "Le module {name} du noyau n’est pas chargé",
  "The mirror, the volume or the NFS server needs it":
    "Le miroir, le volume ou le serveur NFS en a besoin",
  "The kernel has no module {name}": "Le noyau n’a pas de module {name}",
  "K3s' pods have no network or no file systems without it":
    "Sans lui, les pods de K3s n’ont pas de réseau ou pas de systèmes de fichiers",
  "/dev/fuse cannot be opened": "/dev/fuse ne peut pas être ouvert",
  "Directories are mirrored through it":
    "Les répertoires sont mis en miroir par lui",
  "apt may update {packages*}": "apt peut mettre à jour {packages}",
  "The package stops its service and does not start it again: a failover, or worse, that nobody asked for":
    "Le paquet arrête son service et ne le redémarre pas : un basculement, ou pire, que personne n’a demandé",
  "hakit prereq (it holds them; README says how they are updated)":
    "hakit prereq (il les retient ; le README dit comment les mettre à jour)",
  "Not installed: {packages*}": "Pas installé : {packages}",
  "The datastore, the volumes and the mirror are made of them":
    "La base de K3s, les volumes et le miroir en sont faits",
  "Neither libssl 3 nor libssl 1.1 is here":
    "Ni libssl 3 ni libssl 1.1 n’est là",
  "Replication is encrypted by it: without it there is no second copy":
    "Elle chiffre la réplication : sans elle, pas de deuxième copie",
  "{size*} of memory": "{size} de mémoire",
  "K3s, its datastore and pods want 4 GiB at least":
    "K3s, sa base et ses pods veulent 4 GiB au moins",
  "A single processor": "Un seul processeur",
  "Heartbeats share it with the services: one that is too busy is taken for dead":
    "Les signes de vie le partagent avec les services : un nœud trop chargé est tenu pour mort",
  "hakit first takes 5s where its own server is so, else --detection 5s; in a cluster that is there: heartbeat: { timeout: 5s } in cluster.yaml of both nodes":
    "hakit first prend 5s si son propre serveur est ainsi, sinon --detection 5s ; dans un cluster existant : heartbeat: { timeout: 5s } dans cluster.yaml des deux nœuds",
  "{size*} of swap is switched on": "{size} de swap sont activés",
  "A swapped database answers late, and K3s' limits of memory do not hold":
    "Une base de données mise en swap répond tard, et les limites de mémoire de K3s ne tiennent pas",
  "{swapped!}; nor is hakit's agent kept out of it, as control groups of version 1 cannot: a node whose heartbeats wait for a page is taken for dead":
    "{swapped} ; et l’agent de hakit n’y échappe pas non plus, car les groupes de contrôle de version 1 ne le permettent pas : un nœud dont les signes de vie attendent une page est tenu pour mort",
  "iptables is {version*}": "iptables est en {version}",
  "K3s works with the server's own, and with 1.8.0 to 1.8.4 by nf_tables its rules may multiply until the network is slow or fails":
    "K3s se sert de celui du serveur ; avec les versions 1.8.0 à 1.8.4 par nf_tables, ses règles peuvent se multiplier jusqu’à ralentir ou couper le réseau",
  "Control group controllers are missing: {names*}":
    "Des contrôleurs de groupes de contrôle manquent : {names}",
  "K3s does not start without them": "K3s ne démarre pas sans eux",
  "add cgroup_enable=memory cgroup_memory=1 to the kernel's command line and reboot":
    "ajoutez cgroup_enable=memory cgroup_memory=1 à la ligne de commande du noyau et redémarrez",
  "The clock is not synchronized": "L’horloge n’est pas synchronisée",
  "Logs of both nodes cannot be compared, certificates and Kubernetes' leases suffer":
    "Les journaux des deux nœuds ne peuvent pas être comparés, les certificats et les baux de Kubernetes en souffrent",
  "No watchdog device and no module softdog":
    "Ni périphérique watchdog ni module softdog",
  "{command*}, then watchdog: { device: /dev/watchdog } in cluster.yaml of both nodes":
    "{command}, puis watchdog: { device: /dev/watchdog } dans cluster.yaml des deux nœuds",
  "If all of hakit's processes stand still while the kernel lives, nothing takes this node's address away":
    "Si tous les processus de hakit se figent alors que le noyau vit, rien ne retire son adresse à ce nœud",
  "hakit.service is not enabled": "hakit.service n’est pas activé",
  "After a power cut nothing starts here":
    "Après une coupure de courant, rien ne démarre ici",
  "hakit.service is {active*}": "hakit.service est {active}",
  "This node takes no part: the other one cannot fail over":
    "Ce nœud ne participe pas : l’autre ne peut pas basculer",
  "Not as hakit writes them: {files*}":
    "Pas tels que hakit les écrit : {files}",
  "Changed by hand, or written before hakit kept a record: upgrades leave them as they are":
    "Modifiés à la main, ou écrits avant que hakit ne tienne un registre : les mises à jour les laissent tels quels",
  "the same hakit first or second again writes them anew, if that is wanted":
    "le même hakit first ou second, à nouveau, les réécrit, si c’est voulu",
  "{unit} is started at boot by systemd":
    "{unit} est démarré avec la machine par systemd",
  "The module starts it where the mirror is; both would write":
    "Le module le démarre là où est le miroir ; les deux écriraient",
  "{name} has waited in vain at this boot":
    "{name} a attendu en vain à ce démarrage",
  "An interface without carrier or address is waited for, up to two minutes, before hakit starts":
    "Une interface sans porteuse ou sans adresse est attendue, jusqu’à deux minutes, avant que hakit démarre",
  'netplan: "optional: true" for that interface; or have it wait for one interface only: systemctl edit systemd-networkd-wait-online, ExecStart= with --any':
    "netplan : « optional: true » pour cette interface ; ou n’attendre qu’une seule interface : systemctl edit systemd-networkd-wait-online, ExecStart= avec --any",
  "No service waits for the network at boot":
    "Aucun service n’attend le réseau au démarrage",
  "K3s and the agent may start before the addresses are there, and try again until they are":
    "K3s et l’agent peuvent démarrer avant que les adresses soient là, et réessaient jusque-là",
  "{address} is not on this server": "{address} n’est pas sur ce serveur",
  "The other node looks for this one there: that link is dead":
    "L’autre nœud cherche celui-ci à cette adresse : ce lien est mort",
  "ip addr add {address} dev INTERFACE, and in the network's configuration":
    "ip addr add {address} dev INTERFACE, et dans la configuration du réseau",
  "{address} on {interface} comes from DHCP":
    "{address} sur {interface} vient de DHCP",
  "When the lease ends or the DHCP server gives another address the cluster loses this link":
    "Quand le bail prend fin ou que le serveur DHCP donne une autre adresse, le cluster perd ce lien",
  "give it a fixed address, or reserve it at the DHCP server":
    "donnez-lui une adresse fixe, ou réservez-la sur le serveur DHCP",
  "{interface} ({address}) has no link":
    "{interface} ({address}) n’a pas de lien",
  "Heartbeats and replication do not pass":
    "Les signes de vie et la réplication ne passent pas",
  "ip link set {interface} up, and look at the cable":
    "ip link set {interface} up, et vérifiez le câble",
  "{interface} runs at {rate} Mbit/s": "{interface} tourne à {rate} Mbit/s",
  "Every write crosses it, and a first copy of 100 GB takes hours":
    "Chaque écriture y passe, et une première copie de 100 GB prend des heures",
  "Only one link between the nodes": "Un seul lien entre les nœuds",
  "When it breaks and no witness is there, both nodes go on alone and one side's writes are set aside":
    "S’il est coupé et qu’il n’y a pas de témoin, les deux nœuds continuent seuls et les écritures d’un côté sont mises de côté",
  "a second network (hakit first with two addresses a node: 10.0.0.1,10.1.0.1), or a third machine: hakit witness add ADDRESS":
    "un deuxième réseau (hakit first avec deux adresses par nœud : 10.0.0.1,10.1.0.1), ou une troisième machine : hakit witness add ADRESSE",
  "a third machine, if there is none yet: hakit witness add ADDRESS":
    "une troisième machine, s’il n’y en a pas encore : hakit witness add ADRESSE",
  "{address} on {interface} lies in {network}":
    "{address} sur {interface} est dans {network}",
  "K3s gives these addresses to pods and services: that network becomes unreachable":
    "K3s donne ces adresses aux pods et aux services : ce réseau devient injoignable",
  "hakit first --pods 172.28.0.0/16 --services 172.29.0.0/16, or another network for the nodes":
    "hakit first --pods 172.28.0.0/16 --services 172.29.0.0/16, ou un autre réseau pour les nœuds",
  "another network for {interface}": "un autre réseau pour {interface}",
  "There is no default route": "Il n’y a pas de route par défaut",
  "K3s does not start without one, even where no network is behind":
    "K3s ne démarre pas sans route par défaut, même s’il n’y a pas de réseau derrière",
  "{command*} (and the same in the network's configuration, for the next boot)":
    "{command} (et de même dans la configuration du réseau, pour le prochain démarrage)",
  "Port {port} is used by {user=}": "Le port {port} est utilisé par {user}",
  "another program": "un autre programme",
  "It is needed for {what=}": "Il est nécessaire pour {what}",
  "heartbeats": "les signes de vie",
  "replication": "la réplication",
  "console and API": "la console et l’API",
  "K3s' API": "l’API de K3s",
  "K3s' datastore": "la base de K3s",
  "the volumes (NFS)": "les volumes (NFS)",
  "K3s' kubelet": "le kubelet de K3s",
  "the network of the pods": "le réseau des pods",
  "K3s' Traefik takes what comes to 80 and 443 from outside, also for {user=}":
    "Traefik, de K3s, prend ce qui arrive de l’extérieur sur 80 et 443, aussi pour {user}",
  "move it to another port, or keep Traefik away, on both servers: {command*}":
    "déplacez-le sur un autre port, ou écartez Traefik, sur les deux serveurs : {command}",
  "The name {name} has no address": "Le nom {name} n’a pas d’adresse",
  "sudo, MariaDB and the NFS server wait for name servers":
    "sudo, MariaDB et le serveur NFS attendent les serveurs de noms",
  "Looking up {name} takes {seconds} s":
    "La résolution de {name} prend {seconds} s",
  "Whatever asks for it at a failover waits as long":
    "Ce qui le demande lors d’un basculement attend aussi longtemps",
  "{address} does not answer a ping": "{address} ne répond pas au ping",
  "The nodes cannot work together over this link":
    "Les nœuds ne peuvent pas travailler ensemble par ce lien",
  "ping {address}; on the other server: ip addr, and its firewall":
    "ping {address} ; sur l’autre serveur : ip addr, et son pare-feu",
  "{percent} % of the packets to {address} are lost":
    "{percent} % des paquets vers {address} sont perdus",
  "Writes wait for what is sent again; heartbeats are missed":
    "Les écritures attendent ce qui est renvoyé ; des signes de vie manquent",
  "The round trip to {address} takes {time} ms":
    "L’aller-retour vers {address} prend {time} ms",
  "Every write waits for one: a database commits at most {count} times a second one after the other":
    "Chaque écriture en attend un : une base de données valide au plus {count} fois par seconde, une transaction après l’autre",
  "A packet of {bytes} bytes does not reach {address} whole":
    "Un paquet de {bytes} octets n’arrive pas entier à {address}",
  "Small packets pass and large ones hang: connections open and then stand still":
    "Les petits paquets passent et les grands se bloquent : les connexions s’ouvrent puis s’immobilisent",
  "mend the switch, or on both nodes: {command*}":
    "réparez le commutateur, ou sur les deux nœuds : {command}",
  "The firewall ({kind}) drops {ports*}":
    "Le pare-feu ({kind}) rejette {ports}",
  "The nodes, or their pods, do not reach each other there":
    "Les nœuds, ou leurs pods, ne s’y atteignent pas",
  "{address} is in no network of this server":
    "{address} n’est dans aucun réseau de ce serveur",
  "It cannot be taken here: clients would not find it":
    "Elle ne peut pas être prise ici : les clients ne la trouveraient pas",
  "{folder}: {free*} free, expected at least {needed*}":
    "{folder} : {free} libres, il faut au moins {needed}",
  "The database and the first pods need it":
    "La base de données et les premiers pods en ont besoin",
  "The volume may grow to {size*} and {folder} has {free*} free":
    "Le volume peut grandir jusqu’à {size} et {folder} a {free} libres",
  "A full disk on the secondary ends redundancy, on the primary it ends writing; before that, with 5 % free, K3s evicts pods, on both servers at once":
    "Un disque plein sur le secondaire met fin à la redondance, sur le primaire à l’écriture ; avant cela, à 5 % de place libre, K3s expulse des pods, sur les deux serveurs à la fois",
  "a larger disk, a smaller --size of hakit first, or watch it: hakit state":
    "un disque plus grand, un --size plus petit de hakit first, ou surveillez-le : hakit state",
  "{folder} is in memory (tmpfs)": "{folder} est en mémoire (tmpfs)",
  "A reboot loses this copy": "Un redémarrage perd cette copie",
  "{folder} is on {type}": "{folder} est sur {type}",
  "Mirrored directories are tried on {types*}; they need trusted extended attributes":
    "Les répertoires en miroir sont essayés sur {types} ; ils ont besoin d’attributs étendus trusted",
  "{folder}: an fsync takes {time} ms": "{folder} : un fsync prend {time} ms",
  "Every commit of the datastore waits for both disks; K3s gives up after 10 s":
    "Chaque validation de la base attend les deux disques ; K3s abandonne après 10 s",
  "an SSD; in a virtual machine: a disk with a write cache that honours flushes":
    "un SSD ; dans une machine virtuelle : un disque dont le cache d’écriture respecte les vidages",
  "{folder} writes {rate*}/s": "{folder} écrit {rate}/s",
  "A first copy of 100 GB takes an hour and more":
    "Une première copie de 100 GB prend une heure et plus",
  "K3s is here already: {where*}": "K3s est déjà là : {where}",
  "It has a cluster and a datastore of its own, which hakit neither overwrites nor takes over":
    "Il a son propre cluster et sa propre base, que hakit n’écrase ni ne reprend",
  "move its workloads away, then {command*}":
    "déplacez ses charges, puis {command}",
  "MySQL is installed: {packages*}": "MySQL est installé : {packages}",
  "MariaDB's packages would replace it and cannot read its data":
    "Les paquets de MariaDB le remplaceraient et ne peuvent pas lire ses données",
  "save its databases, then {command*}":
    "sauvegardez ses bases, puis {command}",
  "MariaDB has its data in {folder}": "MariaDB a ses données dans {folder}",
  "{folder} is what is mirrored: these databases would be out of service":
    "C’est {folder} qui est mis en miroir : ces bases seraient hors service",
  'move them to another server; or stop MariaDB, move them to {folder} (another disk: mounted there) and take "datadir" out of the files below /etc/mysql':
    "déplacez-les vers un autre serveur ; ou arrêtez MariaDB, déplacez-les dans {folder} (un autre disque : monté là) et retirez « datadir » des fichiers sous /etc/mysql",
  "MariaDB holds a datastore of K3s already":
    "MariaDB contient déjà une base de K3s",
  "A new K3s with another token cannot read it and would not start":
    "Un nouveau K3s avec un autre jeton ne peut pas la lire et ne démarrerait pas",
  'save it (mariadb-dump k3s), then drop the database "k3s"':
    'sauvegardez-la (mariadb-dump k3s), puis supprimez la base "k3s"',
  "MariaDB has databases of its own: {names*}":
    "MariaDB a ses propres bases : {names}",
  "They would become part of the mirror, reached through the virtual address only, and on the second node the first copy replaces them":
    "Elles feraient partie du miroir, ne seraient jointes que par l’adresse virtuelle, et sur le deuxième nœud la première copie les remplace",
  "hakit prereq --adopt and hakit first --adopt take them along; or move them away":
    "hakit prereq --adopt et hakit first --adopt les emmènent ; ou déplacez-les",
  "NFS exports folders of its own: {names*}":
    "NFS exporte ses propres dossiers : {names}",
  "The NFS server comes and goes with the role of the module k3s, without version 3, and takes users' groups as clients send them":
    "Le serveur NFS va et vient avec le rôle du module k3s, sans la version 3, et prend les groupes des utilisateurs tels que les clients les envoient",
  "move them to another server, or accept that: --adopt":
    "déplacez-les sur un autre serveur, ou acceptez cela : --adopt",
  "The storage folder is not empty: {names*}":
    "Le dossier de stockage n’est pas vide : {names}",
  "What is there is mirrored from the first node, and replaced on the second":
    "Ce qui s’y trouve est mis en miroir depuis le premier nœud, et remplacé sur le deuxième",
  "move it away, give another --storage, or --adopt on the first node":
    "déplacez-le, donnez un autre --storage, ou --adopt sur le premier nœud",
  "{name} runs here": "{name} tourne ici",
  "Two programs that move addresses and services fight each other":
    "Deux programmes qui déplacent adresses et services se combattent",
  "The clocks differ by {seconds} s": "Les horloges diffèrent de {seconds} s",
  "Certificates and Kubernetes' leases of one look wrong to the other":
    "Les certificats et les baux de Kubernetes de l’un paraissent faux à l’autre",
  "User mysql is {mine} on {node} and {theirs} on {peer}":
    "L’utilisateur mysql est {mine} sur {node} et {theirs} sur {peer}",
  "The mirrored files keep the numbers: after a failover the database could not open them":
    "Les fichiers en miroir gardent les numéros : après un basculement, la base ne pourrait pas les ouvrir",
  "on {node}, if it has no data: {command*}":
    "sur {node}, s’il n’a pas de données : {command}",
  "Different processors: {mine} on {node}, {theirs} on {peer}":
    "Processeurs différents : {mine} sur {node}, {theirs} sur {peer}",
  "K3s' executable and images of one do not run on the other":
    "L’exécutable de K3s et les images de l’un ne tournent pas sur l’autre",
  "Different MariaDB: {mine} on {node}, {theirs} on {peer}":
    "MariaDB différents : {mine} sur {node}, {theirs} sur {peer}",
  "The older one cannot open files that the newer one has written: a failover to it fails":
    "L’ancien ne peut pas ouvrir les fichiers écrits par le nouveau : un basculement vers lui échoue",
  'on the node with the older one, while it is SECOND: README, "Update MariaDB and NFS"; no swap to it before':
    'sur le nœud qui a l’ancienne, pendant qu’il est SECOND : README, "Update MariaDB and NFS" ; pas de bascule vers lui avant',
  "the same release of the distribution on both: apt-get dist-upgrade":
    "la même version de la distribution sur les deux : apt-get dist-upgrade",
  "Different distributions: {mine*} on {node}, {theirs*} on {peer}":
    "Distributions différentes : {mine} sur {node}, {theirs} sur {peer}",
  "Services of different versions work on the same data":
    "Des services de versions différentes travaillent sur les mêmes données",
  "Different hakit: {mine} on {node}, {theirs} on {peer}":
    "hakit différents : {mine} sur {node}, {theirs} sur {peer}",
  "Only for the time of an upgrade: what one knows the other may not":
    "Seulement le temps d’une mise à jour : ce que l’un connaît, l’autre peut l’ignorer",
  "install the newer one on both": "installez le plus récent sur les deux",
  "hakit upgrade FILE, or hakit upgrade --back":
    "hakit upgrade FILE, ou hakit upgrade --back",
  "Both have the same /etc/machine-id": "Les deux ont le même /etc/machine-id",
  "One is a copy of the other: DHCP gives both one address, and hakit takes them for one machine":
    "L’un est une copie de l’autre : DHCP donne aux deux la même adresse, et hakit les prend pour une seule machine",
  "on one: {command*}": "sur l’un : {command}",
  "Both are called {name}": "Les deux s’appellent {name}",
  "K3s' controllers know each other by this name: both would take themselves for the one that leads":
    "Les contrôleurs de K3s se connaissent par ce nom : les deux se prendraient pour celui qui mène",
  "cluster.yaml differs between the nodes":
    "cluster.yaml diffère entre les nœuds",
  "They disagree on addresses, links or trust":
    "Ils ne s’accordent pas sur les adresses, les liens ou la confiance",
  "copy /etc/hakit/cluster.yaml of the node whose is right to the other one, then hakit upgrade --restart on one: the agents begin again one after the other, and services change places":
    "copiez /etc/hakit/cluster.yaml du nœud dont le fichier est juste sur l’autre, puis hakit upgrade --restart sur l’un : les agents redémarrent l’un après l’autre, et les services changent de place",
  "Link {number} has MTU {mine} on {node} and {theirs} on {peer}":
    "Le lien {number} a une MTU de {mine} sur {node} et de {theirs} sur {peer}",
  "Large packets of one are dropped by the other":
    "Les grands paquets de l’un sont rejetés par l’autre",
  "{folder} is {mine} on {node} and {theirs} on {peer}":
    "{folder} est en {mine} sur {node} et en {theirs} sur {peer}",
  "What one file system takes (names, attributes, sizes) the other may refuse":
    "Ce qu’un système de fichiers accepte (noms, attributs, tailles), l’autre peut le refuser",
  // What a change of configuration does (src/module/plan.ts, cluster_plan.ts), and what stands against it.
  "shown from now on": "affiché dès maintenant",
  "counts at the next boot": "compte au prochain démarrage de la machine",
  "counts from now on": "compte dès maintenant",
  "counts when the nodes are level the next time: then a primary that is not where it belongs changes places by itself":
    "compte la prochaine fois que les nœuds sont au même niveau : un primaire qui n’est pas à sa place en change alors tout seul",
  "the limit counts from now on": "la limite compte dès maintenant",
  "the rate counts from now on": "le débit compte dès maintenant",
  "counts for scripts that begin from now on":
    "compte pour les scripts qui commencent dès maintenant",
  "scripts get it when they run the next time; checkers that use it at once":
    "les scripts la reçoivent à leur prochaine exécution ; les contrôles qui l’utilisent, aussitôt",
  "checkers that changed begin anew, the others go on":
    "les contrôles modifiés recommencent, les autres continuent",
  "those that changed are looked at anew, the others go on":
    "ceux qui ont changé sont contrôlés à nouveau, les autres continuent",
  "count from now on, each with its full hold":
    "comptent dès maintenant, chacune avec sa durée hold entière",
  "only while the module is stopped on both nodes":
    "seulement quand le module est arrêté sur les deux nœuds",
  "is gone from now on": "disparaît dès maintenant",
  "runs in its new form the next time":
    "s’exécute sous sa nouvelle forme la prochaine fois",
  "read in its new form by scripts that run from now on":
    "lu sous sa nouvelle forme par les scripts qui s’exécutent dès maintenant",
  'counts when the agents have begun again, one after the other: by the button on this page, or "hakit upgrade --restart"':
    'compte quand les agents ont redémarré, l’un après l’autre : par le bouton de cette page, ou "hakit upgrade --restart"',
  'only while every module is stopped on both nodes; then the agents begin again before one is started: by the button on this page, or "hakit upgrade --restart"':
    'seulement quand tous les modules sont arrêtés sur les deux nœuds ; les agents redémarrent alors avant qu’un module soit démarré : par le bouton de cette page, ou "hakit upgrade --restart"',
  'Module "{module}" is on its way ({role}) on {node}: try again when it has come to its end':
    'Le module "{module}" est en route ({role}) sur {node} : réessayez quand ce sera terminé',
  'Module "{module}" cannot be changed so while it is {role} on {node}: say "hakit stop {module} --node {node}" first':
    'Le module "{module}" ne peut pas être changé ainsi tant qu’il est {role} sur {node} : faites d’abord "hakit stop {module} --node {node}"',
  'Module "{module}" cannot be {what} while it is {role} on {node}: say "hakit stop {module} --node {node}" first':
    'Opération impossible ({what}) sur le module "{module}" tant qu’il est {role} sur {node} : faites d’abord "hakit stop {module} --node {node}"',
  'Module "{module}" is not changed: {peer} does not answer, and a configuration changes on both nodes or on neither':
    'Le module "{module}" n’est pas modifié : {peer} ne répond pas, et une configuration change sur les deux nœuds ou sur aucun',
  'Module "{module}" has configuration {newest} on {node} already, expected one before {number}':
    'Le module "{module}" a déjà la configuration {newest} sur {node}, il en faudrait une d’avant {number}',
  'Module "{module}" was changed by somebody else since you began':
    'Le module "{module}" a été modifié par quelqu’un d’autre depuis que vous avez commencé',
  'Module "{module}" is installed already on {node}':
    'Le module "{module}" est déjà installé sur {node}',
  'Module "{module}" is not installed on {node}':
    'Le module "{module}" n’est pas installé sur {node}',
  'Module "{module}" has no earlier configuration':
    'Le module "{module}" n’a pas de configuration antérieure',
  'Module "{module}" has no configuration {number} (any more), expected one of {numbers*}':
    'Le module "{module}" n’a pas (ou plus) de configuration {number}, il faut l’une de {numbers}',
  "Modules are being changed from {node} now":
    "Des modules sont en train d’être modifiés depuis {node}",
  '{file} cannot be changed so while {module} is {role} on {node}: say "hakit stop {module} --node {node}" first':
    '{file} ne peut pas être changé ainsi tant que {module} est {role} sur {node} : faites d’abord "hakit stop {module} --node {node}"',
  "{file} was changed in {parts*}, on which two agents must not differ while a module runs: stop every module on both nodes first":
    "{file} a été modifié dans {parts}, sur quoi deux agents ne doivent pas différer tant qu’un module tourne : arrêtez d’abord tous les modules sur les deux nœuds",
  "{file} was changed by somebody else since you began":
    "{file} a été modifié par quelqu’un d’autre depuis que vous avez commencé",
  "{file} is being changed already": "{file} est déjà en train d’être modifié",
  "{file} has configuration {newest} on {node} already, expected one before {number}":
    "{file} a déjà la configuration {newest} sur {node}, il en faudrait une d’avant {number}",
  // What is wrong in module.yaml and cluster.yaml (src/module, src/rules).
  'unknown key "{key*}", expected one of {keys*}':
    'clé inconnue "{key}", il faut l’une de {keys}',
  "is missing, expected {type}": "manque, il faut {type}",
  "is missing": "manque",
  'is "{value*}", expected "{wanted*}"': 'est "{value}", il faut "{wanted}"',
  'is "{value*}", expected "{wanted*}": keys, certificates and records hold it':
    'est "{value}", il faut "{wanted}" : clés, certificats et états le contiennent',
  "expected {least} to {most}": "il faut de {least} à {most}",
  "expected up to 31 of a-z, 0-9 and -, beginning with a letter":
    "il faut jusqu’à 31 caractères de a-z, 0-9 et -, en commençant par une lettre",
  "expected up to 32 of a-z, 0-9, dot, _ and -, beginning with a letter":
    "il faut jusqu’à 32 caractères de a-z, 0-9, point, _ et -, en commençant par une lettre",
  "expected a name: up to 31 letters, digits, _ and -, beginning with a letter":
    "il faut un nom : jusqu’à 31 lettres, chiffres, _ et -, en commençant par une lettre",
  "expected the name of a network interface":
    "il faut le nom d’une interface réseau",
  "expected the name of a program in bin/":
    "il faut le nom d’un programme de bin/",
  "expected the name of a module": "il faut le nom d’un module",
  "expected http:// or https://": "il faut http:// ou https://",
  "expected either interface or address":
    "il faut soit interface, soit address",
  "expected either process or unit": "il faut soit process, soit unit",
  "expected either url or url_file": "il faut soit url, soit url_file",
  "expected either role or password": "il faut soit role, soit password",
  "expected one line": "il faut une seule ligne",
  "expected an address": "il faut une adresse",
  "is below at_least {least}": "est inférieur à at_least, {least}",
  'there is a checker "{name}" already': 'il y a déjà un contrôle "{name}"',
  'there is a rule "{name}" already': 'il y a déjà une règle "{name}"',
  "there is no variable {name}": "il n’y a pas de variable {name}",
  '"{name*}" is no node, expected one of {names*}':
    '"{name}" n’est pas un nœud, il faut l’un de {names}',
  "{port} is hakit's own (cluster.yaml), expected another":
    "{port} est celui de hakit (cluster.yaml), il en faut un autre",
  "found {found*}, expected {wanted*}": "trouvé {found}, il faut {wanted}",
  // What the API refuses on other pages (src/agent, src/api).
  "The agent of {node} does not answer on {addresses*}":
    "L’agent de {node} ne répond pas à {addresses}",
  'No node is called "{node}", expected {me} or {peer}':
    'Aucun nœud ne s’appelle "{node}", il faut {me} ou {peer}',
  "Cannot copy: {why=}": "Impossible de copier : {why}",
  "what stands here is not whole: it is being brought up to date, or was never":
    "ce qui est ici n’est pas entier : il est en train d’être mis à jour, ou ne l’a jamais été",
  "the module is on its way to another role":
    "le module est en route vers un autre rôle",
  "a copy is being restored into its directories":
    "une copie est en cours de restauration dans ses répertoires",
  'Cannot restore "{copy}": {why=}; what stood there stands there as before':
    "Impossible de restaurer « {copy} » : {why} ; ce qui s’y trouvait s’y trouve comme avant",
  'Cannot restore "{copy}": {why=}; what stood there is kept as copy {before}':
    "Impossible de restaurer « {copy} » : {why} ; ce qui s’y trouvait est gardé comme copie {before}",
  "the module was started meanwhile": "le module a été démarré entre-temps",
  "the module serves on this node: here its copies are seen, and taken, when it does not":
    "le module assure le service sur ce nœud : ses copies s’y voient, et s’y prennent, quand ce n’est pas le cas",
  'Module "{module}" has no copy "{copy}" on this node, expected {names=}':
    'Le module "{module}" n’a pas de copie "{copy}" sur ce nœud, il faut {names}',
  "Cannot {doing!}: {why=}": "Impossible de {doing} : {why}",
  'create user "{name*}"': 'créer l’utilisateur "{name}"',
  'remove user "{name*}"': 'retirer l’utilisateur "{name}"',
  'change the password of user "{name*}"':
    'changer le mot de passe de l’utilisateur "{name}"',
  'change the role of user "{name*}"':
    'changer le rôle de l’utilisateur "{name}"',
  'it exists in "{file*}", expected another name':
    'il existe dans "{file}", il faut un autre nom',
  "there are {count} already": "il y en a déjà {count}",
  "it is the last administrator, make another one first":
    "c’est le dernier administrateur, faites-en d’abord un autre",
  'There is no user "{name*}"': 'Il n’y a pas d’utilisateur "{name}"',
  "none: there is no copy": "aucune : il n’y a pas de copie",
  'Cannot {what} "{copy}": {why!}': 'Impossible pour "{copy}" ({what}) : {why}',
  "its data stands in {path*}, which is hidden while the module serves on this node, or is gone":
    "ses données sont dans {path}, qui est caché tant que le module sert sur ce nœud, ou n’existe plus",
  "it is being downloaded or exported":
    "une copie est en cours de téléchargement ou d’export",
  "it is still being kept, or is being destroyed":
    "elle est encore en train d’être mise de côté, ou d’être détruite",
  // Notifications, single sign-on and drills, as the support page shows them (src/notify, src/oidc, src/k3s/drill).
  "e-mail to {addresses*}": "courriel à {addresses}",
  "syslog {where!}": "syslog {where}",
  "of this machine": "de cette machine",
  "{host*} cannot be reached": "{host} ne peut pas être joint",
  "{host*} answered {status}": "{host} a répondu {status}",
  '"{file*}" holds no JSON of at most {most} characters':
    '"{file}" ne contient pas de JSON d’au plus {most} caractères',
  '"{file*}" holds no single line': '"{file}" ne contient pas une seule ligne',
  '"{file*}" holds no header, expected one line such as "{example*}"':
    '"{file}" ne contient pas d’en-tête, il faut une ligne comme "{example}"',
  "both nodes were changed while they did not hear each other: set it anew, or switch it off":
    "les deux nœuds ont été modifiés alors qu’ils ne s’entendaient pas : réglez-la de nouveau, ou désactivez-la",
  "single sign-on is off": "l’authentification unique est désactivée",
  "See whether this node reaches the issuer; local users still log in with their passwords":
    "Voyez si ce nœud atteint l’émetteur ; les utilisateurs locaux se connectent toujours avec leurs mots de passe",
  "See whether the issuer's address is that of an OpenID Connect provider":
    "Voyez si l’adresse de l’émetteur est celle d’un fournisseur OpenID Connect",
  "Set the authority that signed the issuer's certificate: hakit oidc set --ca-file":
    "Indiquez l’autorité qui a signé le certificat de l’émetteur : hakit oidc set --ca-file",
  'A private authority is told with "hakit oidc set --ca-file"; else see the issuer\'s certificate':
    'Une autorité privée s’indique par "hakit oidc set --ca-file" ; sinon voyez le certificat de l’émetteur',
  'Set the address that it calls itself, of your own organisation: "hakit oidc set --issuer"':
    'Indiquez l’adresse qu’il se donne, celle de votre propre organisation : "hakit oidc set --issuer"',
  'discovery document: the issuer calls itself "{name*}", expected "{issuer*}"':
    'document de découverte : l’émetteur se nomme "{name}", il faut "{issuer}"',
  'discovery document: "{key}" is missing or no https address':
    'document de découverte : "{key}" manque ou n’est pas une adresse https',
  "A drill is under way already": "Un exercice est déjà en cours",
  "Cannot drill here: {why=}": "Pas d’exercice possible ici : {why}",
  'this node is {role}, and a drill begins with PRIM and SECOND: see "hakit state"':
    'ce nœud est {role}, et un exercice commence avec PRIM et SECOND : voir "hakit state"',
  "Starting the application (namespace {name})":
    "Démarrage de l’application (espace de noms {name})",
  "Removing the application": "Retrait de l’application",
  "Swapping: {peer} becomes primary": "Échange : {peer} devient primaire",
  "Waiting for {peer} (give it back what it lost)":
    "Attente de {peer} (rendez-lui ce qu’il a perdu)",
  "the command returned": "la commande est revenue",
  "the application acknowledges writes": "l’application confirme des écritures",
  "waits for the other node": "attend l’autre nœud",
  "{peer} is not heard any more": "{peer} n’est plus entendu",
  "{node} is {role} {status!}": "{node} est {role}, {status}",
  "Ready": "prêt",
  "NotReady": "pas prêt",
  "Transient": "en route",
  "all pods of the application run": "tous les pods de l’application tournent",
  "pods of {node} are still listed there":
    "des pods de {node} y figurent encore",
  "Nothing happened within {minutes} min: this node is {role}":
    "Rien ne s’est passé en {minutes} min : ce nœud est {role}",
  // A password that is refused (src/api/passwords.ts).
  "the password has {count} characters, expected {least} to {most}":
    "le mot de passe a {count} caractères, il en faut de {least} à {most}",
  // More of what is wrong in module.yaml and cluster.yaml (src/module).
  '"{path*}" is inside "{other*}" or the same, expected folders apart from each other':
    '"{path}" est dans "{other}" ou le même, il faut des dossiers distincts',
  '"{name*}" excludes "{path*}" of tocheck, which must be on both nodes':
    '"{name}" exclut "{path}" de tocheck, qui doit être sur les deux nœuds',
  "brings all exclusions to {bytes} bytes, expected at most {most}":
    "porte toutes les exclusions à {bytes} octets, il faut au plus {most}",
  "is this module itself, expected another":
    "est ce module lui-même, il en faut un autre",
  "is missing, as the module has no mirrored directory":
    "manque, car le module n’a pas de répertoire en miroir",
  'is {when}, but "{path*}" is mirrored: expected prim, as it is written to only where the module is primary':
    'est {when}, mais "{path}" est en miroir : il faut prim, car on n’y écrit que là où le module est primaire',
  'wait needs "when: pre": another checker does not look while the module waits':
    'wait exige "when: pre" : un autre contrôle ne regarde pas pendant que le module attend',
  'expected a number and one of ms, s, m, h, d, such as "300ms"':
    'il faut un nombre et l’une des unités ms, s, m, h, d, comme "300ms"',
  "{chosen}ms does not fit timeout ({timeout}ms), expected {least}ms to a third of it, {most}ms: make it so in cluster.yaml of both nodes":
    "{chosen}ms ne va pas avec timeout ({timeout}ms), il faut de {least}ms à un tiers de celui-ci, {most}ms : réglez-le dans cluster.yaml des deux nœuds",
  "{count} links, but the nodes have {number} addresses each: expected at most one entry an address":
    "{count} liens, mais les nœuds ont {number} adresses chacun : il faut au plus une entrée par adresse",
  '"{name*}" is the first node\'s name, too, expected another':
    '"{name}" est aussi le nom du premier nœud, il en faut un autre',
  '"{name*}" is no node, expected {one} or {other}':
    '"{name}" n’est pas un nœud, il faut {one} ou {other}',
  // What a value must be (src/module/load.ts).
  "expected a whole number": "il faut un nombre entier",
  "expected one of {names*}": "il faut l’un de {names}",
  "expected at least {least}": "il faut au moins {least}",
  "expected at most {most}": "il faut au plus {most}",
  "expected at least {least} characters": "il faut au moins {least} caractères",
  "expected at most {most} characters": "il faut au plus {most} caractères",
  "expected at least {least} entries": "il faut au moins {least} éléments",
  "expected at most {most} entries": "il faut au plus {most} éléments",
  "expected bytes per second such as {example*}":
    "il faut des octets par seconde, par exemple {example}",
  "expected a name of capitals, digits and _, beginning with a capital":
    "il faut un nom en capitales, chiffres et _, commençant par une capitale",
  "expected an address such as {examples*}":
    "il faut une adresse comme {examples}",
  // What a path, a name or a time must be (src/module).
  "expected an absolute path such as {example*}":
    "il faut un chemin absolu comme {example}",
  "expected an absolute path, such as {example*}":
    "il faut un chemin absolu, comme {example}",
  'expected an absolute path without "." , ".." and trailing "/", such as {example*}':
    'il faut un chemin absolu sans ".", ".." ni "/" final, comme {example}',
  'expected a path below the directory, without "/" at its begin or end, "." and "..", such as {example*}':
    'il faut un chemin sous le répertoire, sans "/" au début ni à la fin, "." ni "..", comme {example}',
  'expected a name such as "*.tmp", or a path below the directory without "/" at its begin or end, "." and "..", such as {example*}':
    'il faut un nom comme "*.tmp", ou un chemin sous le répertoire sans "/" au début ni à la fin, "." ni "..", comme {example}',
  "expected a path such as {example*}": "il faut un chemin comme {example}",
  "is a folder of the system, expected one of its own such as {example*}":
    "est un dossier du système, il en faut un à part comme {example}",
  "expected a mail address, such as {example*}":
    "il faut une adresse de courriel, comme {example}",
  "expected a systemd unit such as {example*}":
    "il faut une unité systemd comme {example}",
  "expected the name of a unit, such as {example*}":
    "il faut le nom d’une unité, comme {example}",
  "more than {most} rules": "plus de {most} règles",
  "more than {most} parentheses inside each other":
    "plus de {most} parenthèses imbriquées",
  // What is told by mail and webhook (src/notify/conditions.ts, render.ts).
  "{module} is served by {node}": "{module} est assuré par {node}",
  "{module} is served by {node} ({why!}; {seconds} s from the decision to the service's start)":
    "{module} est assuré par {node} ({why} ; {seconds} s de la décision au démarrage du service)",
  "a failover: the other node was lost":
    "un basculement : l’autre nœud a été perdu",
  "the other node gave way": "l’autre nœud a cédé la place",
  "{module} is stopped on {node} and served by no node{why?}":
    "{module} est arrêté sur {node} et aucun nœud ne l’assure{why}",
  "{module} is stopped on {node}; {peer} is not reachable{why?}":
    "{module} est arrêté sur {node} ; {peer} n’est pas joint{why}",
  ": {reason=}": " : {reason}",
  "{module} is no longer stopped on {node}":
    "{module} n’est plus arrêté sur {node}",
  "{module} waits on {node}": "{module} attend sur {node}",
  "{module} waits on {node}: {why=}": "{module} attend sur {node} : {why}",
  "{module} waits no longer on {node}": "{module} n’attend plus sur {node}",
  "{module} on {node}: {why!}": "{module} sur {node} : {why}",
  "nothing of {module} waits on {node} any more":
    "plus rien de {module} n’attend sur {node}",
  "{module} is to run on {node} alone: no second copy is up to date":
    "{module} doit tourner seul sur {node} : aucune deuxième copie n’est à jour",
  "{module} runs on {node} alone: no second copy is up to date":
    "{module} tourne sur {node} seul : aucune deuxième copie n’est à jour",
  "{module} is on both nodes": "{module} est sur les deux nœuds",
  "{module} is no longer alone on {node}":
    "{module} n’est plus seul sur {node}",
  'the copies of {module} differ in {count} places: see "hakit help verify"':
    'les copies de {module} diffèrent en {count} endroits : voir "hakit help verify"',
  "the copies of {module} differ no longer":
    "les copies de {module} ne diffèrent plus",
  '{module} was written on both nodes apart; what only {node} wrote is kept: see "hakit salvage list" on {node}':
    '{module} a été écrit sur les deux nœuds l’un sans l’autre ; ce que {node} est seul à avoir écrit est mis de côté : voir "hakit salvage list" sur {node}',
  "{resource} of {module} cannot be told on {node}":
    "{resource} de {module} ne peut être déterminé sur {node}",
  "{resource} of {module} cannot be told on {node}: {why=}":
    "{resource} de {module} ne peut être déterminé sur {node} : {why}",
  "{resource} of {module} can be told again on {node}":
    "{resource} de {module} peut de nouveau être déterminé sur {node}",
  "{resource} of {module} is {state=} on {node}":
    "{resource} de {module} est {state} sur {node}",
  "{resource} of {module} is {state=} on {node}: {why=}":
    "{resource} de {module} est {state} sur {node} : {why}",
  "{node} hears {peer} again": "{node} entend de nouveau {peer}",
  "{node} does not hear {peer} any more": "{node} n’entend plus {peer}",
  'the link {local} to {remote} lets small packets pass and none of {bytes} bytes: the mirror stands still on it; "hakit state" says what to do':
    'le lien {local} vers {remote} laisse passer les petits paquets et aucun de {bytes} octets : le miroir y est arrêté ; "hakit state" dit quoi faire',
  "{here} and {there} heed the same arbiter":
    "{here} et {there} suivent le même arbitre",
  "the link {local} to {remote} works again":
    "le lien {local} vers {remote} est rétabli",
  "the link {local} to {remote} is down: check cable, switch and firewall":
    "le lien {local} vers {remote} est coupé : vérifiez câble, commutateur et pare-feu",
  'the disk of "{folder*}" on {node} is nearly full ({percent} % free)':
    'le disque de "{folder}" sur {node} est presque plein ({percent} % libres)',
  'the disk of "{folder*}" on {node} has room again':
    'le disque de "{folder}" sur {node} a de nouveau de la place',
  'the certificate "{name*}" of {node} {end!}: see "hakit help cert"':
    'le certificat "{name}" de {node} {end} : voir "hakit help cert"',
  "has expired": "a expiré",
  "expires in {days} days": "expire dans {days} jours",
  'the certificate "{name*}" of {node} is renewed':
    'le certificat "{name}" de {node} est renouvelé',
  "this is a test from {node}, asked for by {who*}":
    "ceci est un test de {node}, demandé par {who}",
  "over": "terminé",
  "info": "information",
  "warning": "avertissement",
  "critical": "critique",
  "(and {count} more)": "(et {count} de plus)",
  '{count} earlier ones are left out: see "hakit log --all"':
    'avis plus anciens omis : {count} ; voir "hakit log --all"',
  'Cluster {cluster}, told by {node}. What holds now: "hakit state" on either node.':
    'Cluster {cluster}, annoncé par {node}. La situation actuelle : "hakit state" sur l’un des nœuds.',
  // More of what is wrong in a file (src/module/load.ts, schema.ts).
  'This tag is not known: a text that begins with "!" needs quotes':
    'Cette balise n’est pas connue : un texte qui commence par "!" doit être entre guillemets',
  "expected an address or a network of your own, such as {examples*}":
    "il faut une adresse ou un réseau à vous, par exemple {examples}",
};
