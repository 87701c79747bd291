/** What the console says in Japanese: point-in-time copies, and what is kept of a node that yielded. */
import type { Texts } from "../en.ts";

export const keptTexts: Pick<Texts, "kept"> = {
  kept: {
    title: (module: string) => `${module} のコピー`,
    intro:
      "誤って削除したものは両ノードから消えますが、以前のコピーには残っています。コピーは同じディスクにあるため、バックアップではありません。",
    takeTitle: "コピーを取る",
    takeText:
      "reflink のあるファイルシステム（XFS、Btrfs）が必要で、容量は後で変わる分だけ増えます。内容はある瞬間に書き込みが完了していたもので、その瞬間に電源が切れた場合と同じです。取る間アプリケーションは待ちます（最大 5 秒。超えればコピーは作られません）。",
    take: (node: string) => `${node} でコピーを取る`,
    keep: "残す数。古いものから消えます（空：すべて残す）",
    nowhere: (module: string) =>
      `${module} が SECOND のノードがありません。コピーはアプリケーションが書き込まない側で取ります。もう一方のノードを開始するか、このノードでモジュールを停止してください。`,
    busy: "実行中：数分かかることがあります。",
    taken: (name: string, module: string, node: string) =>
      `${module} のコピー ${name} が ${node} にあります。`,
    on: (node: string) => `${node} 上`,
    none: "コピーはありません。",
    silent: (node: string) =>
      `${node} に接続できないため、そこにあるものは表示されません。`,
    serves: (node: string) =>
      `${node} でサービス中です。そこにあるものは、サービス中でないとき（入れ替え後）に表示されます。`,
    kinds: {
      taken: "すべてのミラーディレクトリーのコピー",
      replaced: "コピーを復元する前にあったもの",
      resync: "このノードの最後の完全な状態。最新になるまで保持されます",
    },
    restore: "復元",
    drop: "破棄",
    runs: (module: string, role: string, node: string) =>
      `コピーの復元は、${module} を両ノードで停止してから行えます。現在 ${node} で ${role} です。`,
    questions: {
      restore: {
        title: (name: string) => `${name} を復元しますか？`,
        cost: (module: string, node: string) =>
          `${node} にある ${module} の現在のデータと置き換わり、最終的にはもう一方のノードのデータも置き換わります。${node} に今あるものはコピーとして保持されます。`,
        mayServe: (module: string, node: string) =>
          `${node} は応答しません。現在 ${module} を提供していて、より新しいデータで続けているかもしれません。両ノードが再びつながると、片方だけが書き込んだものは別に保管されます。`,
        confirm: "復元する",
      },
      drop: {
        title: (name: string) => `コピー ${name} を破棄しますか？`,
        cost: (module: string, node: string) =>
          `${node} にある ${module} のこのコピーだけに残っているものは失われます。`,
        confirm: "破棄する",
      },
    },
    restored: (name: string, module: string, node: string, before: string) =>
      `${name} が ${node} の ${module} のディレクトリーに置かれ、そこにあったものは ${before} として保持されています。次に「hakit prim ${module} --node ${node}」を実行し、もう一方のノードで開始すると、すべてがコピーされます。`,
    dropped: (name: string, node: string) =>
      `コピー ${name} は ${node} からなくなりました。`,
    notCounted: "サイズは未計算",
    sizes:
      "コピーがデータや他のコピーと共有する部分は、それぞれのサイズに含まれます。実際に使う容量は合計より少なくなります。",
    salvage: {
      told: (module, node) =>
        `二つのノードが互いに見えない間、${node} だけが ${module} への書き込みを続けました。その後はもう一方のノードのデータが有効です。${node} だけが書き込んだ内容はどこでも使われていませんが、ここに保持されています：`,
      askAdministrator: "管理者がダウンロードまたは破棄できます。",
      size: (bytes) => `ディスク上 ${bytes}`,
      show: "どのファイルか",
      download: "ダウンロード（.tar）",
      drop: "破棄",
      title: (node) => `${node} だけが書き込んだ内容を破棄しますか？`,
      cost: (at) =>
        `${at} に保持されたものは他のどこにもありません。必要とする人がいるかもしれない場合は、先にダウンロードしてください。保持されたものがなくなると、概要の警告も消えます。`,
      type: (module) => `実行するにはモジュール名 ${module} を入力してください`,
      confirm: "唯一のコピーを破棄",
      note: {
        where: (paths) => `コピー全体が ${paths} にあります`,
        title: (node) => `${node} のコピーについての記録を消しますか？`,
        cost: (at, paths) =>
          `${at} のコピー全体は ${paths} に残ります。消えるのはその記録だけで、ほかに保持されたものがなければ概要の警告も消えます。フォルダーは不要になったら自分で削除してください。`,
        confirm: "記録を消す",
      },
    },
  },
};
