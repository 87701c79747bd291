/** What the agent says, in Japanese. */
import type { Phrases } from "../en/phrases.ts";

export const phrases: Phrases = {
  // How sentences follow each other: the full stop, and what stands after it.
  ".": "。",
  " ": "",
  // A module as a whole (src/agent/module_sentence.ts).
  'No module is installed: see "hakit help module".':
    'モジュールがインストールされていません。"hakit help module" を参照してください。',
  "{module} runs on BOTH nodes (ALONE on {node} and on {peer}): they were parted; one of them yields now, and what it alone wrote is kept aside.":
    "{module} は両方のノードで稼働しています（{node} と {peer} で ALONE）。ノード間が切れていました。これから一方が譲り、そのノードだけが書き込んだものは退避されます。",
  "{module} is on its way to {role} on {node}.":
    "{module} は {node} で {role} に移行中です。",
  "{module} runs on {node} (PRIM); {peer} {copy!} and {takes=}.":
    "{module} は {node} で稼働しています（PRIM）。{peer} は{copy}、{takes}。",
  "stands by": "待機しており",
  "holds an identical copy": "同一のコピーを持ち",
  "holds a copy that DIFFERS in {count} places":
    "{count} か所で異なるコピーを持ち",
  "does not take over if {node} dies: failover is off":
    "フェイルオーバーがオフのため {node} が落ちても引き継ぎません",
  "begins to take over {when=} after {node} dies":
    "{node} が落ちると{when}後に引き継ぎを始めます",
  "serves {when=} after {node} dies (its last takeover took {took} s)":
    "{node} が落ちると{when}後にサービスを提供します（前回の引き継ぎは {took} 秒）",
  "about {seconds} s": "約 {seconds} 秒",
  "{module} runs on {node} (PRIM); {peer} is not ready to take over now.":
    "{module} は {node} で稼働しています（PRIM）。{peer} は今引き継げません。",
  "{module} runs ALONE on {node}; {peer} is being brought up to date: {progress=}. Until then {peer} cannot take over.":
    "{module} は {node} で単独で稼働しています（ALONE）。{peer} を最新にしています：{progress}。それまで {peer} は引き継げません。",
  'paused{done?}, "hakit resync continue {module}" lets it go on':
    '一時停止中{done}、"hakit resync continue {module}" で再開します',
  " at {percent} % of {total*}": "（{total} の {percent} %）",
  "names are compared first": "まず名前を比較しています",
  "almost done": "まもなく完了します",
  "{percent} % of {total*} at {rate*}/s{left?}":
    "{total} の {percent} %、{rate}/s{left}",
  ", {time*} left": "、残り {time}",
  "{module} runs ALONE on {node}: {peer} is not reachable, nothing written now has a second copy{behind?}; start {peer}, or repair the links between the nodes.":
    "{module} は {node} で単独で稼働しています（ALONE）。{peer} に接続できず、今書き込まれるものに二つ目のコピーはありません{behind}。{peer} を起動するか、ノード間のリンクを修復してください。",
  " ({bytes*} so far)": "（これまでに {bytes}）",
  '{module} runs ALONE on {node}: it is not installed on {peer}, nothing written now has a second copy; say "hakit module config {module} --apply" on {node} to install it on both.':
    '{module} は {node} で単独で稼働しています（ALONE）。{peer} にはインストールされておらず、今書き込まれるものに二つ目のコピーはありません。両方にインストールするには {node} で "hakit module config {module} --apply" を実行してください。',
  "{module} runs ALONE on {node}; {peer} connects to be brought up to date{behind?}.":
    "{module} は {node} で単独で稼働しています（ALONE）。{peer} は最新になるために接続しています{behind}。",
  '{module} runs ALONE on {node}: it is stopped on {peer}, nothing written now has a second copy{behind?}; say "hakit start {module}" on {peer}.':
    '{module} は {node} で単独で稼働しています（ALONE）。{peer} では停止しており、今書き込まれるものに二つ目のコピーはありません{behind}。{peer} で "hakit start {module}" を実行してください。',
  "{module} runs ALONE on {node}; {peer} waits.":
    "{module} は {node} で単独で稼働しています（ALONE）。{peer} は待機中です。",
  "{module} is not installed on {node} and does not run on {peer}.":
    "{module} は {node} にインストールされておらず、{peer} でも稼働していません。",
  "{module} runs nowhere: {node} is secondary and sees no primary.":
    "{module} はどこでも稼働していません。{node} はセカンダリーですが、プライマリーが見えません。",
  "{module} is {doing!} on {node}.": "{module} は {node} で{doing}です。",
  "starting": "開始中",
  "stopping": "停止中",
  "{peer} is not reachable.": "{peer} に接続できません。",
  "{module} runs nowhere: {node} waits.":
    "{module} はどこでも稼働していません。{node} は待機中です。",
  "{module} runs nowhere: it is stopped on {node}, and {peer} waits.":
    "{module} はどこでも稼働していません。{node} では停止しており、{peer} は待機中です。",
  '{module} is stopped on {where=}: say "hakit start {module}"{newer?}.':
    '{module} は {where} で停止しています。"hakit start {module}" を{newer}実行してください。',
  "both nodes": "両方のノード",
  " on both": "両方で",
  " on both; {node} has the newer data":
    "両方で（データは {node} の方が新しい）",
  // Warnings (src/agent/warnings.ts).
  'MAINTENANCE: {switch*} for {module} on {node}: {meaning=}; "hakit {what} {how} -m {module}" ends it.':
    'メンテナンス：{node} の {module} は {switch}：{meaning}。"hakit {what} {how} -m {module}" で元に戻ります。',
  "a process that dies has no consequence":
    "プロセスが終了しても何も行われません",
  "what checkers find has no consequence":
    "チェッカーが異常を見つけても何も行われません",
  "it stays where it is if its node dies": "ノードが落ちても引き継がれません",
  "it is not started at boot": "マシンの起動時に開始されません",
  "not as module.yaml says": "module.yaml のとおりではありません",
  "The copies of {module} DIFFER in {count} places (its log names them): \"hakit verify {module} --repair\" levels the secondary's from the primary's; look for a failing disk.":
    '{module} のコピーが {count} か所で異なります（場所はモジュールのログにあります）。"hakit verify {module} --repair" でセカンダリーのコピーをプライマリーに合わせてください。ディスクが故障していないかも調べてください。',
  '{node} runs hakit {version} and {peer} {other}: finish with "hakit upgrade FILE", or take it back with "hakit upgrade --back".':
    '{node} の hakit は {version}、{peer} は {other} です。"hakit upgrade FILE" で更新を完了するか、"hakit upgrade --back" で元に戻してください。',
  'split_brain.keep is {mine=} on {node} and {theirs=} on {peer}, so it counts for nothing: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one.':
    'split_brain.keep は {node} では {mine}、{peer} では {theirs} のため、無効です。両方の cluster.yaml で同じにしてから、一方のノードで "hakit upgrade --restart" を実行してください。',
  "nothing": "空",
  'cluster.yaml differs between {node} and {peer} ({parts*}): make it the same on both, then "hakit upgrade --restart" on one: the agents begin again one after the other, and services change places.':
    'cluster.yaml が {node} と {peer} で異なります（{parts}）。両方で同じにしてから、一方のノードで "hakit upgrade --restart" を実行してください。エージェントが順に再起動し、サービスは入れ替わります。',
  'KEPT DATA of {module} on {node}: it was written on both nodes apart, and what only {node} wrote is not in use but kept; there, "hakit salvage show {module}/{copy}" lists it, "hakit salvage drop {module}/{copy}" ends this warning.':
    '{node} に {module} の保持データがあります。両ノードが別々に書き込み、{node} だけが書き込んだものは使われていませんが保持されています。{node} で "hakit salvage show {module}/{copy}" を実行すると内容が表示され、"hakit salvage drop {module}/{copy}" で破棄するとこの警告は消えます。',
  'heartbeat.timeout is {mine} ms on {node} and {theirs} ms on {peer}: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one; until then leases follow the shorter one.':
    'heartbeat.timeout は {node} で {mine} ms、{peer} で {theirs} ms です。両方の cluster.yaml で同じにしてから、一方のノードで "hakit upgrade --restart" を実行してください。それまでは短い方に従います。',
  "The link {local} to {remote} is down: the nodes still hear each other on another one; check cable, switch and firewall.":
    "リンク {local} – {remote} が切断されています。ノード間は別のリンクでつながっています。ケーブル、スイッチ、ファイアウォールを確認してください。",
  'There is only one link between the nodes, so one broken cable can part them: with every module stopped, give each node a second address in cluster.yaml of both, then "hakit upgrade --restart".':
    'ノード間のリンクが一つしかなく、ケーブル一本の断線でノード間が切れます。すべてのモジュールを停止し、両方の cluster.yaml で各ノードに二つ目のアドレスを加えてから、"hakit upgrade --restart" を実行してください。',
  // Who decides when the nodes are parted (src/agent/arbiter_sentence.ts).
  'There is no arbiter: if all links break at once, both nodes may become primary. On reconnect one of them yields, and what it alone wrote is kept aside. "hakit witness add ADDRESS" excludes that.':
    'アービターがありません。すべてのリンクが同時に切れると、両方のノードがプライマリーになることがあります。再接続時に一方が譲り、そのノードだけが書き込んだものは退避されます。"hakit witness add ADDRESS" でこれを排除できます。',
  "The arbiter does not answer from {node} (ping {addresses*}): when the links break now, this node stops.":
    "アービターが {node} に応答しません（ping {addresses}）。今リンクが切れると、このノードは停止します。",
  "The arbiter is a ping of {addresses*}: a node that is cut off stops.":
    "アービターは {addresses} への ping です。孤立したノードは停止します。",
  "It cannot exclude two primaries: when only the links between the nodes break, both reach it.":
    "これでは二つのプライマリーを排除できません。ノード間のリンクだけが切れると、両方のノードから届くためです。",
  'The {witness!} is being removed: until that is done on both nodes, neither goes on without the other; say "hakit witness remove" again.':
    '{witness} は削除中です。両ノードで完了するまで、どちらのノードも相手なしでは続行しません。"hakit witness remove" をもう一度実行してください。',
  'The {witness!} does not answer {node}: two primaries stay excluded and mirrored modules run on, but should the other node die now, the service stops until the {witness!} is back; see "systemctl status hakit-witness" there, and its UDP port.':
    '{witness} が {node} に応答しません。二つのプライマリーは引き続き排除され、ミラーされたモジュールは稼働を続けますが、今もう一方のノードが落ちると、{witness} が戻るまでサービスは止まります。そのマシンの "systemctl status hakit-witness" と UDP ポートを確認してください。',
  "The {witness!} has not answered {node} yet: should the other node die before it does, the service stops until then.":
    "{witness} はまだ {node} に応答していません。応答の前にもう一方のノードが落ちると、応答までサービスは止まります。",
  "The {witness!} decides: two primaries are excluded; should it and a node fail together, the service stops.":
    "{witness} が判定します。二つのプライマリーは排除されます。ウィットネスとノードが同時に故障すると、サービスは止まります。",
  "The {witness!} answers and has not been told yet who is up to date; that follows when both nodes are level.":
    "{witness} は応答していますが、どちらが最新かはまだ伝えられていません。両ノードが揃うと伝えられます。",
  "witness {address}": "ウィットネス {address}",
  // Why a node waits: whose data (src/machine/verdict.ts).
  'failover is off: waits for {peer} to run the module again; to run it here: "hakit prim {module}"':
    'フェイルオーバーがオフのため、{peer} が再びモジュールを稼働させるのを待っています。ここで稼働させるには："hakit prim {module}"',
  "the replicator of this node has not started: see replicator.log of {module} (in /var/log/hakit/{module}); it may only be slow, and is tried again{meanwhile?}":
    "このノードのレプリケーターがまだ起動していません。{module} の replicator.log（/var/log/hakit/{module}）を見てください。遅いだけの可能性もあり、再試行は続きます{meanwhile}",
  '; to go on with the copy of {peer}, which may lack the last writes: "hakit prim {module} --node {peer}"':
    '。最後の書き込みが欠けている可能性のある {peer} のコピーで続けるには："hakit prim {module} --node {peer}"',
  "the replicator is starting": "レプリケーターを起動しています",
  "listens to {peer}": "{peer} の状態を確認しています",
  "listens for {peer}": "{peer} からの応答を待っています",
  "{peer} is {role} with older data": "{peer} は古いデータで {role} です",
  "{peer} is {role}": "{peer} は {role} です",
  "{peer} is SECOND and decides whether it takes over":
    "{peer} は SECOND で、引き継ぐかどうかを判断しています",
  "{peer} is still stopping": "{peer} はまだ停止処理中です",
  "{peer} starts first": "{peer} が先に開始します",
  'the replicator of {peer} has not started, so nobody knows whose data is newer: see replicator.log of {module} there (in /var/log/hakit/{module}); if this copy is good: "hakit prim {module}"':
    '{peer} のレプリケーターがまだ起動していないため、どちらのデータが新しいか分かりません。{peer} で {module} の replicator.log（/var/log/hakit/{module}）を見てください。このコピーが正しければ："hakit prim {module}"',
  "the replicator of {peer} does not run yet":
    "{peer} のレプリケーターはまだ動いていません",
  'first start: neither node has data of this module yet; say "hakit prim {module}" on the node whose data is good':
    '初回の開始です。どちらのノードにもこのモジュールのデータがまだありません。正しいデータを持つノードで "hakit prim {module}" を実行してください',
  'both nodes wrote without the other: this copy is {mine=}, the one of {peer} is {theirs=}; to keep this one: "hakit prim {module}", to keep the other: "hakit prim {module} --node {peer}"; what only the losing side has is kept aside':
    '両ノードが互いに相手なしで書き込みました。このコピーは {mine}、{peer} のコピーは {theirs} です。このコピーを残すには："hakit prim {module}"、もう一方を残すには："hakit prim {module} --node {peer}"。残らない側だけにあるものは退避されます',
  "{generation} (half made)": "{generation}（コピーが途中）",
  "{generation} (not up to date)": "{generation}（最新でない）",
  'this copy is not up to date and {peer} has none that is; to go on with this one: "hakit prim {module}"':
    'このコピーは最新ではなく、{peer} にも最新のコピーがありません。このコピーで続けるには："hakit prim {module}"',
  'this copy is only half made and {peer} has none that is whole; only "hakit primforce {module}" starts it as it is':
    'このコピーは途中までで、{peer} にも完全なコピーがありません。このまま開始できるのは "hakit primforce {module}" だけです',
  '{peer} is empty and this node was SECOND, so this copy may lack the last writes; if it is good: "hakit prim {module}"':
    '{peer} は空で、このノードは SECOND だったため、このコピーには最後の書き込みが欠けている可能性があります。正しければ："hakit prim {module}"',
  '{peer} has the newer copy, but says itself that it is not whole or not up to date; if it is good: "hakit prim {module}" there':
    '{peer} のコピーの方が新しいのですが、完全でないか最新でないと {peer} 自身が示しています。正しければ {peer} で："hakit prim {module}"',
  'this node has no data, and the copy of {peer} may lack the last writes; if that one is good: "hakit prim {module} --node {peer}"':
    'このノードにはデータがなく、{peer} のコピーには最後の書き込みが欠けている可能性があります。そのコピーが正しければ："hakit prim {module} --node {peer}"',
  "{peer} has the newer data and starts first":
    "{peer} のデータの方が新しいため、{peer} が先に開始します",
  '{peer} has the newer data and is stopped; say "hakit start {module}" there, or "hakit prim {module}" here to go on without its last writes':
    '{peer} のデータの方が新しいのですが、停止しています。{peer} で "hakit start {module}" を実行するか、その最後の書き込みなしで続けるにはここで "hakit prim {module}" を実行してください',
  "{peer} was primary last and starts first":
    "最後にプライマリーだった {peer} が先に開始します",
  "{peer} has no such module": "{peer} にこのモジュールはありません",
  "waits for {peer}, which {how!}: {why=}":
    "{peer} を待っています（{how}）。{why}",
  "does not answer": "応答なし",
  "has no such module": "このモジュールがありません",
  'this node has no data yet; if there is none elsewhere: "hakit prim {module}"':
    'このノードにはまだデータがありません。ほかにもなければ："hakit prim {module}"',
  'this copy is only half made; only "hakit primforce {module}" starts it as it is':
    'このコピーは途中までです。このまま開始できるのは "hakit primforce {module}" だけです',
  "it has newer data; {then=}":
    "そのノードのデータの方が新しいためです。{then}",
  "it may have newer data; {then=}":
    "そのノードのデータの方が新しい可能性があります。{then}",
  'if it is off and will not come back: "hakit prim {module}"':
    '電源が切れていて戻らない場合は："hakit prim {module}"',
  'if it will not be installed there again: "hakit prim {module}"':
    'そこに再びインストールしない場合は："hakit prim {module}"',
  // Why a node waits: who may go on alone (src/machine/permission.ts, witness_word.ts).
  'the witness {address} has let {peer} go on alone; this node follows when it hears it; if {peer} is off and will not come back: "hakit prim {module}"':
    'ウィットネス {address} が {peer} の単独での続行を認めました。このノードは {peer} の応答があれば従います。{peer} の電源が切れていて戻らない場合は："hakit prim {module}"',
  'the witness is being removed, and nothing else says that {peer} has stopped; if it is not primary: "hakit prim {module}"':
    'ウィットネスは削除中で、{peer} が停止したことをほかに示すものがありません。{peer} がプライマリーでなければ："hakit prim {module}"',
  'the witness {address} hears {peer} as primary; say "hakit stop {module}" there first':
    'ウィットネス {address} によると {peer} がプライマリーです。先に {peer} で "hakit stop {module}" を実行してください',
  "waits for {peer} or the witness {address}, which both do not answer; {then=}":
    "{peer} またはウィットネス {address} を待っています（どちらも応答なし）。{then}",
  "waits for the word of {peer}, or of the witness {address}; {then=}":
    "{peer} またはウィットネス {address} の返事を待っています。{then}",
  'if {peer} is not primary: {how?}"hakit prim {module}"':
    '{peer} がプライマリーでなければ：{how}"hakit prim {module}"',
  '"hakit stop {module}", then ': '"hakit stop {module}"、次に ',
  "waits for the word of {peer}": "{peer} の返事を待っています",
  'the witness {address} remembers nothing of {module} (a new disk?), and {peer} does not answer; if it is not primary: "hakit prim {module}"':
    'ウィットネス {address} に {module} の記録がなく（新しいディスク？）、{peer} も応答しません。{peer} がプライマリーでなければ："hakit prim {module}"',
  "{peer} may still be primary for a moment, says the witness":
    "ウィットネスによると、{peer} がもうしばらくプライマリーの可能性があります",
  'this node was not entitled to go on without {peer}, which may have gone on; if it has not: "hakit prim {module}"':
    'このノードには {peer} なしで続行する資格がありません。{peer} が続行した可能性があるためです。続行していなければ："hakit prim {module}"',
  "tells the witness that this node goes on":
    "このノードの続行をウィットネスに伝えています",
  "pings {addresses*}": "{addresses} に ping を送っています",
  'neither {peer} nor {addresses=} answers, so this node seems to be cut off; it goes on when {peer} is heard, or if {peer} is not primary by "hakit prim {module}"':
    '{peer} も {addresses} も応答しないため、このノードは孤立しているようです。{peer} が応答すれば続行します。{peer} がプライマリーでなければ "hakit prim {module}" でも続行します',
  "{address} nor {more=}": "{address} も {more}",
  "no ping of {addresses*} can be sent from here; {then=}":
    "ここから {addresses} に ping を送れません。{then}",
  // Why a node left its role, or holds its writes (src/machine).
  "{why=}; what runs here is stopped first":
    "{why}。ここで動いているものを先に停止しています",
  "{why!}, and {word=}": "{why}。{word}",
  "{why!}: {word=}": "{why}：{word}",
  "{why=}, and this copy is not up to date":
    "{why}。このコピーは最新ではありません",
  "{why=}, and failover is off": "{why}。フェイルオーバーはオフです",
  "no heartbeat of {peer}": "{peer} のハートビートがありません",
  "{peer} was not heard": "{peer} の応答がありませんでした",
  "{peer} was not heard since this agent began":
    "このエージェントの起動後、{peer} の応答がありません",
  "{peer} was not heard since this node stood still, and may have gone on":
    "このノードが一時止まってから {peer} の応答がなく、{peer} が続行した可能性があります",
  "{peer} does not have the module": "{peer} にモジュールがありません",
  "{peer} was stopped": "{peer} は停止されました",
  "{peer} left": "{peer} は役割を離れました",
  "neither node is primary": "どちらのノードもプライマリーではありません",
  "{peer} went on without this node": "{peer} はこのノードなしで続行しました",
  "{peer} goes on without this node": "{peer} はこのノードなしで続行しています",
  "neither {peer} nor the witness has heard this node in time":
    "このノードからの通信が {peer} にもウィットネスにも時間内に届きませんでした",
  "the data connection to {peer} is broken and it does not answer":
    "{peer} へのデータ接続が切れ、{peer} が応答しません",
  "writes wait: the data connection to {peer} is broken and it has not recorded yet that its copy is behind":
    "書き込みが待っています。{peer} へのデータ接続が切れ、{peer} のコピーが遅れていることがまだ記録されていません",
  "writes wait: {why=}": "書き込みが待っています。{why}",
  "the virtual address is not here, it is tried again: {problem=}":
    "仮想アドレスがここにありません。再試行しています：{problem}",
  "was handing over": "引き渡し中でした",
  "what it served was taken away already":
    "提供していたものはすでに停止されています",
  "stopstart": "停止と開始が依頼されました",
  "starts {seconds} s after boot":
    "マシンの起動から {seconds} 秒後に開始します",
  "could not let go of the data yet ({what=}); tried again":
    "まだデータを解放できません（{what}）。再試行しています",
  'failed {count} times in {period=}, last: {what=}; start it again when the cause is gone: "hakit start {module}"':
    '{period}に {count} 回失敗しました。最後の原因：{what}。原因がなくなったら開始してください："hakit start {module}"',
  "{count} hours": "{count} 時間",
  "{count} minutes": "{count} 分",
  "{count} s": "{count} 秒",
  'rule {rule}: {why=}; start it again when the cause is gone: "hakit start {module}"':
    'ルール {rule}：{why}。原因がなくなったら開始してください："hakit start {module}"',
  "{why=} (rule {rule}); it goes on by itself when that has changed":
    "{why}（ルール {rule}）。変われば自動的に続行します",
  "waits for the first result of {resource}":
    "{resource} の最初の結果を待っています",
  "{resource} is {state=}{detail?}": "{resource} は{state}です{detail}",
  "up": "正常",
  "down": "異常",
  "init": "初回確認中",
  "unknown": "未確認",
  " ({detail=})": "（{detail}）",
  "{why!} and {word=}": "{why}。{word}",
  "its condition holds": "条件が成立しています",
  "nothing is decided here: the module's record cannot be saved, it is tried again: {why=}":
    "ここでは何も判断できません。モジュールの記録を保存できないためです。再試行しています：{why}",
  "the disk does not answer": "ディスクが応答しません",
  "{why=}; as it was before, this copy is kept: {commands*}":
    "{why}。以前の状態のコピーが保持されています：{commands}",
  // What failed here (src/machine, src/actions, src/replication).
  "the replicator died": "レプリケーターが異常終了しました",
  "the replicator is {phase}": "レプリケーターは {phase} です",
  "the replicator does not run": "レプリケーターが動いていません",
  "the replicator ended": "レプリケーターが終了しました",
  '{doing!} below "{path*}" failed: {error}':
    '"{path}" 以下の{doing}に失敗しました：{error}',
  "reading": "読み込み",
  "writing": "書き込み",
  "fsync": "fsync",
  "this node's disk failed to sync: {error}":
    "このノードのディスクの同期に失敗しました：{error}",
  'the mount over "{path*}" is gone': '"{path}" のマウントがなくなりました',
  "script {script}: {what=}": "スクリプト {script}：{what}",
  "script {script} force: {what=}": "スクリプト {script} force：{what}",
  "replicator {command}: {what=}": "レプリケーター {command}：{what}",
  "take-addresses": "仮想アドレスの取得",
  "release-addresses": "仮想アドレスの解放",
  "exit code {code}{log?}": "終了コード {code}{log}",
  ', see "{log*}"': '、"{log}" を参照',
  "took longer than {seconds} s and was ended{log?}":
    "{seconds} 秒を超えたため終了させました{log}",
  'Cannot take address "{address}": no interface has this node\'s address {near}, expected it on one of {names*}':
    'アドレス "{address}" を取得できません。このノードのアドレス {near} を持つインターフェースがありません（候補：{names}）',
  'Cannot take address "{address}": interface "{device}" does not exist, expected one of {names*}':
    'アドレス "{address}" を取得できません。インターフェース "{device}" がありません（候補：{names}）',
  'Cannot take address "{address}": the machine with MAC {mac} on {device} answers for it, expected nobody; take it off there, or choose another virtual address':
    'アドレス "{address}" を取得できません。MAC {mac} のマシンが {device} で応答しています。そのマシンから外すか、別の仮想アドレスを選んでください',
  '"{path*}" does not exist (tocheck in module.yaml): is the file system of "{folder*}" mounted?':
    '"{path}" がありません（module.yaml の tocheck）。"{folder}" のファイルシステムはマウントされていますか？',
  '"{below*}" is a mount of its own below the mirrored directory "{path*}", which would hide it: mount it elsewhere (umount "{below*}"), and list it in module.yaml as a directory of its own if it is to be mirrored':
    '"{below}" はミラーディレクトリー "{path}" 以下の別のマウントで、ミラーすると隠れてしまいます。別の場所にマウントし（umount "{below}"）、ミラーするなら module.yaml に独立したディレクトリーとして書いてください',
  // Warnings of a module's replication (src/replication).
  "{module}: {notice!}": "{module}：{notice}",
  "no session with {address} port {port}: {why=}":
    "{address} ポート {port} とのセッションがありません：{why}",
  "no session with the peer: {why=}":
    "相手ノードとのセッションがありません：{why}",
  "session with the primary ended: {why=}":
    "プライマリーとのセッションが終了しました：{why}",
  "refused a connection from {address} on port {port}: {why=}":
    "{address} からのポート {port} への接続を拒否しました：{why}",
  "Cannot listen on {address} port {port}: another program uses it (see: ss -ltnp)":
    "{address} ポート {port} で待ち受けられません。別のプログラムが使っています（ss -ltnp で確認）",
  "Cannot listen on {address} port {port}: {error} (is the address there?)":
    "{address} ポート {port} で待ち受けられません：{error}（アドレスはありますか？）",
  "the peer's data is newer than this primary's: nothing is copied":
    "相手ノードのデータがこのプライマリーより新しいため、何もコピーされません",
  "the peer's data is newer": "相手ノードのデータの方が新しい",
  'changes wait: what differs cannot be recorded below "{path*}": {why*}':
    '変更が待っています。差分を "{path}" 以下に記録できません：{why}',
  'no journal can be kept below "{path*}" (should both nodes die at once, everything is compared): {why*}':
    '"{path}" 以下にジャーナルを保持できません（両ノードが同時に落ちると、すべてを比較します）：{why}',
  "no further inode ids: {why*}": "inode 番号が足りません：{why}",
  "this node's disk refuses what the primary wrote: {error}":
    "このノードのディスクが、プライマリーが書き込んだものを受け付けません：{error}",
  'this node\'s disk failed to sync: {error}; this copy is not used any more: look after the disk, then have everything compared ("hakit second {module} --full")':
    'このノードのディスクの同期に失敗しました：{error}。このコピーはもう使われません。ディスクを調べてから、すべてを比較してください（"hakit second {module} --full"）',
  '{why!}: it has the only copy, and some of what was written lately may not be on it; look after the disk, start the other node, then compare ("hakit verify {module}")':
    '{why}。唯一のコピーですが、最近の書き込みの一部が欠けている可能性があります。ディスクを調べ、もう一方のノードを起動してから比較してください（"hakit verify {module}"）',
  "letting go of the data waits until this node's disk has all of it{more?}":
    "データの解放は、このノードのディスクがすべてを書き終えるのを待っています{more}",
  ": the other node has not, so leave this one on":
    "。もう一方のノードにはないため、このノードの電源を切らないでください",
  'letting go of the data waits until this node\'s disk has what was written through "{path*}"':
    'データの解放は、"{path}" 経由で書き込まれたものをこのノードのディスクが書き終えるのを待っています',
  '{count} excluded names stood in directories that the primary has not: they are kept in "{path*}" of the mirrored directory':
    '除外された名前が {count} 件、プライマリーにないディレクトリーにありました。ミラーディレクトリーの "{path}" に保持されています',
  "both nodes had written alone: what this one wrote is kept in {folder*}":
    "両ノードが単独で書き込んでいました。このノードが書き込んだものは {folder} に保持されています",
  "what stood here before is kept in {folders*}":
    "以前ここにあったものは {folders} に保持されています",
  // Other warnings of a node (src/agent, src/heartbeat, src/guard).
  '{module} is mirrored by hakit {version=} on {node}: swap it away, then "systemctl restart hakit" here.':
    '{node} では {module} を hakit {version} がミラーしています。もう一方のノードに入れ替えてから、ここで "systemctl restart hakit" を実行してください。',
  "of before": "（以前のバージョン）",
  'module "{module}" runs with its last good configuration (number {number} of its history), because {why*}':
    'モジュール "{module}" は最後の正しい設定（履歴の {number} 番）で稼働しています。理由：{why}',
  'module "{module}" is one too many: a node has at most {most}, "hakit module uninstall NAME" makes room':
    'モジュール "{module}" は上限を超えています。一つのノードには最大 {most} 個です。"hakit module uninstall NAME" で減らしてください',
  'module "{module}": {why!}': 'モジュール "{module}"：{why}',
  'port: {port} is used by module "{other}", expected another':
    'port：{port} はモジュール "{other}" が使っています。別のものにしてください',
  'directories: "{path*}" and "{theirs*}" of module "{other}" overlap, expected folders apart':
    'directories："{path}" とモジュール "{other}" の "{theirs}" が重なっています。別々のフォルダーにしてください',
  'virtual_addresses: {address} belongs to module "{other}", expected another':
    'virtual_addresses：{address} はモジュール "{other}" のものです。別のものにしてください',
  'No arbiter: {address} belongs to {whose=}, which would answer itself when it is cut off: expected {expected=}; "hakit witness remove", then add another one.':
    'アービターがありません。{address} は{whose}のもので、孤立したときも自分自身に応答してしまいます。必要なのは{expected}です。"hakit witness remove" を実行してから、別のものを追加してください。',
  "whichever node is primary": "プライマリーのノード",
  "every machine": "すべてのマシン",
  "one that both nodes reach only over the network, such as a router's":
    "両ノードがネットワーク経由でしか届かないアドレス（ルーターなど）",
  "that of a third machine": "第三のマシンのアドレス",
  "another machine sends heartbeats as this node, with this cluster's key (a copied machine?): only one of the two may run":
    "別のマシンがこのクラスターの鍵で、このノードとしてハートビートを送っています（複製されたマシン？）。動かしてよいのは一方だけです",
  "heartbeats arrive that this cluster's key does not open: secret.key or the id in cluster.yaml differs between the nodes, or another cluster uses these addresses":
    "このクラスターの鍵で開けないハートビートが届いています。secret.key または cluster.yaml の id がノード間で異なるか、別のクラスターがこれらのアドレスを使っています",
  'heartbeats arrive in another version of the protocol and are not heard: the nodes run versions of hakit that cannot work together, see "hakit upgrade" on each':
    'プロトコルのバージョンが異なるハートビートが届いており、受け付けられません。両ノードの hakit のバージョンは共に動作できません。それぞれで "hakit upgrade" を参照してください',
  "the guard does not run: {why*}": "監視プロセスが動いていません：{why}",
  'watchdog: "{path*}" does not exist: load the driver ("modprobe softdog", and a line softdog in /etc/modules), or correct watchdog.device in cluster.yaml':
    'watchdog："{path}" がありません。ドライバーを読み込むか（"modprobe softdog"、および /etc/modules に softdog の行）、cluster.yaml の watchdog.device を直してください',
  'watchdog: "{path*}" is in use by somebody else (RuntimeWatchdogSec of systemd?): one of the two must give it up':
    'watchdog："{path}" はほかで使われています（systemd の RuntimeWatchdogSec？）。どちらか一方をやめてください',
  'watchdog: "{path*}" cannot be opened: {error}':
    'watchdog："{path}" を開けません：{error}',
  'Module "{module}" has configuration {number} on {node}, {peer} hands over its newer one ({newer}).':
    '{node} にあるモジュール "{module}" の設定は {number} です。{peer} がより新しい設定（{newer}）を渡します。',
  'Files of module "{module}" were changed by hand on {node}, which the other node knows nothing of: "hakit module config {module} --plan" there shows what, --apply puts it in force on both nodes.':
    'モジュール "{module}" のファイルが {node} で手作業で変更されていて、もう一方のノードには伝わっていません。{node} で "hakit module config {module} --plan" を実行すると内容が表示され、--apply で両ノードに適用されます。',
  'Module "{module}" has an older configuration on {peer} ({older}) than on {node} ({number}). {why=}; then it takes the newer one by itself.':
    '{peer} にあるモジュール "{module}" の設定（{older}）は {node} のもの（{number}）より古いです。{why}。その後、新しい設定が自動的に適用されます。',
  'Module "{module}" is not installed on {peer}: say "hakit module config {module} --apply" on {node} to install it on both.':
    'モジュール "{module}" は {peer} にインストールされていません。両方にインストールするには {node} で "hakit module config {module} --apply" を実行してください。',
  'Module "{module}" has another configuration on {peer} than on {node}: say "hakit module config {module} --apply" on the node whose is right.':
    'モジュール "{module}" の設定が {peer} と {node} で異なります。正しい設定のノードで "hakit module config {module} --apply" を実行してください。',
  // What checkers find (src/checker).
  "{address} does not answer": "{address} が応答しません",
  "no answer within {time} ms": "{time} ms 以内に応答がありません",
  "this server is too busy to tell: {why=}":
    "このサーバーは負荷が高すぎて判断できません：{why}",
  "took longer than {seconds} s": "{seconds} 秒を超えました",
  "the last look hangs since {seconds} s":
    "前回の確認が {seconds} 秒間止まったままです",
  "the program ping is not installed":
    "プログラム ping がインストールされていません",
  "no program can be started: {why*}": "プログラムを起動できません：{why}",
  "{address} is not on this machine": "{address} はこのマシンにありません",
  "the machine with MAC {mac} answers for {address}":
    "MAC {mac} のマシンが {address} に応答しています",
  "no interface has {address}": "{address} を持つインターフェースがありません",
  "there is no {interface}": "{interface} がありません",
  "{interface} is switched off": "{interface} は無効になっています",
  "{interface} has no carrier":
    "{interface} のリンクがありません（ケーブル抜け？）",
  "status {status}, expected {expected}":
    "ステータス {status}（期待値 {expected}）",
  '"{pattern*}" is not on the page': '"{pattern}" がページにありません',
  'no module is called "{module}"': '"{module}" というモジュールはありません',
  "module {module} is not primary and ready":
    "モジュール {module} は準備完了のプライマリーではありません",
  "systemd does not answer": "systemd が応答しません",
  "the unit is {unit=}": "ユニットの状態：{unit}",
  "not known": "不明",
  "{count} run, expected at least {least}":
    "{count} 個動作中（期待値は {least} 個以上）",
  "{count} run, expected at most {most}":
    "{count} 個動作中（期待値は {most} 個以下）",
  // Why a command is refused (src/machine/command.ts, primary.ts, src/agent/cluster_config.ts).
  "Cannot {command} {module}: {why!}":
    "{module} に {command} を実行できません：{why}",
  "{file} was changed in {parts*}, expected that the agents of both nodes begin again before a module is started":
    "{file} の {parts} が変更されています。モジュールを開始する前に、両ノードのエージェントを再起動してください",
  "it is in WAIT and runs nothing": "WAIT で、何も動いていません",
  "this node is still busy with a change": "このノードはまだ変更の途中です",
  "it needs PRIM and SECOND, this node is {mine} and {peer} is {theirs}":
    "PRIM と SECOND が必要ですが、このノードは {mine}、{peer} は {theirs} です",
  "{peer} is {role} but not ready":
    "{peer} は {role} ですが準備完了ではありません",
  "Cannot make this node primary of {module}: {why!}":
    "このノードを {module} のプライマリーにできません：{why}",
  "it is {role}, expected STOP or WAIT":
    "現在 {role} です（STOP または WAIT が必要）",
  'it is SECOND: "hakit swap {module}" moves the service here; if {peer} is gone, "hakit stop {module}", then "hakit prim {module}"':
    '現在 SECOND です。サービスをここに移すには "hakit swap {module}"、{peer} が失われている場合は "hakit stop {module}"、次に "hakit prim {module}" を実行してください',
  '{peer} is {role}; stop it there first: "hakit stop {module} --node {peer}"':
    '{peer} が {role} です。先に停止してください："hakit stop {module} --node {peer}"',
  'Cannot start {module} from this copy: it is only half made; to use it nevertheless: "hakit primforce {module}"':
    'このコピーから {module} を開始できません。途中までのコピーです。それでも使うには："hakit primforce {module}"',
  "Cannot make this node secondary of {module}: {why!}":
    "このノードを {module} のセカンダリーにできません：{why}",
  "it is {role}; stop it first": "現在 {role} です。先に停止してください",
  "{peer} is {what=}, expected ALONE or PRIM":
    "{peer} は {what} です（ALONE または PRIM が必要）",
  "not heard": "応答なし",
  "its data is newer than that of {peer}": "データが {peer} より新しいためです",
  "Cannot copy {module} anew: {why!}": "{module} をコピーし直せません：{why}",
  // What a module's log tells of its way (src/machine, src/actions, src/agent): the timeline.
  "{was} becomes {role}: {why=}": "{was} から {role} へ：{why}",
  "{role} is ready after {seconds} s": "{role} は {seconds} 秒で準備完了",
  "started": "開始",
  "stopped": "停止",
  "asked for": "依頼による",
  "was being stopped": "停止処理中でした",
  "everything is stopped": "すべて停止しました",
  "its service does not start": "サービスが開始しません",
  "it fails too often here": "このノードで失敗が多すぎます",
  "{peer} is up to date": "{peer} は最新です",
  "{peer} has recorded that it is behind":
    "{peer} は遅れていることを記録しました",
  "{peer} has handed over": "{peer} が引き渡しました",
  "{peer} stays primary": "{peer} がプライマリーを続けます",
  "hands over to {peer}": "{peer} に引き渡します",
  "this node goes first, {peer} follows":
    "このノードが先に開始し、{peer} が続きます",
  "{peer} does not answer and cannot have newer data":
    "{peer} は応答しませんが、より新しいデータを持つことはありえません",
  "{peer} does not answer, and the witness has let nobody else go on":
    "{peer} は応答せず、ウィットネスはほかのノードの続行を認めていません",
  "WAIT: {why=}": "WAIT：{why}",
  "Failed as {role}: {what=}": "{role} で失敗：{what}",
  "Stopped: {why=}": "停止：{why}",
  "While stopping: {what=}": "停止処理中：{what}",
  "Not primary: {why=}": "プライマリーになれません：{why}",
  "Not alone: {why=}": "単独で続行できません：{why}",
  "Fenced: {why=}; nothing is acknowledged any more":
    "フェンス：{why}。以後の書き込みは確認されません",
  "Fenced while it stops: {why=}": "停止処理中にフェンス：{why}",
  "Both nodes were primary: this one yields to {peer} ({role}); what only this node wrote is kept in the module's salvage folder":
    "両ノードがプライマリーでした。このノードが {peer}（{role}）に譲ります。このノードだけが書き込んだものは、モジュールの salvage フォルダーに保持されています",
  "Swap with {peer} begins": "{peer} との入れ替えを始めます",
  "The swap was broken off: this node goes on as primary":
    "入れ替えは中断されました。このノードはプライマリーを続けます",
  "{peer} did not take up the swap": "{peer} は入れ替えに応じませんでした",
  "{peer} is where the primary belongs":
    "プライマリーの本来のノードは {peer} です",
  "{peer} goes on without this copy": "{peer} はこのコピーなしで続行しています",
  "The witness has let {peer} go on":
    "ウィットネスが {peer} の続行を認めました",
  "The replicator does not record that this copy is behind: it is not used before it is level again":
    "レプリケーターがこのコピーの遅れを記録しません。再び揃うまで、このコピーは使われません",
  "The agent is back beside its replicator: still {role}":
    "エージェントがレプリケーターのもとに戻りました。引き続き {role} です",
  "{order} called by rule {rule}: {why=}":
    "ルール {rule} による {order}：{why}",
  "wait called by a rule: {why=}": "ルールによる wait：{why}",
  "{order} by rule {rule} ({why=}) is not done: {no=}":
    "ルール {rule} の {order}（{why}）は行われません：{no}",
  "failover is off": "フェイルオーバーはオフです",
  "this node is {role}, not PRIM":
    "このノードは {role} で、PRIM ではありません",
  "{command} called by {by=}": "{by} による {command}",
  "user {name}": "ユーザー {name}",
  "key {name}": "キー {name}",
  "{switch} is switched off by {by=}": "{by} が {switch} をオフにしました",
  "{switch} is switched on by {by=}": "{by} が {switch} をオンにしました",
  "{resource} is {state=}: {detail=}": "{resource} は{state}です：{detail}",
  "configuration {number} in force: {note*} (by {by=})":
    "設定 {number} を適用：{note}（{by}）",
  "{script*} begins, {log}": "{script} を開始、{log}",
  "{script*} begins": "{script} を開始",
  "{script*} ended after {seconds} s": "{script} は {seconds} 秒で終了",
  "{peer} is lost after {seconds} s":
    "{peer} の応答が {seconds} 秒ないため、失われたとみなしました",
  "addresses taken after {seconds} s": "アドレスを {seconds} 秒で取得",
  "directories mounted after {seconds} s":
    "ディレクトリーを {seconds} 秒でマウント",
  "addresses": "アドレス",
  "directories": "ディレクトリー",
  "{plan}: {what*} failed after {time*}: {error=}":
    "{plan}：{what} は {time} 後に失敗しました：{error}",
  "runs and does not say what it does; it is left alone":
    "動作していますが、状態を返しません。そのままにします",
  "hakit {version=} goes on mirroring; another one begins when the agent restarts while the module is not primary here":
    "hakit {version} がミラーを続けます。モジュールがここでプライマリーでないときにエージェントが再起動すると、新しいものに替わります",
  "ended, starting it again": "終了しました。再び起動します",
  "cannot be started: {why*}": "起動できません：{why}",
  'ended at once, see "{log*}"': 'すぐに終了しました。"{log}" を参照',
  "started and not to be reached for {seconds} s, ended":
    "起動後 {seconds} 秒間接続できないため、終了させました",
  "connection failed: {why*}": "接続に失敗しました：{why}",
  "silent for {seconds} s, ended":
    "{seconds} 秒間応答がないため、終了させました",
  "silent for {seconds} s": "{seconds} 秒間応答がありません",
  "services of this module cannot be frozen when the node must not serve any more: {why*}":
    "ノードがサービスを提供してはならないときに、このモジュールのサービスを凍結できません：{why}",
  "this copy as it was is not kept while it is brought up to date: {why*}":
    "最新にする間、以前の状態のこのコピーは保持されません：{why}",
  "what is left of a copy stays for now: {why*}":
    "コピーの残りは当面そのままです：{why}",
  "copy {copy} is given up: the disk is nearly full, and this copy is being brought up to date":
    "コピー {copy} は破棄されます。ディスクの空きがほとんどなく、このコピーを最新にしている途中です",
  "copy {copy} stays: {why*}": "コピー {copy} は残ります：{why}",
  "copy {copy} restored, what stood there is kept as {before} (by {by=})":
    "コピー {copy} を復元しました。以前の内容は {before} として保持されています（{by}）",
  'what this node alone had written to "{module}", kept as {copy}, was destroyed (by {by=})':
    'このノードだけが "{module}" に書き込み、{copy} として保持されていたものは破棄されました（{by}）',
  'cannot announce address "{address}": {why*}':
    'アドレス "{address}" を通知できません：{why}',
  'address "{address}" was gone from {interface}, taken again':
    'アドレス "{address}" が {interface} から消えていたため、再び取得しました',
  "{script} still ran without its agent and was ended":
    "{script} がエージェントなしで動いていたため、終了させました",
  "the guard had taken the services away, because nobody could hear this node; nobody went on in its place: they go on here":
    "このノードの通信が届かなかったため、監視プロセスがサービスを止めていましたが、代わりに続行したノードはなく、ここで再開します",
};
