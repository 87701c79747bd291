/** What the console says in Japanese: the question before an action, which names the cost. */
import type { Texts } from "../en.ts";

export const questionsTexts: Pick<Texts, "questions"> = {
  questions: {
    swap: {
      title: (module: string) => `${module} を入れ替えますか？`,
      cost: (module: string, node: string, peer: string) =>
        `${module} は ${node} で停止し、${peer} で開始します。数秒間サービスが止まり、開いている接続は切れます。書き込まれたものは失われません。`,
      confirm: (peer: string) => `${peer} に入れ替える`,
    },
    start: {
      title: (module: string, node: string) =>
        `${node} で ${module} を開始しますか？`,
      follows: (node: string, peer: string) =>
        `${node} は足りないものを ${peer} からコピーし、その後待機します。その間も ${peer} のサービスは続きます。`,
      serves: (node: string) =>
        `${node} のコピーが最新ならサービスを開始し、そうでなければ待機して理由を示します。`,
      confirm: (node: string) => `${node} で開始`,
    },
    prim: {
      title: (module: string, node: string) =>
        `${node} を ${module} のプライマリーにしますか？`,
      first: (module: string, node: string, peer: string) =>
        `どちらのノードにもまだデータがありません。${module} は ${node} のフォルダーにあるもので開始し、${peer} のフォルダーの内容はそのコピーに置き換えられます。`,
      cost: (node: string, peer: string) =>
        `${node} のコピーが正となります。${peer} だけが書き込んだものはそこで退避され、${node} のコピーに置き換えられます。${peer} の電源が切れていて（確認してください。ネットワークが切れているだけなら、両方がサービスを提供して書き込みます）戻らない場合、または ${node} のデータが正しいと分かっている場合にだけ行ってください。`,
      confirm: (node: string) => `${node} のデータを使う`,
    },
    stop: {
      title: (module: string, node: string) =>
        `${node} で ${module} を停止しますか？`,
      taken: (node: string, peer: string) =>
        `${peer} が引き継ぎます。数秒間サービスが止まります。その後は単独で稼働し、${node} を再び開始するまで、書き込まれるものに二つ目のコピーはありません。`,
      nobody: (module: string, peer: string) =>
        `${module} は全利用者に対して停止します。${peer} は今引き継げません。`,
      off: (module: string, peer: string) =>
        `${module} は全利用者に対して停止します。フェイルオーバーがオフのため、${peer} は引き継ぎません。`,
      second: (node: string, peer: string) =>
        `${peer} のサービスは続きますが単独です。${node} を再び開始するまで、書き込まれるものに二つ目のコピーはありません。`,
      silent: (node: string, peer: string) =>
        `${peer} が応答せず、どのノードがサービスを提供しているか分かりません。${node} は待つのをやめ、自動では引き継がなくなります。`,
      waiting: (module: string) =>
        `${module} はここで待機しなくなります。ほかは何も変わりません。`,
      confirm: (node: string) => `${node} で停止`,
    },
    restart: {
      title: (module: string, node: string) =>
        `${node} で ${module} を再起動しますか？`,
      serves: (node: string) =>
        `サービスは ${node} で停止して開始します。フェイルオーバーはしません。その間サービスは止まります。書き込まれたものは失われません。`,
      beside: (module: string, node: string, peer: string) =>
        `${node} で ${module} がサービスのほかに動かしているものが停止して開始します。${peer} のサービスは続きます。`,
      confirm: (node: string) => `${node} で再起動`,
    },
    stopstart: {
      title: (module: string, node: string) =>
        `${node} で ${module} を停止して、もう一度開始しますか？`,
      serves: (node: string, peer: string) =>
        `${peer} のコピーが最新なら引き継ぎます。そうでなければ ${node} が再び開始するまでサービスは止まります。書き込まれたものは失われません。`,
      off: (node: string) =>
        `フェイルオーバーがオフのため誰も引き継ぎません。${node} が再び開始するまでサービスは止まります。書き込まれたものは失われません。`,
      beside: (node: string, peer: string) =>
        `${node} が追いつくまで、${peer} に書き込まれるものに二つ目のコピーはありません。`,
      confirm: (node: string) => `${node} で停止して開始`,
    },
    second: {
      title: (module: string, node: string) =>
        `${node} を ${module} のセカンダリーにしますか？`,
      cost: (node: string, peer: string) =>
        `${peer} のコピーが正となります。${node} だけが書き込んだものは ${node} で退避され、${peer} のデータのコピーに置き換えられます。`,
      confirm: (peer: string) => `${peer} に従う`,
    },
    full: {
      title: (module: string, node: string) =>
        `${module} のすべてを ${node} にコピーし直しますか？`,
      cost: (node: string, peer: string) =>
        `${node} のコピー全体が比較され、${peer} のもので置き換えられます。終わるまで ${node} は引き継げず、${peer} の障害一つでサービスが止まります。${node} だけが書き込んだものは退避されます。`,
      confirm: (node: string) => `すべてを ${node} にコピー`,
    },
    primforce: {
      title: (module: string, node: string) =>
        `${node} を強制的に ${module} のプライマリーにしますか？`,
      half: (node: string, peer: string) =>
        `${node} のコピーは途中です。中のファイルは古い、新しい、または壊れている可能性があり、データベースが起動を拒むことがあります。${peer} だけが持つものはすべてそこで退避され、置き換えられます。${peer} のデータが完全に失われた場合にだけ使ってください。`,
      cost: (node: string, peer: string) =>
        `${node} のコピーは古くても正となります。その後 ${peer} が書き込んだものはそこで退避され、置き換えられます。${peer} が戻らない場合にだけ使ってください。`,
      confirm: (node: string) => `${node} を強制`,
    },
    otherFolder: {
      title: (module: string, node: string) =>
        `別のフォルダーで ${node} を強制的に ${module} のプライマリーにしますか？`,
      cost: (node: string, peer: string) =>
        `${node} でミラーされたフォルダーの場所に今あるものは、${node} が最後にミラーしたものではありません。ディスクがマウントされておらず、空のフォルダーかもしれません。それがそのまま正しいコピーとなります。${node} でミラーされていたものは使われなくなり、${peer} が持つものはそこで退避され、置き換えられます。今そこにあるものを正しいコピーとする場合にだけ使ってください。そうでなければ、先にディスクをマウントしてください。`,
      confirm: (node: string) => `このフォルダーで ${node} を強制`,
    },
    loss: {
      counted: (node: string, bytes: string) =>
        `${node} には、もう一方のコピーにないデータが最大 ${bytes} あります。`,
      none: (node: string) =>
        `分かっている限り、${node} だけにあるデータはありません。`,
      uncounted: (node: string) =>
        `${node} だけにあるデータの量は数えられていません。`,
      unknown: (node: string) =>
        `${node} に何があるかは、ここでは分かりません。`,
      silent: (node: string) =>
        `${node} は応答していません。これは最後に伝えられた内容で、その後に書き込まれたものは分かりません。`,
      proven: (time: string) =>
        `両方のコピーが最後に同一と確認されたのは ${time} UTC です。`,
    },
    switches: {
      title: (module: string, what: string) =>
        `${module} の ${what} に切り替えますか？`,
      errd:
        "両ノードで、再びオンにするまで、終了したプロセスをルールが検知しなくなります。その間、このページに表示されます。",
      checker:
        "両ノードで、再びオンにするまで、チェッカーが異常を見つけても何も行われなくなります。その間、このページに表示されます。",
      failover:
        "両ノードで、再びオンにするまで、プライマリーが落ちても誰も引き継ぎません。人が移すまでサービスは止まったままです。その間、このページに表示されます。",
      boot:
        "両ノードで、再びオンにするまで、マシンの再起動後に自動では開始しません。その間、このページに表示されます。",
      on: "両ノードで、今から再び有効になります。",
      "boot on":
        "両ノードで、次に切り替えるまで、停止していた場合もマシンの再起動後に自動で開始します。その間、このページに表示されます。",
      "boot auto":
        "両ノードで、今から起動時の動作は module.yaml のとおりになります。",
      confirm: (what: string) => `${what} に切り替える`,
    },
  },
};
