/** What the console says in Japanese: the overview: roles, copies, actions and what came of them. */
import type { Texts } from "../en.ts";

export const overviewTexts: Pick<
  Texts,
  "overview" | "actions" | "meanings" | "copies" | "asked"
> = {
  overview: {
    headlines: {
      good: "保護されています",
      busy: "変更中",
      risk: "稼働中（予備なし）",
      bad: "稼働していません",
      off: "停止",
    },
    notRunningHere: "ここでは稼働していません",
    broken: "稼働中ですが、異常があります",
    brokenTitle: "異常のあるもの、または判定できないもの",
    cannotBeTold: "判定できません",
    noDetail: "理由は不明",
    sinceTime: (time: string) => `${time} UTC から`,
    noModuleYet: "モジュールはまだありません",
    thisNode: "このノード",
    otherNode: "相手ノード",
    install:
      "モジュールがインストールされていません。「hakit help module」を参照してください。",
    warnings: (count: number) => `警告 ${count} 件`,
    noAnswerFrom: (node: string) => `${node} が応答しません`,
    old: (age: string) => `以下は ${age}の内容です。再試行しています。`,
    askOther: "もう一方のノードに問い合わせる：",
    then: (sentence: string) => `当時：${sentence}`,
    canSwap: "プライマリーとセカンダリーを入れ替えます",
    cannotSwap: "準備完了のプライマリーとセカンダリーが必要です",
    on: (module: string, node: string) => `${node} の ${module}`,
    console: "このコンソール",
    itsConsole: "そのコンソール",
    switched: (what: string) => `切り替え：${what}`,
    data: "データ",
    address: "アドレス",
    here: "ここにあります",
    notHere: "ここにはありません",
    more: "その他の操作",
    lastCopied: (bytes: string, seconds: string) =>
      `前回のコピー：${bytes}、${seconds} 秒`,
    everything: "（全体）",
    warningsTitle: "警告",
    arbiter: "ノード間が切れたとき",
    links: "ノード間のリンク",
    linkStates: { up: "接続", down: "切断", unknown: "不明" },
    heartbeatsLost: (percent: number) => `ハートビートの ${percent} % が未着`,
    noAnswer: "応答なし",
    none: "なし",
    was: (role: string) => `以前は ${role}`,
    status: { moving: "移行中", ready: "準備完了", notReady: "未準備" },
    secondsAgo: (seconds: number) => `${seconds} 秒前`,
    minutesAgo: (minutes: number) => `${minutes} 分前`,
    hoursAgo: (hours: number, minutes: number) =>
      `${hours} 時間 ${minutes} 分前`,
    script:
      "JavaScript がないと、このページは一時点だけを表示し、操作できません。再読み込みするか、hakit コマンドを使ってください。",
  },
  actions: {
    start: "開始",
    stop: "停止",
    swap: "入れ替え",
    prim: "プライマリーにする",
    restart: "再起動",
    stopstart: "停止して開始",
    primforce: "強制的にプライマリーにする",
    otherFolder: "別のフォルダーで強制する",
    second: "強制的にセカンダリーにする",
    full: "すべてコピーし直す",
    switch: (what: string) => `${what} に切り替える`,
  },
  meanings: {
    silent: "応答しません。",
    silentSince: (role: string) =>
      `応答しません。最後に確認されたときは ${role} でした。`,
    missing: "ここにはインストールされていません。",
    becomesPrimary: "プライマリーになりつつあります。",
    primary: "サービスを提供しています。",
    takesOver: "引き継いでいます。",
    hangs: (peer: string) =>
      `サービスを提供していますが、アプリケーションが止まっています。書き込みが ${peer} を待っています。`,
    unreached: "サービスを提供していますが、クライアントから届きません。",
    alone: (peer: string) =>
      `単独でサービスを提供しています。今書き込まれるものは ${peer} にはありません。`,
    becomesLevel: "プライマリーに追いついています。",
    secondary: (peer: string) => `${peer} から引き継ぐ準備ができています。`,
    hindered: (peer: string, why: string) =>
      `待機していますが、${peer} が落ちても引き継ぎません：${why}。`,
    waits: "待機中です。",
    stops: "停止しています。",
    stopped: "停止しました。",
  },
  copies: {
    unknown: "不明",
    copied: (peer: string) => `${peer} からコピー中`,
    silent: "応答があるまで不明",
    identical: (peer: string) => `${peer} と同一`,
    differ: (places: number) =>
      `もう一方のコピーと ${places} か所で異なります: 修復の前に故障したディスクを突き止めてください`,
    waits: (peer: string) => `書き込みが ${peer} を待っています`,
    nothing: "まだ何もミラーされていません",
    empty: "空",
    half: "コピーが途中で、まだ使えません",
    newest: "最新のコピー",
    onlyHere: (bytes: string) => `最新のコピー、うち ${bytes} はここだけ`,
    level: "最新",
    asStopped: "停止したときのまま",
    newer: (peer: string) => `${peer} のものより新しい`,
    apart: (peer: string) =>
      `${peer} のものと分岐: それぞれ相手にないものを持っています`,
    doubtful: "最新ではありません",
    unsure: (peer: string) => `${peer} の応答があるまで不明`,
    behindBy: (bytes: string, peer: string) => `${peer} より ${bytes} 遅れ`,
    behind: (peer: string) => `${peer} より遅れています`,
    names: "名前を比較中",
    paused: (share: string) => `一時停止中: ${share}`,
    leftUnknown: "残り時間は不明",
    left: (time: string) => `残り ${time}`,
    progress: (done: string, total: string) => `${total} 中 ${done}`,
  },
  asked: {
    asked: (what: string) => `依頼しました：${what}。`,
    underWay: (what: string) => `実行中：${what}。`,
    done: (what: string) => `完了：${what}。`,
    waits: (what: string, why: string) =>
      `まだ完了していません：${what}。${why}`,
    failed: (what: string, why: string) => `失敗：${what}。${why}`,
    seeLog: "詳しくはモジュールのログを参照してください。",
    notDone: (what: string, why: string) =>
      `実行されませんでした：${what}。${why}`,
    dismiss: "閉じる",
    type: (node: string) => `実行するにはノード名 ${node} を入力してください`,
    half: (node: string, what: string, peer: string, why: string) =>
      `${node} だけで実行：${what}。${peer} では実行されていません：${why}`,
    missed: "応答しません。復帰したらもう一度行ってください。",
    noAnswer:
      "エージェントが応答しませんでした。もう一度試す前に状態を確認してください。",
    swap: (module: string) => `${module} の入れ替え`,
    prim: (module: string, node: string) =>
      `${node} を ${module} のプライマリーにする`,
    primforce: (module: string, node: string) =>
      `${node} を強制的に ${module} のプライマリーにする`,
    otherFolder: (module: string, node: string) =>
      `別のフォルダーで ${node} を強制的に ${module} のプライマリーにする`,
    second: (module: string, node: string) =>
      `${node} を ${module} のセカンダリーにする`,
    full: (module: string, node: string) =>
      `${module} のすべてを ${node} にコピーする`,
    switch: (module: string, what: string) =>
      `${module} の ${what} への切り替え`,
    start: (module: string, node: string) => `${node} で ${module} を開始`,
    stop: (module: string, node: string) => `${node} で ${module} を停止`,
    restart: (module: string, node: string) => `${node} で ${module} を再起動`,
    stopstart: (module: string, node: string) =>
      `${node} で ${module} を停止して開始`,
  },
};
