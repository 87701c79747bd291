/** What the console says in Japanese: the form of module.yaml: its groups, then labels and explanations of its keys. */
import type { Texts } from "../en.ts";

export const moduleKeysTexts: Pick<Texts, "groups" | "fields"> = {
  groups: {
    general: "一般",
    network: "アドレスとネットワーク",
    data: "複製されるディレクトリ",
    variables: "スクリプトの変数",
    scripts: "スクリプト",
    checkers: "チェッカー",
    processes: "プロセス",
    rules: "フェイルオーバーのルール",
    other: "その他",
  },
  fields: {
    title: { label: "表題", hint: "人に見せる名前" },
    boot: { label: "起動時に開始", hint: "auto：以前動いていた場合" },
    boot_delay: {
      label: "起動時の待ち時間",
      hint: "ネットワークとディスクのため：30s",
    },
    failover: {
      label: "フェイルオーバー",
      hint: "off：サービスは移動しません",
    },
    default_primary: {
      label: "プライマリの置き場所",
      hint: "alone：なし、last：直前の場所、またはノード名",
    },
    max_restarts: { label: "停止までの失敗回数", hint: "下の期間内" },
    restart_period: { label: "期間", hint: "24h、0s：停止しない" },
    port: { label: "複製のポート", hint: "モジュールごとに一つ" },
    virtual_addresses: {
      label: "仮想アドレス",
      hint: "サービスが動くノードにあります",
    },
    address: { label: "アドレス", hint: "10.0.0.9/24" },
    interface: {
      label: "インターフェース",
      hint: "既定：アドレスのネットワークにつながるもの",
    },
    directories: { label: "ディレクトリ", hint: "両ノードで複製されます" },
    path: { label: "パス", hint: "/srv/data" },
    tocheck: {
      label: "存在すべきもの",
      hint: "その下のパス。なければモジュールは待ちます",
    },
    exclude: {
      label: "複製しないもの",
      hint:
        "*.tmp（すべてのディレクトリ）またはこの下のパス。ノードごとに別々に残ります",
    },
    guarantee: {
      label: "書き込みが完了する条件",
      hint:
        "strict（既定）：両ノードに書かれたとき、fsync：送信したとき（fsync だけが両方のディスクを待ちます）",
    },
    services: {
      label: "スクリプトが起動するユニット",
      hint:
        "mariadb.service。このノードがサービスしてはならないとき、一緒に凍結されます",
    },
    node: { label: "対象ノード", hint: "any：どちらか、local：このノード" },
    "tcp.port": { label: "ポート", hint: "" },
    "http.verify": {
      label: "証明書の検証",
      hint: "off：信頼できない証明書も受け入れます",
    },
    resync: { label: "コピー", hint: "" },
    limit: { label: "毎秒の最大バイト数", hint: "50M、0：無制限" },
    verify: { label: "常時比較", hint: "" },
    rate: { label: "毎秒のバイト数", hint: "10M、0：要求時のみ" },
    start_timeout: { label: "開始スクリプトの制限時間", hint: "5m" },
    stop_timeout: { label: "停止スクリプトの制限時間", hint: "5m" },
    processes: { label: "プロセス", hint: "名前またはユニットで数えます" },
    variables: { label: "変数", hint: "" },
    tcp: { label: "TCP", hint: "接続を受け付ける" },
    ping: { label: "Ping", hint: "アドレスが応答する" },
    intf: { label: "インターフェース", hint: "有効で接続されている" },
    ip: { label: "アドレス", hint: "自分だけが持つ" },
    http: { label: "Web ページ", hint: "期待どおり応答する" },
    custom: { label: "スクリプト", hint: "bin/ のプログラムが判定" },
    module: { label: "モジュール", hint: "別のモジュールが動いている" },
    mount: { label: "ディレクトリ", hint: "書き込みと読み出しができる" },
    name: { label: "名前", hint: "" },
    interval: { label: "確認の間隔", hint: "10s" },
    timeout: { label: "打ち切り時間", hint: "5s" },
    when: { label: "確認する役割", hint: "pre：待機中も" },
    action: { label: "異常時の動作", hint: "" },
    process: { label: "プログラム", hint: "ps の表示名。* と ? 可" },
    arguments: { label: "引数", hint: "" },
    unit: { label: "systemd ユニット", hint: "プログラムの代わり" },
    at_least: { label: "最小", hint: "" },
    at_most: { label: "最大", hint: "" },
    start_delay: { label: "開始後の待ち時間", hint: "" },
    script: { label: "bin/ のプログラム", hint: "なし：外部から設定" },
    status: { label: "ステータス", hint: "200" },
    pattern: { label: "ページ内の文字列", hint: "* と ? 可" },
    url: { label: "URL", hint: "http://127.0.0.1/" },
    rules: {
      label: "ルール",
      hint: "db: if (tcp.sql == down) then restart();",
    },
    hold: {
      label: "保持時間",
      hint: "条件がこの時間続くとルールが発動します",
    },
  },
};
