/** What the console says in Japanese: the form of cluster.yaml: its groups, then labels and explanations of its keys. */
import type { Texts } from "../en.ts";

export const clusterKeysTexts: Pick<Texts, "clusterGroups" | "clusterFields"> =
  {
    clusterGroups: {
      nodes: "ノードとリンク",
      life: "ハートビートとウォッチドッグ",
      console: "コンソールと API",
      notifications: "通知",
      other: "その他",
    },
    clusterFields: {
      nodes: { label: "ノード", hint: "1 台目が先" },
      name: { label: "名前", hint: "変更できません" },
      addresses: {
        label: "アドレス",
        hint: "リンクごとに 1 つ、両ノードで同じ順",
      },
      links: { label: "リンク", hint: "アドレスと同じ順" },
      trusted: {
        label: "信頼する",
        hint: "専用ケーブル：そこでは暗号化しません",
      },
      heartbeat: { label: "ハートビート", hint: "" },
      period: { label: "間隔", hint: "300ms。タイムアウトの 3 分の 1 以下" },
      timeout: { label: "喪失とみなすまで", hint: "無応答 2.1s" },
      port: { label: "ポート", hint: "UDP" },
      split_brain: { label: "スプリットブレインの後", hint: "" },
      keep: {
        label: "残すデータ",
        hint: "ノード名。空：ウィットネスまたは元のプライマリーによる",
      },
      watchdog: {
        label: "ウォッチドッグ",
        hint: "サービスを手放せないマシンを再起動します",
      },
      device: { label: "デバイス", hint: "/dev/watchdog" },
      "watchdog.timeout": { label: "再起動まで", hint: "合図なし 10s" },
      stop: { label: "停止の猶予", hint: "60s" },
      console: { label: "コンソールと API", hint: "" },
      "console.port": { label: "ポート", hint: "HTTPS" },
      http: {
        label: "暗号化なし",
        hint: "このマシン用、または HTTPS を話すプロキシー用",
      },
      "http.port": { label: "ポート", hint: "HTTP" },
      address: { label: "アドレス", hint: "" },
      trusted_proxies: {
        label: "リバースプロキシー",
        hint: "127.0.0.1；要求元についての申告を信用します",
      },
      notifications: { label: "通知", hint: "" },
      email: { label: "メール", hint: "" },
      to: { label: "宛先", hint: "ops@example.com" },
      from: { label: "差出人", hint: "hakit@example.com" },
      server: { label: "サーバー", hint: "" },
      "email.port": { label: "ポート", hint: "587、tls では 465" },
      security: { label: "暗号化", hint: "" },
      user: { label: "ユーザー", hint: "" },
      password_file: {
        label: "パスワードのファイル",
        hint: "両ノードに：/etc/hakit/smtp-password",
      },
      ca_file: { label: "認証局のファイル", hint: "PEM" },
      events: { label: "対象", hint: "既定：すべて" },
      level: { label: "レベル", hint: "これ以上" },
      webhooks: { label: "Webhook", hint: "" },
      url: { label: "URL", hint: "秘密の場合は下のファイル" },
      url_file: { label: "URL のファイル", hint: "両ノードに" },
      template: { label: "形式", hint: "" },
      template_file: {
        label: "独自の形式のファイル",
        hint: "{subject}、{text}、{level} を含む JSON、両ノードに",
      },
      header_file: {
        label: "ヘッダーのファイル",
        hint: "Authorization: Bearer …",
      },
      syslog: { label: "syslog", hint: "サーバーなし：このマシンのもの" },
      facility: { label: "ファシリティー", hint: "" },
      "syslog.port": { label: "ポート", hint: "514" },
      language: { label: "言語", hint: "メールと Webhook の言語、既定：en" },
      every: { label: "メッセージの最短間隔", hint: "30s" },
    },
  };
