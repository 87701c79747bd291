/** What the console says in Japanese: logs, timeline and resources. */
import type { Texts } from "../en.ts";

export const watchTexts: Pick<Texts, "logs" | "timeline" | "resources"> = {
  logs: {
    title: (what) => `${what} のログ`,
    agent: "エージェント",
    moduleLog: "モジュールのログ",
    show: "表示",
    refresh: "更新",
    save: "ファイルに保存",
    level: "レベル",
    levels: { info: "すべて", warning: "警告以上", error: "エラーのみ" },
    words: { warning: "警告", error: "エラー" },
    text: "文字列",
    from: "開始（UTC）",
    to: "終了（UTC）",
    pause: "一時停止",
    goOn: (late) => late > 0 ? `再開（新着 ${late} 行）` : "再開",
    shown: (shown, all) => `${all} 行中 ${shown} 行。最新は末尾です。`,
    nothing: "まだ何も書かれていません。",
  },
  timeline: {
    title: (module) => `${module} の経過`,
    takeovers: "サービスがノードに移った経緯",
    none: "ログの範囲では、サービスを引き受けたノードはありません。",
    story: "両ノード",
    steps: "各手順も表示",
    time: "時刻（UTC）",
    away: (node) =>
      `${node} が応答しません。その部分は欠けているか、古い内容です。`,
    skew: (node, ms) =>
      Math.abs(ms) < 5
        ? "時計は一致しています。"
        : `${node} の時計は ${ms} ms ずれています。時刻は補正済みです。`,
    took: (seconds) => `${seconds} 秒で準備完了`,
    unfinished: "準備完了になりませんでした",
    notYet: "まだ準備完了していません",
    between: "その間",
    notHeard: "相手ノードの応答なし",
  },
  resources: {
    title: (module) => `${module} のリソース`,
    noResources: "チェッカーもプロセスも設定されていません。",
    states: {
      up: "正常",
      down: "異常",
      init: "初回確認中",
      unknown: "確認していません",
    },
    since: (time) => `${time} UTC から`,
    fired: "発動したルール",
    none: "ログの範囲ではありません。",
    figures: (node) => `${node} の複製（直近 1 時間）`,
    noResync: "コピー中ではありません",
    graphs: {
      dirtyBytes: "相手ノードに欠けている量（最大）",
      changeMs: "書き込みが両ノードに届くまで（100件中99件）",
      fsyncMs: "fsync が両ディスクに届くまで（100件中99件）",
      waiting: "相手ノードを待つ書き込み",
      waitingBytes: "相手がまだ確認していない量",
      waitingMs: "最も古いものの待ち時間",
      resyncBytesPerSecond: "コピー",
      roundTripMs: "最良リンクの往復時間",
    },
  },
};
