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
  "{module} runs on {node}, and its applications hang: writes wait for {peer}.":
    "{module} は {node} で稼働していますが、アプリケーションが止まっています。書き込みが {peer} を待っています。",
  "{module} runs on {node} (PRIM), but clients do not reach it: {why=}.":
    "{module} は {node} で稼働していますが（PRIM）、クライアントから届きません：{why}。",
  "{module} runs ALONE on {node}, but clients do not reach it: {why=}.":
    "{module} は {node} で単独稼働していますが（ALONE）、クライアントから届きません：{why}。",
  "{module} runs on {node} (PRIM); {peer} {copy!} and {takes=}.":
    "{module} は {node} で稼働しています（PRIM）。{peer} は{copy}、{takes}。",
  "stands by": "待機しており",
  "holds an identical copy": "同一のコピーを持ち",
  "holds a copy that DIFFERS in {count} places":
    "{count} か所で異なるコピーを持ち",
  "does not take over if {node} dies: {why=}":
    "{node} が落ちても引き継ぎません（{why}）",
  "its ping of {addresses*} is not answered":
    "{addresses} への ping に応答がありません",
  "the witness {address} is being removed":
    "ウィットネス {address} は削除中です",
  "the two nodes do not heed the same witness":
    "両ノードが同じウィットネスに従っていません",
  "the witness {address} does not answer it":
    "ウィットネス {address} がこのノードに応答しません",
  "the witness {address} has not been told yet that its copy is level":
    "このコピーが揃っていることがウィットネス {address} にまだ伝えられていません",
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
  "If {peer} is on, it may serve {module}, too: then what one of the two writes is set aside.":
    "{peer} の電源が入っていれば、{peer} も {module} を提供しているかもしれません。その場合、どちらか一方が書き込んだものは退避されます。",
  'Look at {peer}; if it serves, say "hakit stop {module}" on one of them now.':
    '{peer} を確認してください。提供している場合は、今すぐどちらか一方で "hakit stop {module}" を実行してください。',
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
  "{module} is not installed on {node}; whether {peer}, which is not reachable, runs it is not known here.":
    "{module} は {node} にインストールされていません。接続できない {peer} で稼働しているかどうかは、ここでは分かりません。",
  "{module} does not run on {node}; whether {peer}, which is not reachable, runs it is not known here.":
    "{module} は {node} では稼働していません。接続できない {peer} で稼働しているかどうかは、ここでは分かりません。",
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
  "if its node dies the service is down until a person moves it":
    "ノードが落ちると、人が移すまでサービスは止まります",
  "it is not started at boot": "マシンの起動時に開始されません",
  "not as module.yaml says": "module.yaml のとおりではありません",
  "The copies of {module} DIFFER in {count} places (its log names them).":
    "{module} のコピーが {count} か所で異なります（ログに場所が書かれています）。",
  "First find the failing disk (on both nodes: dmesg, smartctl).":
    "まず故障しているディスクを突き止めてください（両ノードで dmesg、smartctl）。",
  'If it is the primary\'s, "hakit swap {module}" first; then "hakit verify {module} --repair", which overwrites the secondary\'s differing places with the primary\'s and keeps nothing of them.':
    'それがプライマリーのディスクなら、まず "hakit swap {module}" を実行してください。その後の "hakit verify {module} --repair" は、セカンダリーの異なる箇所をプライマリーの内容で上書きし、元の内容は残しません。',
  '{node} runs hakit {version} and {peer} {other}: finish with "hakit upgrade FILE", or take it back with "hakit upgrade --back".':
    '{node} の hakit は {version}、{peer} は {other} です。"hakit upgrade FILE" で更新を完了するか、"hakit upgrade --back" で元に戻してください。',
  'split_brain.keep is {mine=} on {node} and {theirs=} on {peer}, so it counts for nothing: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one.':
    'split_brain.keep は {node} では {mine}、{peer} では {theirs} のため、無効です。両方の cluster.yaml で同じにしてから、一方のノードで "hakit upgrade --restart" を実行してください。',
  "nothing": "空",
  'cluster.yaml differs between {node} and {peer} ({parts*}): make it the same on both, then "hakit upgrade --restart" on one: the agents begin again one after the other, and services change places.':
    'cluster.yaml が {node} と {peer} で異なります（{parts}）。両方で同じにしてから、一方のノードで "hakit upgrade --restart" を実行してください。エージェントが順に再起動し、サービスは入れ替わります。',
  'KEPT DATA of {module} on {node}: it was written on both nodes apart, and what only {node} wrote is not in use but kept; there, "hakit salvage show {module}/{copy}" lists it, "hakit salvage export {module}/{copy} FILE" saves it as an archive; "hakit salvage drop {module}/{copy}" destroys the only copy, and ends this warning.':
    '{node} に {module} の保持データがあります。両ノードが別々に書き込み、{node} だけが書き込んだものは使われていませんが保持されています。{node} で "hakit salvage show {module}/{copy}" を実行すると内容が表示され、"hakit salvage export {module}/{copy} FILE" でアーカイブに保存できます。"hakit salvage drop {module}/{copy}" は唯一のコピーを破棄し、この警告も消えます。',
  'heartbeat.timeout is {mine} ms on {node} and {theirs} ms on {peer}: make it the same in cluster.yaml of both, then "hakit upgrade --restart" on one; until then leases follow the shorter one.':
    'heartbeat.timeout は {node} で {mine} ms、{peer} で {theirs} ms です。両方の cluster.yaml で同じにしてから、一方のノードで "hakit upgrade --restart" を実行してください。それまでは短い方に従います。',
  "A packet of {bytes} bytes does not pass the link {local} to {remote}, small ones do: heartbeats go on, and the mirror's connection opens and stands still; mend the switch or the tunnel in between, or on both nodes \"ip link set INTERFACE mtu {mtu}\", and the same in the network's configuration.":
    'リンク {local} – {remote} では {bytes} バイトのパケットが通らず、小さなパケットは通ります。ハートビートは続き、ミラーの接続は開いたまま進みません。間のスイッチかトンネルを直すか、両方のノードで "ip link set INTERFACE mtu {mtu}" を実行し、ネットワーク設定も同じにしてください。',
  "The link {local} to {remote} is down: the nodes still hear each other on another one; check cable, switch and firewall.":
    "リンク {local} – {remote} が切断されています。ノード間は別のリンクでつながっています。ケーブル、スイッチ、ファイアウォールを確認してください。",
  'There is only one link between the nodes, so one broken cable can part them: with every module stopped, give each node a second address in cluster.yaml of both, then "hakit upgrade --restart".':
    'ノード間のリンクが一つしかなく、ケーブル一本の断線でノード間が切れます。すべてのモジュールを停止し、両方の cluster.yaml で各ノードに二つ目のアドレスを加えてから、"hakit upgrade --restart" を実行してください。',
  // Who decides when the nodes are parted (src/agent/arbiter_sentence.ts).
  "There is no arbiter: if all links break at once, both nodes may become primary.":
    "アービターがありません。すべてのリンクが同時に切れると、両方のノードがプライマリーになることがあります。",
  "On reconnect one of them yields, and what it alone wrote is kept aside.":
    "再接続時に一方が譲り、そのノードだけが書き込んだものは退避されます。",
  'A witness excludes that: "hakit witness install" on a third machine, then "hakit witness add ADDRESS" here (see "hakit help witness").':
    'ウィットネスがあればこれを排除できます。三台目のマシンで "hakit witness install"、その後ここで "hakit witness add ADDRESS" を実行してください（"hakit help witness" を参照）。',
  'The arbiter does not answer from {node} (ping {addresses*}): when the links break or the other node dies now, this node stops what it serves, and as SECOND does not take over; mend the way to it, or say "hakit witness remove" while both nodes run.':
    'アービターが {node} に応答しません（ping {addresses}）。今リンクが切れるか、もう一方のノードが落ちると、このノードは提供しているものを停止し、SECOND であれば引き継ぎません。そこへの経路を直すか、両ノードが稼働している間に "hakit witness remove" を実行してください。',
  "The arbiter is a ping of {addresses*}: a node that is cut off stops.":
    "アービターは {addresses} への ping です。孤立したノードは停止します。",
  "It cannot exclude two primaries: when only the links between the nodes break, both reach it.":
    "これでは二つのプライマリーを排除できません。ノード間のリンクだけが切れると、両方のノードから届くためです。",
  'The {witness!} is being removed: until that is done on both nodes, neither goes on without the other; say "hakit witness remove" again.':
    '{witness} は削除中です。両ノードで完了するまで、どちらのノードも相手なしでは続行しません。"hakit witness remove" をもう一度実行してください。',
  'The {witness!} does not answer {node}: two primaries stay excluded and mirrored modules run on, but should the other node die now, the service stops until the {witness!} is back; see "systemctl status hakit-witness" there, its UDP port, and whether "hakit witness list" there names this cluster.':
    '{witness} が {node} に応答しません。二つのプライマリーは引き続き排除され、ミラーされたモジュールは稼働を続けますが、今もう一方のノードが落ちると、{witness} が戻るまでサービスは止まります。そのマシンの "systemctl status hakit-witness" と UDP ポート、そして "hakit witness list" にこのクラスターがあるかを確認してください。',
  'The {witness!} has not answered {node} yet: until it does there is no failover, and should the other node die the service stops; if it was not done yet: "hakit witness admit" there.':
    '{witness} はまだ {node} に応答していません。応答するまでフェイルオーバーはなく、もう一方のノードが落ちるとサービスは止まります。まだなら、そのマシンで "hakit witness admit" を実行してください。',
  "The {witness!} decides: two primaries are excluded; should it and a node fail together, the service stops.":
    "{witness} が判定します。二つのプライマリーは排除されます。ウィットネスとノードが同時に故障すると、サービスは止まります。",
  "The {witness!} answers and has not been told yet who is up to date; that follows when both nodes are level.":
    "{witness} は応答していますが、どちらが最新かはまだ伝えられていません。両ノードが揃うと伝えられます。",
  '{node} heeds a witness and {peer} does not: should {node} die, {peer} does not go on without a person; on {node}, while both run, say "hakit witness add" again, or "hakit witness remove".':
    '{node} はウィットネスに従い、{peer} は従っていません。{node} が落ちても、人が指示するまで {peer} は続行しません。両ノードの稼働中に {node} で "hakit witness add" をもう一度実行するか、"hakit witness remove" を実行してください。',
  '{node} and {peer} heed different witnesses: neither goes on without the other one, or a person; on the node whose witness is the right one, while both run, say "hakit witness add" again.':
    '{node} と {peer} は別々のウィットネスに従っています。人が指示するまで、どちらのノードも相手なしでは続行しません。両ノードの稼働中に、正しいウィットネスに従うノードで "hakit witness add" をもう一度実行してください。',
  "witness {address}": "ウィットネス {address}",
  // Why a node waits: whose data (src/machine/verdict.ts).
  'failover is off: waits for {peer} to run the module again; to run it on {node}: "hakit prim {module} --node {node}"':
    'フェイルオーバーがオフのため、{peer} が再びモジュールを稼働させるのを待っています。{node} で稼働させるには："hakit prim {module} --node {node}"',
  "the replicator of {node} has not started: see replicator.log of {module} on {node} (in /var/log/hakit/{module}); it may only be slow, and is tried again{meanwhile?}":
    "{node} のレプリケーターが起動していません。{node} で {module} の replicator.log（/var/log/hakit/{module}）を見てください。遅いだけかもしれず、再試行します{meanwhile}",
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
  "the replicator of {peer} has not started, so nobody knows whose data is newer: see replicator.log of {module} on {peer} (in /var/log/hakit/{module}); it may only be slow, and is tried again{or?}":
    "{peer} のレプリケーターがまだ起動していないため、どちらのデータが新しいか分かりません。{peer} で {module} の replicator.log（/var/log/hakit/{module}）を見てください。遅いだけかもしれず、再試行します{or}",
  '; if the copy of {node} is good: "hakit prim {module} --node {node}"':
    '。{node} のコピーが正しければ："hakit prim {module} --node {node}"',
  "the replicator of {peer} does not run yet":
    "{peer} のレプリケーターはまだ動いていません",
  'first start: neither node has data of this module yet; say "hakit prim {module}" on the node whose data is good':
    '初回の開始です。どちらのノードにもこのモジュールのデータがまだありません。正しいデータを持つノードで "hakit prim {module}" を実行してください',
  'both nodes wrote without the other, and a person must say whose data stays: that of {node}{mine?} by "hakit prim {module} --node {node}", or that of {peer}{theirs?} by "hakit prim {module} --node {peer}"; what only the losing side has is kept aside':
    '両ノードが互いに相手なしで書き込みました。どちらのデータを残すかは人が決めます。{node}{mine} のものなら "hakit prim {module} --node {node}"、{peer}{theirs} のものなら "hakit prim {module} --node {peer}"。残らない側だけにあるものは退避されます',
  " (half made)": "（コピーが途中）",
  " (not up to date)": "（最新でない）",
  'the copy of {node} is not up to date and {peer} has none that is; to go on with that of {node}: "hakit prim {module} --node {node}"':
    '{node} のコピーは最新ではなく、{peer} にも最新のコピーがありません。{node} のコピーで続けるには："hakit prim {module} --node {node}"',
  'the copy of {node} is half made (files old, new or torn) and {peer} has none that is whole; only if no better one comes back: "hakit primforce {module} --node {node}"':
    '{node} のコピーは途中まで（古いファイル、新しいファイル、壊れたファイルが混在）で、{peer} にも完全なコピーがありません。より良いコピーが戻らない場合に限り："hakit primforce {module} --node {node}"',
  '{peer} is empty and {node} was SECOND, so the copy of {node} may lack the last writes; if it is good: "hakit prim {module} --node {node}"':
    '{peer} は空で、{node} は SECOND だったため、{node} のコピーには最後の書き込みが欠けている可能性があります。正しければ："hakit prim {module} --node {node}"',
  '{peer} has the newer copy, but says itself that it is not whole or not up to date; if it is good: "hakit prim {module} --node {peer}"':
    '{peer} のコピーの方が新しいのですが、完全でないか最新でないと {peer} 自身が示しています。正しければ："hakit prim {module} --node {peer}"',
  '{node} has no data, and the copy of {peer} may lack the last writes; if that one is good: "hakit prim {module} --node {peer}"':
    '{node} にはデータがなく、{peer} のコピーには最後の書き込みが欠けている可能性があります。そのコピーが正しければ："hakit prim {module} --node {peer}"',
  "{peer} has the newer data and starts first":
    "{peer} のデータの方が新しいため、{peer} が先に開始します",
  '{peer} has the newer data and is stopped: say "hakit start {module} --node {peer}"; to give up what only {peer} wrote: "hakit prim {module} --node {node}"':
    '{peer} のデータの方が新しいのですが、停止しています。"hakit start {module} --node {peer}" を実行してください。{peer} だけが書き込んだものを捨てるなら："hakit prim {module} --node {node}"',
  '{peer} has the data and is stopped, {node} has none: say "hakit start {module} --node {peer}"':
    'データは {peer} にありますが停止しており、{node} にはありません。"hakit start {module} --node {peer}" を実行してください',
  '{peer} has the data and is stopped, {node} has half a copy: say "hakit start {module} --node {peer}"':
    'データは {peer} にありますが停止しており、{node} のコピーは途中までです。"hakit start {module} --node {peer}" を実行してください',
  '{peer} cannot start: {why=}; if the copy of {node}{flaw?} is the right one: "hakit prim {module} --node {node}"':
    '{peer} は開始できません：{why}。{node} のコピー{flaw}が正しければ："hakit prim {module} --node {node}"',
  "what stands in its directories is not what its state knows":
    "ディレクトリの内容が、そのノードの状態が知るものと異なります",
  "{peer} would start first and cannot: {why=}. Mend that{or?}":
    "{peer} が先に開始するはずですが、できません：{why}。それを直してください{or}",
  '; if the copy of {peer} is gone for good: "hakit prim {module} --node {node}", without what only {peer} wrote':
    '。{peer} のコピーがもう戻らないなら："hakit prim {module} --node {node}"（{peer} だけが書き込んだものは失われます）',
  ', or "hakit stop {module} --node {peer}": {node} then starts with the same data':
    '。または "hakit stop {module} --node {peer}"：{node} が同じデータで開始します',
  "{peer} was primary last and starts first":
    "最後にプライマリーだった {peer} が先に開始します",
  "{peer} has no such module": "{peer} にこのモジュールはありません",
  "waits for {peer}, which {how!}: {why=}":
    "{peer} を待っています（{how}）。{why}",
  "does not answer": "応答なし",
  "has no such module": "このモジュールがありません",
  '{node} has no data yet; if there is none elsewhere: "hakit prim {module} --node {node}"':
    '{node} にはまだデータがありません。ほかにもなければ："hakit prim {module} --node {node}"',
  'it has the whole copy: bring it back, as that of {node} is half made (files old, new or torn); only if the disk of {peer} is gone for good: "hakit primforce {module} --node {node}"':
    '完全なコピーはそちらにあります。復帰させてください。{node} のコピーは途中までです（古いファイル、新しいファイル、壊れたファイルが混在）。{peer} のディスクが永久に失われた場合に限り："hakit primforce {module} --node {node}"',
  "it has newer data; {then=}":
    "そのノードのデータの方が新しいためです。{then}",
  "it may have newer data; {then=}":
    "そのノードのデータの方が新しい可能性があります。{then}",
  'if it is off and will not come back: "hakit prim {module} --node {node}"':
    '電源が切れていて戻らない場合は："hakit prim {module} --node {node}"',
  'if it will not be installed on {peer} again: "hakit prim {module} --node {node}"':
    '{peer} に再びインストールしない場合は："hakit prim {module} --node {node}"',
  // Why a node waits: who may go on alone (src/machine/permission.ts, witness_word.ts).
  'the witness {address} has let {peer} go on alone; {node} follows when it hears it; if {peer} is off and will not come back: "hakit prim {module} --node {node}"':
    'ウィットネス {address} が {peer} の単独での続行を認めました。{node} は {peer} の応答があれば従います。{peer} の電源が切れていて戻らない場合は："hakit prim {module} --node {node}"',
  "the witness is being removed, and nothing else says that {peer} has stopped; {then=}":
    "ウィットネスは削除中で、{peer} が停止したことをほかに示すものがありません。{then}",
  "the witness {address} hears {peer} as primary: it serves, and nothing is down; mend the links between the nodes, {node} then follows by itself":
    "ウィットネス {address} によると {peer} がプライマリーとしてサービスを提供しており、停止していません。ノード間のリンクを直せば、{node} は自動的に従います",
  "waits for {peer} or the witness {address}, which both do not answer; {then=}":
    "{peer} またはウィットネス {address} を待っています（どちらも応答なし）。{then}",
  "waits for the word of {peer}, or of the witness {address}; {then=}":
    "{peer} またはウィットネス {address} の返事を待っています。{then}",
  'if {peer} is surely off (look): {how?}"hakit prim {module} --node {node}"; what only {peer} wrote is then set aside':
    '{peer} の電源が確かに切れていれば（現物を確認）：{how}"hakit prim {module} --node {node}"。{peer} だけが書き込んだものは退避されます',
  '"hakit stop {module} --node {node}", then ':
    '"hakit stop {module} --node {node}"、次に ',
  "waits for the word of {peer}": "{peer} の返事を待っています",
  "the witness {address} remembers nothing of {module} (a new disk?), and {peer} does not answer; {then=}":
    "ウィットネス {address} に {module} の記録がなく（新しいディスク？）、{peer} も応答しません。{then}",
  "{peer} may still be primary for a moment, says the witness":
    "ウィットネスによると、{peer} がもうしばらくプライマリーの可能性があります",
  "{peer} may have gone on alone; {then=}":
    "{peer} が単独で続行した可能性があります。{then}",
  '{peer} may have gone on by its witness, which {node} does not heed: say "hakit witness add" again on {peer} when both run; {then=}':
    '{peer} は、{node} が従っていないウィットネスの許可で続行した可能性があります。両ノードの稼働中に {peer} で "hakit witness add" をもう一度実行してください。{then}',
  "tells the witness that this node goes on":
    "このノードの続行をウィットネスに伝えています",
  "pings {addresses*}": "{addresses} に ping を送っています",
  "neither {peer} nor {addresses=} answers, so {node} seems to be cut off; it goes on when {peer} is heard; {then=}":
    "{peer} も {addresses} も応答しないため、{node} は孤立しているようです。{peer} が応答すれば続行します。{then}",
  "{address} nor {more=}": "{address} も {more}",
  "no ping of {addresses*} can be sent from {node}; {then=}":
    "{node} から {addresses} に ping を送れません。{then}",
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
  '{why=}; only if {peer} is gone for good: the state of {copy} (all later writes are missing) comes back by "hakit stop {module} --node {node}", "hakit copy restore {module} {copy} --node {node}", "hakit prim {module} --node {node}"':
    '{why}。{peer} が永久に失われた場合に限り、{copy} の状態（それ以降の書き込みはすべて欠落）に戻せます："hakit stop {module} --node {node}", "hakit copy restore {module} {copy} --node {node}", "hakit prim {module} --node {node}"',
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
  "this node's disk has not ended {what=} for {seconds} s":
    "このノードのディスクが{what}を {seconds} 秒間完了していません",
  "an fsync": "fsync",
  "a read": "読み込み",
  "the replicator has said nothing for {seconds} s":
    "レプリケーターが {seconds} 秒間応答していません",
  "applications wait: the disk of {node} has not ended {what=} for {seconds} s":
    "アプリケーションが待っています：{node} のディスクが{what}を {seconds} 秒間完了していません",
  "applications may wait: the replicator on {node} has said nothing for {seconds} s":
    "アプリケーションが待っている可能性があります：{node} のレプリケーターが {seconds} 秒間応答していません",
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
  '"{path*}" is not the folder that was mirrored (its disk is not mounted? see "findmnt"): mount it; or, if the disk was replaced on purpose: "hakit second {module} --full --node {node}" once {peer} serves; only if what stands in it now is meant to be the good copy: "hakit help primforce"':
    '"{path}" はミラーされていたフォルダーではありません（ディスクがマウントされていない？ "findmnt" を参照）：マウントしてください。意図してディスクを交換した場合は、{peer} がサービスを提供してから "hakit second {module} --full --node {node}"。今そこにあるものを正しいコピーとする場合に限り："hakit help primforce"',
  '"{path*}" has newer data than the state of {node} knows of (was only the system disk restored?): if this data is the right one: "hakit primforce {module} --other-folder --node {node}"; if that of {peer} is: "hakit second {module} --full --node {node}" once {peer} serves':
    '"{path}" には、{node} の状態が知るより新しいデータがあります（システムディスクだけを復元した？）：このデータが正しければ "hakit primforce {module} --other-folder --node {node}"。{peer} のデータが正しければ、{peer} がサービスを提供してから "hakit second {module} --full --node {node}"',
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
  'no room below "{path*}" to record what differs: everything is compared instead':
    '"{path}" 以下に差分を記録する空き容量がないため、代わりにすべてを比較します',
  'no journal can be kept below "{path*}" (should both nodes die at once, everything is compared): {why*}':
    '"{path}" 以下にジャーナルを保持できません（両ノードが同時に落ちると、すべてを比較します）：{why}',
  "no further inode ids: {why*}": "inode 番号が足りません：{why}",
  '{peer} cannot hold what is mirrored: {why=}; make the file systems of both nodes alike ("hakit doctor" compares them), or change that file; it is tried again every 5 minutes':
    '{peer} はミラーの内容を保持できません（{why}）。両ノードのファイルシステムを同じにする（"hakit doctor" が比較します）か、そのファイルを変更してください。5 分ごとに再試行します',
  "its disk refuses {what=}: {error}": "ディスクが {what} を拒否：{error}",
  "the attributes of {path*}": "{path} の属性",
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
  "two machines send heartbeats as the other node, with this cluster's key (a copy of it runs?): switch one of them off":
    "2 台のマシンがこのクラスターの鍵で、もう一方のノードとしてハートビートを送っています（複製が動いている？）。どちらか一方を止めてください",
  "this machine was set back to an earlier moment, with its memory (a snapshot?): its agent begins anew":
    "このマシンはメモリーごと以前の時点に戻されました（スナップショット？）。エージェントは最初からやり直します",
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
  "the other node holds {address}, and does not answer for it on {device}: a switch or a virtual machine's host may filter it":
    "もう一方のノードが {address} を保持していますが、{device} 上で応答がありません：スイッチまたは仮想マシンのホストが遮断している可能性があります",
  "the machine with MAC {mac} answers for {address}":
    "MAC {mac} のマシンが {address} に応答しています",
  "no interface has {address}": "{address} を持つインターフェースがありません",
  "there is no {interface}": "{interface} がありません",
  "{interface} is switched off": "{interface} は無効になっています",
  "{interface} has no carrier":
    "{interface} のリンクがありません（ケーブル抜け？）",
  "no interface has this node's address {address}":
    "このノードのアドレス {address} を持つインターフェースがありません",
  "{interface} has lost this node's own address {address}":
    "{interface} からこのノード自身のアドレス {address} が失われました",
  "nobody can tell how {interface} is": "{interface} の状態を確認できません",
  "status {status}, expected {expected}":
    "ステータス {status}（期待値 {expected}）",
  '"{pattern*}" is not on the page': '"{pattern}" がページにありません',
  'no module is called "{module}"': '"{module}" というモジュールはありません',
  "module {module} is not primary and ready":
    "モジュール {module} は準備完了のプライマリーではありません",
  "systemd does not answer": "systemd が応答しません",
  "the unit is {unit=}": "ユニットの状態：{unit}",
  "this server shuts down": "このサーバーは停止処理中です",
  "this server shuts down: it takes nothing over any more":
    "このサーバーは停止処理中です：今後は何も引き継ぎません",
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
  "its replicator does not say yet what it does":
    "レプリケーターがまだ何をしているかを伝えていません",
  "this node is still busy with a change": "このノードはまだ変更の途中です",
  "it needs PRIM and SECOND, this node is {mine} and {peer} is {theirs}":
    "PRIM と SECOND が必要ですが、このノードは {mine}、{peer} は {theirs} です",
  "{peer} is {role} but not ready":
    "{peer} は {role} ですが準備完了ではありません",
  "Cannot make this node primary of {module}: {why!}":
    "このノードを {module} のプライマリーにできません：{why}",
  "it is {role}, expected STOP or WAIT":
    "現在 {role} です（STOP または WAIT が必要）",
  'it is SECOND: "hakit swap {module}" moves the service to {node}; if {peer} is gone, "hakit stop {module} --node {node}", then "hakit prim {module} --node {node}"':
    '現在 SECOND です。サービスを {node} に移すには "hakit swap {module}"、{peer} が失われている場合は "hakit stop {module} --node {node}"、次に "hakit prim {module} --node {node}" を実行してください',
  '{peer} is {role} and serves; to move it without loss: "hakit start {module} --node {node}", wait for SECOND Ready, then "hakit swap {module}"; only to give up what {peer} has written: "hakit stop {module} --node {peer}" first':
    '{peer} が {role} でサービスを提供しています。失わずに移すには "hakit start {module} --node {node}"、SECOND Ready を待って "hakit swap {module}"。{peer} が書き込んだものを捨てる場合に限り、先に "hakit stop {module} --node {peer}" を実行してください',
  "Cannot start {module} from the copy of {node}, which is half made: {instead!}":
    "{node} のコピーは途中までのため、{module} を開始できません：{instead}",
  '{peer} has a whole one, say "hakit start {module} --node {peer}"':
    '{peer} に完全なコピーがあります。"hakit start {module} --node {peer}" を実行してください',
  '{peer} has no whole one, either; only if no better one comes back: "hakit help primforce"':
    '{peer} にも完全なコピーはありません。より良いコピーが戻らない場合に限り："hakit help primforce"',
  'start {peer}, which has a whole one; only if its disk is gone for good: "hakit help primforce"':
    '完全なコピーのある {peer} を起動してください。そのディスクが永久に失われた場合に限り："hakit help primforce"',
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
  "failover is off on {peer}": "{peer} ではフェイルオーバーがオフです",
  "the mirror is not whole": "ミラーが完全ではありません",
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
  // What the doctor looks at (src/doctor, title of each rule).
  "run by root": "root での実行",
  "answers of the system's tools": "システムのツールの応答",
  "distribution": "ディストリビューション",
  "processor, kernel and systemd": "プロセッサー、カーネル、systemd",
  "kernel modules": "カーネルモジュール",
  "packages and OpenSSL": "パッケージと OpenSSL",
  "processors, memory, swap": "プロセッサー、メモリー、スワップ",
  "version of iptables": "iptables のバージョン",
  "control groups": "コントロールグループ",
  "clock": "時計",
  "watchdog": "ウォッチドッグ",
  "order at boot": "起動時の順序",
  "addresses of the cluster": "クラスターのアドレス",
  "networks of pods and services": "Pod とサービスのネットワーク",
  "default route": "デフォルトルート",
  "ports": "ポート",
  "own name": "自身のホスト名",
  "way to the other node": "相手ノードへの経路",
  "firewall": "ファイアウォール",
  "virtual address": "仮想アドレス",
  "room on the disks": "ディスクの空き",
  "file systems": "ファイルシステム",
  "speed of the disks": "ディスクの速度",
  "what is here already": "すでにあるもの",
  "clocks of both": "両ノードの時計",
  "numbers of user mysql": "ユーザー mysql の番号",
  "versions of both": "両ノードのバージョン",
  "two different machines": "別々のマシン",
  "configuration of both": "両ノードの設定",
  "links and disks of both": "両ノードのリンクとディスク",
  // What the doctor finds (src/doctor): what it is, what follows, what to do.
  "The doctor does not run as root": "診断が root で実行されていません",
  "Firewall, programs behind ports and disks cannot be looked at":
    "ファイアウォール、ポートを使うプログラム、ディスクを調べられません",
  "{tools*} did not answer in time": "{tools} が時間内に応答しませんでした",
  "The server is too busy, or a disk or a name server hangs; what depends on it was not looked at":
    "サーバーの負荷が高すぎるか、ディスクまたはネームサーバーが応答しません。それに依存する項目は調べられていません",
  "hakit doctor, once more when it is quieter":
    "負荷が下がってからもう一度 hakit doctor",
  "The distribution is {name*}": "ディストリビューションは {name} です",
  "hakit is made for Debian 11 and Ubuntu 20.04 and later; prereq installs packages of these":
    "hakit は Debian 11 以降と Ubuntu 20.04 以降向けに作られており、prereq はそれらのパッケージをインストールします",
  "The processor is {name*}": "プロセッサーは {name} です",
  "The executable is made for x86_64 and aarch64":
    "実行ファイルは x86_64 と aarch64 用です",
  "The kernel is {name*}": "カーネルは {name} です",
  "Mirrored directories need {version} or later":
    "ミラーディレクトリーには {version} 以降が必要です",
  "Before {version} an NFS client cannot take its locks from one node to the other: applications that hold some on a volume may get errors (EIO) at a failover":
    "{version} より前では、NFS クライアントはロックを別のノードに引き継げません。ボリューム上でロックを持つアプリケーションは、フェイルオーバー時にエラー（EIO）を受けることがあります",
  "systemd is not process 1": "systemd がプロセス 1 ではありません",
  "The agent, MariaDB, NFS and K3s are its units":
    "エージェント、MariaDB、NFS、K3s は systemd のユニットです",
  "This is a container": "これはコンテナーです",
  "Kernel modules, FUSE mounts and the NFS server are the host's to allow":
    "カーネルモジュール、FUSE のマウント、NFS サーバーはホスト側で許可する必要があります",
  "Kernel module {name} is not loaded":
    "カーネルモジュール {name} が読み込まれていません",
  "The mirror, the volume or the NFS server needs it":
    "ミラー、ボリューム、または NFS サーバーに必要です",
  "The kernel has no module {name}": "カーネルにモジュール {name} がありません",
  "K3s' pods have no network or no file systems without it":
    "これがないと、K3s の Pod のネットワークまたはファイルシステムが使えません",
  "/dev/fuse cannot be opened": "/dev/fuse を開けません",
  "Directories are mirrored through it":
    "ディレクトリーはこれを通してミラーされます",
  "apt may update {packages*}": "apt が {packages} を更新することがあります",
  "The package stops its service and does not start it again: a failover, or worse, that nobody asked for":
    "パッケージがサービスを停止し、再び開始しません。だれも依頼していないフェイルオーバー、またはそれ以上の障害になります",
  "hakit prereq (it holds them; README says how they are updated)":
    "hakit prereq（更新を保留します。更新の方法は README にあります）",
  "Not installed: {packages*}": "インストールされていません：{packages}",
  "The datastore, the volumes and the mirror are made of them":
    "データストア、ボリューム、ミラーに必要です",
  "Neither libssl 3 nor libssl 1.1 is here":
    "libssl 3 も libssl 1.1 もありません",
  "Replication is encrypted by it: without it there is no second copy":
    "複製の暗号化に使われます。ないと二つ目のコピーができません",
  "{size*} of memory": "メモリーは {size} です",
  "K3s, its datastore and pods want 4 GiB at least":
    "K3s とそのデータストアと Pod には 4 GiB 以上が必要です",
  "A single processor": "プロセッサーが一つだけです",
  "Heartbeats share it with the services: one that is too busy is taken for dead":
    "ハートビートとサービスが共有します。負荷が高すぎるノードは落ちたとみなされます",
  "hakit first takes 5s where its own server is so, else --detection 5s; in a cluster that is there: heartbeat: { timeout: 5s } in cluster.yaml of both nodes":
    "hakit first は自身のサーバーがそうなら 5s を使います。それ以外は --detection 5s。既存のクラスターでは両ノードの cluster.yaml に heartbeat: { timeout: 5s }",
  "{size*} of swap is switched on": "スワップが {size} 有効です",
  "A swapped database answers late, and K3s' limits of memory do not hold":
    "スワップされたデータベースは応答が遅れ、K3s のメモリー制限も効きません",
  "{swapped!}; nor is hakit's agent kept out of it, as control groups of version 1 cannot: a node whose heartbeats wait for a page is taken for dead":
    "{swapped}。バージョン 1 のコントロールグループでは hakit のエージェントもスワップから除外できません。ハートビートがページの読み込みを待つノードは落ちたとみなされます",
  "iptables is {version*}": "iptables は {version} です",
  "K3s works with the server's own, and with 1.8.0 to 1.8.4 by nf_tables its rules may multiply until the network is slow or fails":
    "K3s はサーバーの iptables を使います。1.8.0 から 1.8.4 を nf_tables で使うとルールが増え続け、ネットワークが遅くなったり止まったりすることがあります",
  "Control group controllers are missing: {names*}":
    "コントロールグループのコントローラーがありません：{names}",
  "K3s does not start without them": "これらがないと K3s は起動しません",
  "add cgroup_enable=memory cgroup_memory=1 to the kernel's command line and reboot":
    "カーネルのコマンドラインに cgroup_enable=memory cgroup_memory=1 を追加して再起動してください",
  "The clock is not synchronized": "時計が同期されていません",
  "Logs of both nodes cannot be compared, certificates and Kubernetes' leases suffer":
    "両ノードのログを比較できず、証明書や Kubernetes のリースにも影響します",
  "No watchdog device and no module softdog":
    "ウォッチドッグデバイスも softdog モジュールもありません",
  "{command*}, then watchdog: { device: /dev/watchdog } in cluster.yaml of both nodes":
    "{command}、その後、両ノードの cluster.yaml に watchdog: { device: /dev/watchdog }",
  "If all of hakit's processes stand still while the kernel lives, nothing takes this node's address away":
    "カーネルが動いたまま hakit のプロセスがすべて止まると、このノードのアドレスを外すものがありません",
  "hakit.service is not enabled": "hakit.service が有効になっていません",
  "After a power cut nothing starts here": "停電の後、ここでは何も開始しません",
  "hakit.service is {active*}": "hakit.service は {active} です",
  "This node takes no part: the other one cannot fail over":
    "このノードは参加していません。もう一方のノードはフェイルオーバーできません",
  "Not as hakit writes them: {files*}": "hakit が書く内容と異なります: {files}",
  "Changed by hand, or written before hakit kept a record: upgrades leave them as they are":
    "手作業で変更されたか、hakit が記録を残す前に書かれたものです。アップグレードでは変更されません",
  "the same hakit first or second again writes them anew, if that is wanted":
    "必要なら、同じ hakit first または second を再度実行すると書き直されます",
  "{unit} is started at boot by systemd":
    "{unit} は起動時に systemd によって開始されます",
  "The module starts it where the mirror is; both would write":
    "モジュールがミラーのある側で開始します。両方が書き込むことになります",
  "{name} has waited in vain at this boot":
    "この起動で {name} は待っても得られませんでした",
  "An interface without carrier or address is waited for, up to two minutes, before hakit starts":
    "リンクやアドレスのないインターフェイスを最大 2 分待ってから hakit が起動します",
  'netplan: "optional: true" for that interface; or have it wait for one interface only: systemctl edit systemd-networkd-wait-online, ExecStart= with --any':
    "netplan：そのインターフェイスに「optional: true」を指定。または 1 つのインターフェイスだけを待つ：systemctl edit systemd-networkd-wait-online で ExecStart= に --any",
  "No service waits for the network at boot":
    "起動時にネットワークを待つサービスがありません",
  "K3s and the agent may start before the addresses are there, and try again until they are":
    "K3s とエージェントがアドレスより先に起動し、アドレスができるまで再試行することがあります",
  "{address} is not on this server": "{address} はこのサーバーにありません",
  "The other node looks for this one there: that link is dead":
    "相手ノードはこのアドレスで接続するため、このリンクは使えません",
  "ip addr add {address} dev INTERFACE, and in the network's configuration":
    "ip addr add {address} dev INTERFACE、およびネットワーク設定にも",
  "{address} on {interface} comes from DHCP":
    "{interface} の {address} は DHCP によるものです",
  "When the lease ends or the DHCP server gives another address the cluster loses this link":
    "リースが切れるか DHCP サーバーが別のアドレスを割り当てると、クラスターはこのリンクを失います",
  "give it a fixed address, or reserve it at the DHCP server":
    "固定アドレスにするか、DHCP サーバーで予約してください",
  "{interface} ({address}) has no link":
    "{interface}（{address}）のリンクがありません",
  "Heartbeats and replication do not pass": "ハートビートと複製が通りません",
  "ip link set {interface} up, and look at the cable":
    "ip link set {interface} up、ケーブルも確認してください",
  "{interface} runs at {rate} Mbit/s":
    "{interface} の速度は {rate} Mbit/s です",
  "Every write crosses it, and a first copy of 100 GB takes hours":
    "すべての書き込みがここを通り、100 GB の初回コピーには何時間もかかります",
  "Only one link between the nodes": "ノード間のリンクが一つだけです",
  "When it breaks and no witness is there, both nodes go on alone and one side's writes are set aside":
    "これが切れ、ウィットネスもない場合、両ノードが単独で続行し、一方の書き込みは退避されます",
  "a second network (hakit first with two addresses a node: 10.0.0.1,10.1.0.1), or a third machine: hakit witness add ADDRESS":
    "二つ目のネットワーク（hakit first でノードごとに二つのアドレス：10.0.0.1,10.1.0.1）、または第三のマシン：hakit witness add アドレス",
  "a third machine, if there is none yet: hakit witness add ADDRESS":
    "第三のマシン（まだなければ）：hakit witness add アドレス",
  "{address} on {interface} lies in {network}":
    "{interface} の {address} は {network} に含まれます",
  "K3s gives these addresses to pods and services: that network becomes unreachable":
    "K3s はこれらのアドレスを Pod とサービスに割り当てるため、そのネットワークに届かなくなります",
  "hakit first --pods 172.28.0.0/16 --services 172.29.0.0/16, or another network for the nodes":
    "hakit first --pods 172.28.0.0/16 --services 172.29.0.0/16、またはノード用に別のネットワーク",
  "another network for {interface}": "{interface} に別のネットワーク",
  "There is no default route": "デフォルトルートがありません",
  "K3s does not start without one, even where no network is behind":
    "先にネットワークがなくても、これがないと K3s は起動しません",
  "{command*} (and the same in the network's configuration, for the next boot)":
    "{command}（次の起動のため、ネットワーク設定にも）",
  "Port {port} is used by {user=}": "ポート {port} は {user} が使っています",
  "another program": "別のプログラム",
  "It is needed for {what=}": "{what}に必要です",
  "heartbeats": "ハートビート",
  "replication": "複製",
  "console and API": "コンソールと API ",
  "K3s' API": "K3s の API ",
  "K3s' datastore": "K3s のデータストア",
  "the volumes (NFS)": "ボリューム（NFS）",
  "K3s' kubelet": "K3s の kubelet ",
  "the network of the pods": "Pod のネットワーク",
  "K3s' Traefik takes what comes to 80 and 443 from outside, also for {user=}":
    "K3s の Traefik が外部から 80 と 443 に届くものを、{user} 宛てのものも含めて受け取ります",
  "move it to another port, or keep Traefik away, on both servers: {command*}":
    "別のポートに移すか、両サーバーで Traefik を無効にしてください：{command}",
  "The name {name} has no address": "名前 {name} にアドレスがありません",
  "sudo, MariaDB and the NFS server wait for name servers":
    "sudo、MariaDB、NFS サーバーがネームサーバーを待ちます",
  "Looking up {name} takes {seconds} s":
    "{name} の名前解決に {seconds} 秒かかります",
  "Whatever asks for it at a failover waits as long":
    "フェイルオーバー時にこの名前を引くものは同じだけ待ちます",
  "{address} does not answer a ping": "{address} が ping に応答しません",
  "The nodes cannot work together over this link":
    "このリンクではノード同士が連携できません",
  "ping {address}; on the other server: ip addr, and its firewall":
    "ping {address}。もう一方のサーバーで ip addr とファイアウォールを確認してください",
  "{percent} % of the packets to {address} are lost":
    "{address} へのパケットの {percent} % が失われています",
  "Writes wait for what is sent again; heartbeats are missed":
    "書き込みは再送を待ち、ハートビートも届かないことがあります",
  "The round trip to {address} takes {time} ms":
    "{address} との往復に {time} ms かかります",
  "Every write waits for one: a database commits at most {count} times a second one after the other":
    "書き込みごとに一往復待ちます。データベースの逐次コミットは毎秒最大 {count} 回です",
  "A packet of {bytes} bytes does not reach {address} whole":
    "{bytes} バイトのパケットがそのままでは {address} に届きません",
  "Small packets pass and large ones hang: connections open and then stand still":
    "小さなパケットは通り、大きなパケットは止まります。接続は開きますが、その後進みません",
  "mend the switch, or on both nodes: {command*}":
    "スイッチを直すか、両ノードで：{command}",
  "The firewall ({kind}) drops {ports*}":
    "ファイアウォール（{kind}）が {ports} を遮断しています",
  "The nodes, or their pods, do not reach each other there":
    "ノード同士、またはその Pod 同士がそこで通信できません",
  "{address} is in no network of this server":
    "{address} はこのサーバーのどのネットワークにも含まれません",
  "It cannot be taken here: clients would not find it":
    "ここでは取得できません。クライアントから届かないためです",
  "{folder}: {free*} free, expected at least {needed*}":
    "{folder}：空き {free}（{needed} 以上が必要）",
  "The database and the first pods need it":
    "データベースと最初の Pod に必要です",
  "The volume may grow to {size*} and {folder} has {free*} free":
    "ボリュームは {size} まで大きくなる可能性がありますが、{folder} の空きは {free} です",
  "A full disk on the secondary ends redundancy, on the primary it ends writing; before that, with 5 % free, K3s evicts pods, on both servers at once":
    "セカンダリーのディスクが満杯になると冗長性が失われ、プライマリーでは書き込めなくなります。その前に、空きが 5 % になると、K3s が両方のサーバーで同時に Pod を退去させます",
  "a larger disk, a smaller --size of hakit first, or watch it: hakit state":
    "より大きなディスク、hakit first のより小さい --size、または hakit state で監視してください",
  "{folder} is in memory (tmpfs)": "{folder} はメモリー上（tmpfs）にあります",
  "A reboot loses this copy": "再起動するとこのコピーは失われます",
  "{folder} is on {type}": "{folder} は {type} 上にあります",
  "Mirrored directories are tried on {types*}; they need trusted extended attributes":
    "ミラーディレクトリーは {types} で確認されています。trusted 拡張属性が必要です",
  "{folder}: an fsync takes {time} ms":
    "{folder}：fsync に {time} ms かかります",
  "Every commit of the datastore waits for both disks; K3s gives up after 10 s":
    "データストアのコミットごとに両方のディスクを待ちます。K3s は 10 秒であきらめます",
  "an SSD; in a virtual machine: a disk with a write cache that honours flushes":
    "SSD、仮想マシンではフラッシュを守る書き込みキャッシュ付きのディスク",
  "{folder} writes {rate*}/s": "{folder} の書き込みは {rate}/s です",
  "A first copy of 100 GB takes an hour and more":
    "100 GB の初回コピーに一時間以上かかります",
  "K3s is here already: {where*}": "K3s がすでにあります：{where}",
  "It has a cluster and a datastore of its own, which hakit neither overwrites nor takes over":
    "独自のクラスターとデータストアがあり、hakit は上書きも引き継ぎもしません",
  "move its workloads away, then {command*}":
    "ワークロードを移してから {command}",
  "MySQL is installed: {packages*}":
    "MySQL がインストールされています：{packages}",
  "MariaDB's packages would replace it and cannot read its data":
    "MariaDB のパッケージに置き換えられ、そのデータは読めません",
  "save its databases, then {command*}": "データベースを保存してから {command}",
  "MariaDB has its data in {folder}": "MariaDB のデータは {folder} にあります",
  "{folder} is what is mirrored: these databases would be out of service":
    "ミラーされるのは {folder} です。これらのデータベースは使えなくなります",
  'move them to another server; or stop MariaDB, move them to {folder} (another disk: mounted there) and take "datadir" out of the files below /etc/mysql':
    "別のサーバーに移すか、MariaDB を停止して {folder} に移し（別のディスクならそこにマウント）、/etc/mysql 以下のファイルから「datadir」を取り除いてください",
  "MariaDB holds a datastore of K3s already":
    "MariaDB に K3s のデータストアがすでにあります",
  "A new K3s with another token cannot read it and would not start":
    "別のトークンの新しい K3s はこれを読めず、起動しません",
  'save it (mariadb-dump k3s), then drop the database "k3s"':
    '保存（mariadb-dump k3s）してから、データベース "k3s" を削除してください',
  "MariaDB has databases of its own: {names*}":
    "MariaDB に独自のデータベースがあります：{names}",
  "They would become part of the mirror, reached through the virtual address only, and on the second node the first copy replaces them":
    "ミラーの一部になり、仮想アドレスからのみ接続でき、二つ目のノードでは初回コピーで置き換えられます",
  "hakit prereq --adopt and hakit first --adopt take them along; or move them away":
    "hakit prereq --adopt と hakit first --adopt で取り込むか、別の場所に移してください",
  "NFS exports folders of its own: {names*}":
    "NFS が独自のフォルダーをエクスポートしています：{names}",
  "The NFS server comes and goes with the role of the module k3s, without version 3, and takes users' groups as clients send them":
    "NFS サーバーはモジュール k3s の役割に合わせて開始・停止し、バージョン 3 は使えず、ユーザーのグループはクライアントが送るとおりに扱われます",
  "move them to another server, or accept that: --adopt":
    "別のサーバーに移すか、受け入れてください：--adopt",
  "The storage folder is not empty: {names*}":
    "ストレージフォルダーが空ではありません：{names}",
  "What is there is mirrored from the first node, and replaced on the second":
    "その中身は一つ目のノードからミラーされ、二つ目のノードでは置き換えられます",
  "move it away, give another --storage, or --adopt on the first node":
    "移動するか、別の --storage を指定するか、一つ目のノードで --adopt",
  "{name} runs here": "{name} がここで動いています",
  "Two programs that move addresses and services fight each other":
    "アドレスとサービスを移す二つのプログラムは互いに競合します",
  "The clocks differ by {seconds} s": "時計が {seconds} 秒ずれています",
  "Certificates and Kubernetes' leases of one look wrong to the other":
    "一方の証明書や Kubernetes のリースが、もう一方では不正に見えます",
  "User mysql is {mine} on {node} and {theirs} on {peer}":
    "ユーザー mysql は {node} では {mine}、{peer} では {theirs} です",
  "The mirrored files keep the numbers: after a failover the database could not open them":
    "ミラーされたファイルは番号を保持するため、フェイルオーバー後にデータベースが開けません",
  "on {node}, if it has no data: {command*}":
    "{node} にデータがなければ：{command}",
  "Different processors: {mine} on {node}, {theirs} on {peer}":
    "プロセッサーが異なります：{node} は {mine}、{peer} は {theirs}",
  "K3s' executable and images of one do not run on the other":
    "一方の K3s の実行ファイルとイメージは、もう一方では動きません",
  "Different MariaDB: {mine} on {node}, {theirs} on {peer}":
    "MariaDB が異なります：{node} は {mine}、{peer} は {theirs}",
  "The older one cannot open files that the newer one has written: a failover to it fails":
    "新しい方が書いたファイルを古い方は開けず、古い方へのフェイルオーバーは失敗します",
  'on the node with the older one, while it is SECOND: README, "Update MariaDB and NFS"; no swap to it before':
    '古い方のノードで、SECOND である間に：README の "Update MariaDB and NFS"。それまでそのノードへ入れ替えないでください',
  "the same release of the distribution on both: apt-get dist-upgrade":
    "両方で同じリリースのディストリビューションに：apt-get dist-upgrade",
  "Different distributions: {mine*} on {node}, {theirs*} on {peer}":
    "ディストリビューションが異なります：{node} は {mine}、{peer} は {theirs}",
  "Services of different versions work on the same data":
    "異なるバージョンのサービスが同じデータを使います",
  "Different hakit: {mine} on {node}, {theirs} on {peer}":
    "hakit が異なります：{node} は {mine}、{peer} は {theirs}",
  "Only for the time of an upgrade: what one knows the other may not":
    "更新の間だけにしてください。一方が知ることを、もう一方は知らない可能性があります",
  "install the newer one on both": "新しい方を両方にインストールしてください",
  "hakit upgrade FILE, or hakit upgrade --back":
    "hakit upgrade FILE、または hakit upgrade --back",
  "Both have the same /etc/machine-id": "両方の /etc/machine-id が同じです",
  "One is a copy of the other: DHCP gives both one address, and hakit takes them for one machine":
    "一方はもう一方の複製です。DHCP は両方に同じアドレスを割り当て、hakit は一台のマシンとみなします",
  "on one: {command*}": "一方で：{command}",
  "Both are called {name}": "両方の名前が {name} です",
  "K3s' controllers know each other by this name: both would take themselves for the one that leads":
    "K3s のコントローラーはこの名前で互いを識別するため、両方が自分をリーダーとみなします",
  "cluster.yaml differs between the nodes":
    "cluster.yaml がノード間で異なります",
  "They disagree on addresses, links or trust":
    "アドレス、リンク、信頼の設定が一致していません",
  "copy /etc/hakit/cluster.yaml of the node whose is right to the other one, then hakit upgrade --restart on one: the agents begin again one after the other, and services change places":
    "正しい方のノードの /etc/hakit/cluster.yaml をもう一方にコピーし、一方で hakit upgrade --restart を実行してください。エージェントが一つずつ再起動し、サービスが入れ替わります",
  "Link {number} has MTU {mine} on {node} and {theirs} on {peer}":
    "リンク {number} の MTU は {node} では {mine}、{peer} では {theirs} です",
  "Large packets of one are dropped by the other":
    "一方の大きなパケットがもう一方で破棄されます",
  "{folder} is {mine} on {node} and {theirs} on {peer}":
    "{folder} は {node} では {mine}、{peer} では {theirs} です",
  "What one file system takes (names, attributes, sizes) the other may refuse":
    "一方のファイルシステムが受け付けるもの（名前、属性、サイズ）を、もう一方が拒否することがあります",
  // What a change of configuration does (src/module/plan.ts, cluster_plan.ts), and what stands against it.
  "shown from now on": "今から表示されます",
  "counts at the next boot": "次のマシン起動時に有効になります",
  "counts from now on": "今から有効です",
  "counts when the nodes are level the next time: then a primary that is not where it belongs changes places by itself":
    "次に両ノードが揃ったときに有効になります。本来のノードにないプライマリーは、そのとき自動的に入れ替わります",
  "the limit counts from now on": "制限は今から有効です",
  "the rate counts from now on": "速度は今から有効です",
  "counts for scripts that begin from now on":
    "今から始まるスクリプトで有効です",
  "scripts get it when they run the next time; checkers that use it at once":
    "スクリプトは次回の実行から、使っているチェッカーはすぐに反映します",
  "checkers that changed begin anew, the others go on":
    "変更されたチェッカーはやり直し、ほかは続行します",
  "those that changed are looked at anew, the others go on":
    "変更されたものは改めて確認され、ほかは続行します",
  "count from now on, each with its full hold":
    "今から有効です。それぞれ hold の時間を最初から数えます",
  "only while the module is stopped on both nodes":
    "モジュールが両ノードで停止しているときだけ",
  "is gone from now on": "今からなくなります",
  "runs in its new form the next time": "次回から新しい内容で実行されます",
  "read in its new form by scripts that run from now on":
    "今から実行されるスクリプトが新しい内容を読みます",
  'counts when the agents have begun again, one after the other: by the button on this page, or "hakit upgrade --restart"':
    'エージェントが一つずつ再起動すると有効になります。このページのボタン、または "hakit upgrade --restart"',
  'only while every module is stopped on both nodes; then the agents begin again before one is started: by the button on this page, or "hakit upgrade --restart"':
    'すべてのモジュールが両ノードで停止しているときだけ。その後、モジュールを開始する前にエージェントを再起動します。このページのボタン、または "hakit upgrade --restart"',
  'Module "{module}" is on its way ({role}) on {node}: try again when it has come to its end':
    'モジュール "{module}" は {node} で移行中です（{role}）。終わってからもう一度試してください',
  'Module "{module}" cannot be changed so while it is {role} on {node}: say "hakit stop {module} --node {node}" first':
    'モジュール "{module}" は {node} で {role} の間、このようには変更できません。先に "hakit stop {module} --node {node}" を実行してください',
  'Module "{module}" cannot be {what} while it is {role} on {node}: say "hakit stop {module} --node {node}" first':
    'モジュール "{module}" は {node} で {role} の間、この操作（{what}）はできません。先に "hakit stop {module} --node {node}" を実行してください',
  'Module "{module}" is not changed: {peer} does not answer, and a configuration changes on both nodes or on neither':
    'モジュール "{module}" は変更されていません。{peer} が応答せず、設定は両ノードで変わるか、どちらでも変わらないかのいずれかです',
  'Module "{module}" has configuration {newest} on {node} already, expected one before {number}':
    'モジュール "{module}" には {node} にすでに設定 {newest} があります（{number} より前が必要）',
  'Module "{module}" was changed by somebody else since you began':
    '編集を始めた後に、モジュール "{module}" がほかの人によって変更されました',
  'Module "{module}" is installed already on {node}':
    'モジュール "{module}" は {node} にすでにインストールされています',
  'Module "{module}" is not installed on {node}':
    'モジュール "{module}" は {node} にインストールされていません',
  'Module "{module}" has no earlier configuration':
    'モジュール "{module}" に以前の設定はありません',
  'Module "{module}" has no configuration {number} (any more), expected one of {numbers*}':
    'モジュール "{module}" に設定 {number} は（もう）ありません。次のいずれか：{numbers}',
  "Modules are being changed from {node} now":
    "現在 {node} からモジュールが変更されています",
  '{file} cannot be changed so while {module} is {role} on {node}: say "hakit stop {module} --node {node}" first':
    '{module} が {node} で {role} の間、{file} はこのようには変更できません。先に "hakit stop {module} --node {node}" を実行してください',
  "{file} was changed in {parts*}, on which two agents must not differ while a module runs: stop every module on both nodes first":
    "{file} の {parts} が変更されています。モジュールの稼働中、両エージェントでこれが異なってはなりません。先に両ノードですべてのモジュールを停止してください",
  "{file} was changed by somebody else since you began":
    "編集を始めた後に、{file} がほかの人によって変更されました",
  "{file} is being changed already": "{file} はすでに変更中です",
  "{file} has configuration {newest} on {node} already, expected one before {number}":
    "{file} には {node} にすでに設定 {newest} があります（{number} より前が必要）",
  // What is wrong in module.yaml and cluster.yaml (src/module, src/rules).
  'unknown key "{key*}", expected one of {keys*}':
    '不明なキー "{key}"。次のいずれか：{keys}',
  "is missing, expected {type}": "がありません（{type} が必要）",
  "is missing": "がありません",
  'is "{value*}", expected "{wanted*}"':
    'は "{value}" です（"{wanted}" が必要）',
  'is "{value*}", expected "{wanted*}": keys, certificates and records hold it':
    'は "{value}" です（"{wanted}" が必要）。鍵、証明書、記録に含まれているためです',
  "expected {least} to {most}": "{least} から {most} までの値が必要です",
  "expected up to 31 of a-z, 0-9 and -, beginning with a letter":
    "a-z、0-9、- を 31 文字まで、先頭は英字にしてください",
  "expected up to 32 of a-z, 0-9, dot, _ and -, beginning with a letter":
    "a-z、0-9、ピリオド、_、- を 32 文字まで、先頭は英字にしてください",
  "expected a name: up to 31 letters, digits, _ and -, beginning with a letter":
    "名前が必要です：英字、数字、_、- を 31 文字まで、先頭は英字",
  "expected the name of a network interface":
    "ネットワークインターフェースの名前が必要です",
  "expected the name of a program in bin/":
    "bin/ にあるプログラムの名前が必要です",
  "expected the name of a module": "モジュールの名前が必要です",
  "expected http:// or https://": "http:// または https:// が必要です",
  "expected either interface or address":
    "interface か address のどちらか一方が必要です",
  "expected either process or unit": "process か unit のどちらか一方が必要です",
  "expected either url or url_file": "url か url_file のどちらか一方が必要です",
  "expected either role or password":
    "role か password のどちらか一方が必要です",
  "expected one line": "一行で入力してください",
  "expected an address": "アドレスが必要です",
  "is below at_least {least}": "at_least の {least} より小さい値です",
  'there is a checker "{name}" already': 'チェッカー "{name}" はすでにあります',
  'there is a rule "{name}" already': 'ルール "{name}" はすでにあります',
  "there is no variable {name}": "変数 {name} はありません",
  '"{name*}" is no node, expected one of {names*}':
    '"{name}" はノードではありません。次のいずれか：{names}',
  "{port} is hakit's own (cluster.yaml), expected another":
    "{port} は hakit 自身が使います（cluster.yaml）。別のものにしてください",
  "found {found*}, expected {wanted*}": "{found} があります（{wanted} が必要）",
  // What the API refuses on other pages (src/agent, src/api).
  "The agent of {node} does not answer on {addresses*}":
    "{node} のエージェントが {addresses} で応答しません",
  'No node is called "{node}", expected {me} or {peer}':
    '"{node}" というノードはありません（{me} または {peer}）',
  "Cannot copy: {why=}": "コピーできません：{why}",
  "what stands here is not whole: it is being brought up to date, or was never":
    "ここにあるものは完全ではありません。最新にしている途中か、一度も最新になっていません",
  "the module is on its way to another role":
    "モジュールは別の役割に移行中です",
  "a copy is being restored into its directories":
    "そのディレクトリにコピーを復元しています",
  'Cannot restore "{copy}": {why=}; what stood there stands there as before':
    "「{copy}」を復元できません：{why}。元の内容はそのまま残っています",
  'Cannot restore "{copy}": {why=}; what stood there is kept as copy {before}':
    "「{copy}」を復元できません：{why}。元の内容はコピー {before} として保存されています",
  "the module was started meanwhile": "その間にモジュールが開始されました",
  "the module serves on this node: here its copies are seen, and taken, when it does not":
    "このノードでモジュールがサービスを提供しています。コピーの表示と取得は、提供していないときに行えます",
  'Module "{module}" has no copy "{copy}" on this node, expected {names=}':
    'このノードのモジュール "{module}" にコピー "{copy}" はありません：{names}',
  "Cannot {doing!}: {why=}": "{doing}はできません：{why}",
  'create user "{name*}"': 'ユーザー "{name}" の作成',
  'remove user "{name*}"': 'ユーザー "{name}" の削除',
  'change the password of user "{name*}"':
    'ユーザー "{name}" のパスワードの変更',
  'change the role of user "{name*}"': 'ユーザー "{name}" のロールの変更',
  'it exists in "{file*}", expected another name':
    '"{file}" にすでにあります。別の名前にしてください',
  "there are {count} already": "すでに {count} 個あります",
  "it is the last administrator, make another one first":
    "最後の管理者です。先に別の管理者を作ってください",
  'There is no user "{name*}"': 'ユーザー "{name}" はありません',
  "none: there is no copy": "コピーは一つもありません",
  'Cannot {what} "{copy}": {why!}':
    '"{copy}" を処理できません（{what}）：{why}',
  "its data stands in {path*}, which is hidden while the module serves on this node, or is gone":
    "データは {path} にありますが、このノードがモジュールを提供している間は見えないか、もうありません",
  "it is being downloaded or exported":
    "ダウンロードまたはエクスポートされています",
  "it is still being kept, or is being destroyed":
    "まだ退避の途中か、破棄されています",
  // Notifications, single sign-on and drills, as the support page shows them (src/notify, src/oidc, src/k3s/drill).
  "e-mail to {addresses*}": "メール：{addresses}",
  "syslog {where!}": "{where}の syslog",
  "of this machine": "このマシン",
  "{host*} cannot be reached": "{host} に接続できません",
  "{host*} answered {status}": "{host} の応答：{status}",
  '"{file*}" holds no JSON of at most {most} characters':
    '"{file}" の内容が {most} 文字以内の JSON ではありません',
  '"{file*}" holds no single line': '"{file}" の内容が一行ではありません',
  '"{file*}" holds no header, expected one line such as "{example*}"':
    '"{file}" にヘッダーがありません。"{example}" のような一行が必要です',
  "both nodes were changed while they did not hear each other: set it anew, or switch it off":
    "両ノードが互いに通信できない間に変更されました。設定し直すか、オフにしてください",
  "single sign-on is off": "シングルサインオンはオフです",
  "See whether this node reaches the issuer; local users still log in with their passwords":
    "このノードから発行者に接続できるか確認してください。ローカルユーザーはパスワードでログインできます",
  "See whether the issuer's address is that of an OpenID Connect provider":
    "発行者のアドレスが OpenID Connect プロバイダーのものか確認してください",
  "Set the authority that signed the issuer's certificate: hakit oidc set --ca-file":
    "発行者の証明書に署名した認証局を設定してください：hakit oidc set --ca-file",
  'A private authority is told with "hakit oidc set --ca-file"; else see the issuer\'s certificate':
    '独自の認証局は "hakit oidc set --ca-file" で設定します。それ以外は発行者の証明書を確認してください',
  'Set the address that it calls itself, of your own organisation: "hakit oidc set --issuer"':
    '発行者自身が名乗る、自組織のアドレスを設定してください："hakit oidc set --issuer"',
  'discovery document: the issuer calls itself "{name*}", expected "{issuer*}"':
    'ディスカバリー文書：発行者は "{name}" と名乗っています（"{issuer}" が必要）',
  'discovery document: "{key}" is missing or no https address':
    'ディスカバリー文書："{key}" がないか、https アドレスではありません',
  "A drill is under way already": "訓練はすでに実行中です",
  "Cannot drill here: {why=}": "ここでは訓練できません：{why}",
  'this node is {role}, and a drill begins with PRIM and SECOND: see "hakit state"':
    'このノードは {role} です。訓練は PRIM と SECOND から始めます。"hakit state" を参照してください',
  "Starting the application (namespace {name})":
    "アプリケーションを開始しています（名前空間 {name}）",
  "Removing the application": "アプリケーションを削除しています",
  "Swapping: {peer} becomes primary":
    "入れ替え中：{peer} がプライマリーになります",
  "Waiting for {peer} (give it back what it lost)":
    "{peer} を待っています（失ったものを戻してください）",
  "the command returned": "コマンドが終了",
  "the application acknowledges writes": "アプリケーションが書き込みを確認",
  "waits for the other node": "相手ノードを待っています",
  "{peer} is not heard any more": "{peer} の応答がなくなりました",
  "{node} is {role} {status!}": "{node} は {role}、{status}",
  "Ready": "準備完了",
  "NotReady": "未準備",
  "Transient": "移行中",
  "all pods of the application run": "アプリケーションの Pod がすべて稼働",
  "pods of {node} are still listed there": "{node} の Pod がまだ残っています",
  "Nothing happened within {minutes} min: this node is {role}":
    "{minutes} 分以内に何も起きませんでした。このノードは {role} です",
  // A password that is refused (src/api/passwords.ts).
  "the password has {count} characters, expected {least} to {most}":
    "パスワードが {count} 文字です（{least} から {most} 文字が必要）",
  // More of what is wrong in module.yaml and cluster.yaml (src/module).
  '"{path*}" is inside "{other*}" or the same, expected folders apart from each other':
    '"{path}" は "{other}" の中にあるか、同じものです。別々のフォルダーにしてください',
  '"{name*}" excludes "{path*}" of tocheck, which must be on both nodes':
    '"{name}" は、両ノードになければならない tocheck の "{path}" を除外しています',
  "brings all exclusions to {bytes} bytes, expected at most {most}":
    "除外の合計が {bytes} バイトになります（{most} 以下が必要）",
  "is this module itself, expected another":
    "はこのモジュール自身です。別のものにしてください",
  "is missing, as the module has no mirrored directory":
    "がありません。モジュールにミラーディレクトリーがないためです",
  'is {when}, but "{path*}" is mirrored: expected prim, as it is written to only where the module is primary':
    'は {when} ですが、"{path}" はミラーされています。書き込まれるのはモジュールがプライマリーのノードだけなので、prim が必要です',
  'wait needs "when: pre": another checker does not look while the module waits':
    'wait には "when: pre" が必要です。ほかのチェッカーはモジュールの待機中に確認しません',
  'expected a number and one of ms, s, m, h, d, such as "300ms"':
    '数値と ms、s、m、h、d のいずれかが必要です（例："300ms"）',
  "{chosen}ms does not fit timeout ({timeout}ms), expected {least}ms to a third of it, {most}ms: make it so in cluster.yaml of both nodes":
    "{chosen}ms は timeout（{timeout}ms）に合いません。{least}ms からその三分の一の {most}ms までが必要です。両ノードの cluster.yaml で設定してください",
  "{count} links, but the nodes have {number} addresses each: expected at most one entry an address":
    "リンクが {count} 個ありますが、各ノードのアドレスは {number} 個です。アドレスごとに一つまでにしてください",
  '"{name*}" is the first node\'s name, too, expected another':
    '"{name}" は一つ目のノードの名前でもあります。別の名前にしてください',
  '"{name*}" is no node, expected {one} or {other}':
    '"{name}" はノードではありません（{one} または {other}）',
  // What a value must be (src/module/load.ts).
  "expected a whole number": "整数が必要です",
  "expected one of {names*}": "次のいずれかが必要です：{names}",
  "expected at least {least}": "{least} 以上が必要です",
  "expected at most {most}": "{most} 以下が必要です",
  "expected at least {least} characters": "{least} 文字以上が必要です",
  "expected at most {most} characters": "{most} 文字以下にしてください",
  "expected at least {least} entries": "{least} 個以上が必要です",
  "expected at most {most} entries": "{most} 個以下にしてください",
  "expected bytes per second such as {example*}":
    "1 秒あたりのバイト数が必要です（例：{example}）",
  "expected a name of capitals, digits and _, beginning with a capital":
    "大文字で始まり、大文字・数字・_ だけからなる名前が必要です",
  "expected an address such as {examples*}":
    "{examples} のようなアドレスが必要です",
  // What a path, a name or a time must be (src/module).
  "expected an absolute path such as {example*}":
    "{example} のような絶対パスが必要です",
  "expected an absolute path, such as {example*}":
    "絶対パスが必要です（例：{example}）",
  'expected an absolute path without "." , ".." and trailing "/", such as {example*}':
    '".", ".." や末尾の "/" のない絶対パスが必要です（例：{example}）',
  'expected a path below the directory, without "/" at its begin or end, "." and "..", such as {example*}':
    '先頭や末尾の "/"、"."、".." のない、ディレクトリー以下のパスが必要です（例：{example}）',
  'expected a name such as "*.tmp", or a path below the directory without "/" at its begin or end, "." and "..", such as {example*}':
    '"*.tmp" のような名前、または先頭や末尾の "/"、"."、".." のない、ディレクトリー以下のパスが必要です（例：{example}）',
  "expected a path such as {example*}": "{example} のようなパスが必要です",
  "is a folder of the system, expected one of its own such as {example*}":
    "はシステムのフォルダーです。{example} のような専用のフォルダーにしてください",
  "expected a mail address, such as {example*}":
    "メールアドレスが必要です（例：{example}）",
  "expected a systemd unit such as {example*}":
    "{example} のような systemd のユニットが必要です",
  "expected the name of a unit, such as {example*}":
    "ユニットの名前が必要です（例：{example}）",
  "more than {most} rules": "ルールが {most} 個を超えています",
  "more than {most} parentheses inside each other":
    "括弧の入れ子が {most} 段を超えています",
  // What is told by mail and webhook (src/notify/conditions.ts, render.ts).
  "{module} is served by {node}": "{module} は {node} が提供しています",
  "{module} is served by {node} ({why!}; {seconds} s from the decision to the service's start)":
    "{module} は {node} が提供しています（{why}。決定からサービスの開始まで {seconds} 秒）",
  "a failover: the other node was lost":
    "フェイルオーバー：もう一方のノードが失われました",
  "the other node gave way": "もう一方のノードが譲りました",
  "{module} is stopped on {node} and served by no node{why?}":
    "{module} は {node} で停止しており、どのノードも提供していません{why}",
  "{module} is stopped on {node}; {peer} is not reachable{why?}":
    "{module} は {node} で停止しています。{peer} に接続できません{why}",
  ": {reason=}": "：{reason}",
  "{module} is no longer stopped on {node}":
    "{module} は {node} で停止していません",
  "{module} waits on {node}": "{module} は {node} で待機しています",
  "{module} waits on {node}: {why=}":
    "{module} は {node} で待機しています：{why}",
  "{module} waits no longer on {node}": "{module} は {node} で待機していません",
  "{module} on {node}: {why!}": "{node} の {module}：{why}",
  "nothing of {module} waits on {node} any more":
    "{node} で {module} を待つものはもうありません",
  "{module} is to run on {node} alone: no second copy is up to date":
    "{module} は {node} で単独稼働に移ります。最新の二つ目のコピーはありません",
  "{module} runs on {node} alone: no second copy is up to date":
    "{module} は {node} だけで稼働しています：最新の二つ目のコピーはありません",
  "{module} is on both nodes": "{module} は両方のノードにあります",
  "{module} is no longer alone on {node}":
    "{module} は {node} だけで稼働してはいません",
  'the copies of {module} differ in {count} places: see "hakit help verify"':
    '{module} のコピーが {count} か所で異なります："hakit help verify" を参照してください',
  "the copies of {module} differ no longer":
    "{module} のコピーに違いはなくなりました",
  '{module} was written on both nodes apart; what only {node} wrote is kept: see "hakit salvage list" on {node}':
    '{module} は両ノードで別々に書き込まれました。{node} だけが書き込んだものは別に保管されています：{node} で "hakit salvage list" を実行してください',
  "{resource} of {module} cannot be told on {node}":
    "{node} の {module} の {resource} は判定できません",
  "{resource} of {module} cannot be told on {node}: {why=}":
    "{node} の {module} の {resource} は判定できません：{why}",
  "{resource} of {module} can be told again on {node}":
    "{node} の {module} の {resource} は再び判定できます",
  "{resource} of {module} is {state=} on {node}":
    "{node} の {module} の {resource} は{state}です",
  "{resource} of {module} is {state=} on {node}: {why=}":
    "{node} の {module} の {resource} は{state}です：{why}",
  "{node} hears {peer} again": "{node} に {peer} からの信号が再び届いています",
  "{node} does not hear {peer} any more":
    "{node} に {peer} からの信号が届かなくなりました",
  'the link {local} to {remote} lets small packets pass and none of {bytes} bytes: the mirror stands still on it; "hakit state" says what to do':
    'リンク {local} → {remote} は小さいパケットを通しますが、{bytes} バイトのパケットは一つも通りません：その上でミラーは止まっています。対処は "hakit state" が示します',
  "{here} and {there} heed the same arbiter":
    "{here} と {there} は同じアービターに従っています",
  "the link {local} to {remote} works again":
    "リンク {local} → {remote} は復旧しました",
  "the link {local} to {remote} is down: check cable, switch and firewall":
    "リンク {local} → {remote} が切れています：ケーブル、スイッチ、ファイアウォールを確認してください",
  'the disk of "{folder*}" on {node} is nearly full ({percent} % free)':
    '{node} の "{folder}" のディスクがほぼ満杯です（空き {percent} %）',
  'the disk of "{folder*}" on {node} has room again':
    '{node} の "{folder}" のディスクに再び空きがあります',
  'the certificate "{name*}" of {node} {end!}: see "hakit help cert"':
    '{node} の証明書 "{name}" {end}："hakit help cert" を参照してください',
  "has expired": "は期限切れです",
  "expires in {days} days": "の期限まであと {days} 日です",
  'the certificate "{name*}" of {node} is renewed':
    '{node} の証明書 "{name}" は更新されました',
  "this is a test from {node}, asked for by {who*}":
    "{node} からのテストです（依頼：{who}）",
  "over": "終了",
  "info": "情報",
  "warning": "警告",
  "critical": "重大",
  "(and {count} more)": "（ほか {count} 件）",
  '{count} earlier ones are left out: see "hakit log --all"':
    '以前の {count} 件は省略されています："hakit log --all" を参照してください',
  'Cluster {cluster}, told by {node}. What holds now: "hakit state" on either node.':
    'クラスター {cluster}、{node} からの通知です。現在の状態：どちらかのノードで "hakit state"',
  // More of what is wrong in a file (src/module/load.ts, schema.ts).
  'This tag is not known: a text that begins with "!" needs quotes':
    'このタグは認識できません："!" で始まるテキストは引用符で囲んでください',
  "expected an address or a network of your own, such as {examples*}":
    "アドレスまたは自分のネットワークが必要です（例：{examples}）",
};
