/** What the console says in Japanese: the configuration page. */
import type { Texts } from "../en.ts";

export const configTexts: Pick<Texts, "config" | "clusterConfig"> = {
  config: {
    title: (module) => `${module} の設定`,
    intro:
      "変更は入力中に検査されます。適用するまで何も有効にならず、適用は両ノードに行われるか、どちらにも行われません。",
    form: "フォーム",
    files: "ファイル",
    file: "ファイル",
    addFile: "ファイルを追加",
    addFileName: "名前（例：bin/start_both）",
    removeFile: (path) => `${path} を削除`,
    restoreFile: (path) => `${path} を残す`,
    removed: "削除予定",
    changed: "変更あり",
    binary: (bytes) => `テキストではありません（${bytes}）。`,
    noForm: (file: string) =>
      `${file} が YAML として読めない間、フォームは表示されません。隣で直してください。`,
    plan: "計画",
    nothing: "まだ何も変更されていません。",
    checking: "検査中…",
    good: "検査済み：誤りはありません。",
    how: { live: "すぐに", next: "次の実行時", stop: "停止が必要" },
    showLines: (path) => `${path} の変更点`,
    apply: "両ノードに適用",
    applyAlone: "ここに適用し、相手ノードには応答時に適用",
    note: "履歴へのメモ（省略可）",
    discard: "変更を破棄",
    applied: (number, nodes) => `設定 ${number} が ${nodes} で有効です。`,
    pending: (nodes) => `${nodes} は応答したときに受け取ります。`,
    history: "履歴",
    noHistory: "インストール後の変更はありません。",
    by: (who) => `変更者：${who}`,
    now: "有効",
    rollBack: (number) => `${number} に戻す`,
    rollBackPlan: (number) => `設定 ${number} に戻しますか？`,
    export: "ファイルに保存",
    uninstall: "アンインストール",
    uninstallTitle: (module) => `${module} をアンインストールしますか？`,
    uninstallCost:
      "設定とスクリプトは両ノードから消え、データ、記録、ログは残ります。両ノードで停止している必要があります。",
    uninstallAway: (node: string) =>
      `${node} が応答しません。このノードからだけ取り除かれます。${node} には残るため、復帰後にそこでもアンインストールしてください。`,
    uninstalled: (module: string, nodes: string) =>
      `${module} は ${nodes} からアンインストールされました`,
    uninstalledAll: "データ、記録、ログは元の場所に残っています。",
    stillOn: (node: string, module: string) =>
      `${node} には届きませんでした。${module} が残っている場合は、応答したらそのコンソールでもアンインストールしてください。`,
    uninstallType: (module) =>
      `実行するにはモジュール名 ${module} を入力してください`,
    newModule: "新しいモジュール",
    newTitle: "新しいモジュール",
    fromTemplate: "テンプレートから",
    template: "テンプレート",
    name: "新しいモジュールの名前",
    create: "両ノードにインストール",
    fromArchive: "アーカイブから",
    archive: "モジュールのフォルダーのアーカイブ（.tar）",
    upload: "アーカイブを両ノードにインストール",
    add: (what) => `追加：${what}`,
    remove: (what) => `${what} を削除`,
    defaultIs: (value) => `既定値：${value}`,
    required: "必須",
    variableName: "NAME",
    advanced: "詳細",
    line: (line, column) => `${line} 行 ${column} 列`,
  },
  clusterConfig: {
    title: "クラスターの設定",
    intro:
      "cluster.yaml は、ノード、その間のリンク、すべてのモジュールに共通することを定めます。ここでの変更は入力中に確認されます。両ノードに書き込まれるか、どちらにも書き込まれないかのいずれかで、エージェントの再起動後に有効になります。",
    standing: "ノード上の状態",
    inForce: "有効です。",
    waits: (node: string) =>
      `ディスク上で変更されています。${node} のエージェントの再起動後に有効になります。`,
    differs: (node: string, other: string) =>
      `cluster.yaml が両ノードで異なります：- は ${node}、+ は ${other}。`,
    level: (node: string, other: string) =>
      `${node} の内容を ${other} にも書き込む`,
    written: (number: number, nodes: string) =>
      `設定 ${number} が ${nodes} に書き込まれました。エージェントを一台ずつ再起動すると有効になります。上の「ノード上の状態」のボタンで実行できます。`,
    newest: "最新",
    restart: {
      close: "閉じる",
      button: "エージェントを一台ずつ再起動",
      title: (nodes) => `${nodes} のエージェントを再起動しますか？`,
      idle:
        "すべてのモジュールが両ノードで停止しているため、中断されるサービスはありません。",
      address:
        "コンソール自体のアドレスまたはポートを変更した場合、このページの接続は切れます。新しいアドレスで開いてください。",
      quiet: (node) =>
        `その時点で ${node} は何も提供していません。エージェントは終了し、通常一分以内に再開します。サービスはもう一方のノードで続きます。`,
      moves: (modules, node, other) =>
        `まず ${modules} が ${node} から ${other} へ移ります（入れ替えと同じで、数秒間サービスが止まります）。その後 ${node} のエージェントが終了して再開し、移ったものは ${other} に残ります。`,
      single:
        "再起動のたびに両方のコピーが再び同じ状態にそろえられます。それまで最新のコピーは一つだけで、その間にそのサーバーが故障するとサービスは止まります。",
      open:
        "すべて完了したと表示されるまで、このページを開いたままにしてください。途中で閉じると残りは開始されません。その場合はここに戻ってもう一度実行してください。",
      confirm: "再起動する",
      refused: "今はサービスを止めずにエージェントを再起動できません",
      silent: (node) =>
        `${node} が応答しません。先にそのサーバーを起動するか、二台の間のネットワークを修復してください。`,
      notWhole: (module, sides) =>
        `${module} の状態：${sides}。両ノードで Ready（一方が PRIM、もう一方が SECOND）であるか、両方で停止している必要があります。`,
      side: (node, role, status) => `${node} では ${role}（${status}）`,
      notInstalled: (node) => `${node} には未インストール`,
      steps: {
        move: (module, node) => `${module} が ${node} から移りました。`,
        begin: (node) => `${node} のエージェントが再開しました。`,
        level: (modules) => `${modules} の両方のコピーがそろいました。`,
        waitBegin: (node) => `${node} のエージェントの再開を待っています…`,
        waitLevel: (modules) =>
          `${modules} の両方のコピーがそろうのを待っています…`,
        unheard: (node) =>
          `${node} の応答がありません。新しいポートまたはアドレスで再開した可能性があり、もう一方も再開すると応答します。`,
      },
      late: (what, minutes) =>
        `${what} ${minutes} 分を超えたため、これ以上は開始しません。概要とエージェントのログを確認してください。`,
      done: "完了：cluster.yaml が有効になりました。",
    },
  },
};
