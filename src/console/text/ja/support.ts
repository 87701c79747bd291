/** What the console says in Japanese: support. */
import type { Texts } from "../en.ts";

export const supportTexts: Pick<Texts, "support"> = {
  support: {
    title: "サポート",
    snapshot: "両ノードのスナップショット",
    snapshotText:
      "両ノードの設定、ログ、状態を一つのアーカイブにまとめ、支援者に渡せます。パスワード、鍵、トークンは取り除かれます。",
    save: "スナップショットを保存",
    saveAnonymous: "名前とアドレスを除いて保存",
    anonymousText:
      "ノード、マシン、ネットワーク、人、独自モジュールの名前は、全体で一貫した仮名に置き換えられます。",
    doctor: {
      title: "診断",
      text:
        "両サーバーと、両者で一致すべきもの（時計、ディスク、ネットワーク、ファイアウォール、バージョン）を調べます。何も変更しません。",
      begin: "両サーバーを調べる",
      busy: "調査中…",
      onlyOperator: "オペレーターまたは管理者が開始できます。",
      both: "両ノード",
      well: "問題のない項目",
      unreachable: "相手ノードは応答せず、調べられませんでした。",
      levels: { problem: "問題", warning: "警告" },
      nothing: (well: number) => `${well} 項目すべて問題ありません。`,
      found: (found: number, well: number) =>
        `要確認 ${found} 件、問題なし ${well} 項目。`,
    },
    channels: {
      title: "メール・Webhook・syslog による通知",
      none:
        "設定されていません。cluster.yaml の notifications: または hakit help notify を参照してください。",
      good: "正常",
      waiting: (count: number) => `送信待ち ${count} 件`,
      test: (node: string) => `${node} からテスト送信`,
      busy: (node: string) => `${node} からテスト送信中…`,
      sent: (node: string, count: number) =>
        `${node} は ${count} 個のチャネルにテストを送信しました。`,
      notSent: (node: string, count: number) =>
        `${node} は ${count} 個のチャネルに送信できませんでした。`,
    },
    drill: {
      title: "前回の訓練",
      none:
        "まだ行われていません。hakit drill k3s がフェイルオーバーを試し、数えます。",
      faults: { kill: "電源断", swap: "入れ替え", cut: "リンク断" },
      good: (acknowledged: number, seconds: number) =>
        `確認済みの書き込み ${acknowledged} 件はすべて残っていました。クライアントの待ち時間は最大 ${seconds} 秒でした。`,
      lost: (lost: number, acknowledged: number) =>
        `確認済みの書き込み ${acknowledged} 件のうち ${lost} 件が失われました。`,
      told: "その間クライアントに返されたもの：",
      text:
        "訓練では、データベースとウェブサーバーを起動し、k3s が入れ替わる間、仮想アドレス経由で書き込み、その後、確認済みの書き込みがすべてあるかを調べます。電源断やリンク断の訓練はコマンドで行います（hakit drill k3s --kill、--cut）。",
      begin: "スワップを訓練する",
      question: "今 k3s のスワップを訓練しますか？",
      cost:
        "クラスターは実際に切り替わります。k3s はプライマリーで停止し、もう一方のノードで開始します。数秒間サービスが止まり、開いている接続は切れます。書き込まれたものは失われません。数分かかり、アプリケーションのイメージを取得します。",
      confirm: "訓練を始める",
      running: "訓練の実行中：",
      notDone: (why: string) => `前回の訓練は行えませんでした：${why}`,
    },
    signOn: {
      title: "シングルサインオン",
      off: "オフです。hakit oidc set でオンにします。",
      problem: (why: string) => `オフです：${why}`,
      changed: "変更はコマンド hakit oidc set で行います。",
      issuer: "発行者",
      client: "クライアント ID",
      secret: "クライアントシークレット",
      kept: "保管済み、どこにも表示されません",
      claim: "クレーム",
      nobody: "なし",
      scopes: "スコープ",
      authority: "独自の認証局",
      yes: "あり",
      no: "なし",
      button: "ボタン",
      plain: "既定の文言",
      session: "セッション",
      hours: (hours: number) => `最大 ${hours} 時間`,
      redirects: "発行者側に登録",
      test: (node: string) => `${node} から試す`,
      busy: (node: string) => `${node} から発行者に問い合わせ中…`,
      reaches: (node: string) => `${node} は発行者に接続できます。`,
    },
    onlyAdministrator: "保存できるのは管理者です。",
    versions: "バージョン",
    unknown: "不明",
    differ: "ノードのバージョンが異なります。更新を完了してください。",
    same: "両ノードは同じバージョンです。",
    unsaid: (node: string) =>
      `両ノードのバージョンが同じかどうか分かりません。${node} のバージョンが届いていません。`,
    api: "プログラム向け",
    apiText: "API の記述と Grafana 用ダッシュボード：",
    notify: "このブラウザーの通知",
    notifyText:
      "概要ページが開いている間、モジュールの状態が変わると知らせます。",
    notifyOn: "通知する",
    notifyOff: "通知しない",
    notifyDenied:
      "このブラウザーでは通知が禁止されています。ブラウザーの設定で変更してください。",
    notifyCannot:
      "このブラウザーはページから通知できません。メール・Webhook・syslog による通知は使えます。",
  },
};
