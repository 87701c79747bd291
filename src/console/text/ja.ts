/** コンソールの日本語の文言。 */
import type { Texts } from "./en.ts";

export const ja: Texts = {
  language: "日本語",
  nav: {
    label: "ページ",
    overview: "概要",
    timeline: "経過",
    resources: "リソース",
    logs: "ログ",
    config: "設定",
    support: "サポート",
    users: "ユーザー",
    audit: "監査",
    logOut: "ログアウト",
    language: "言語",
    skip: "本文へ移動",
  },
  common: {
    node: "ノード",
    module: "モジュール",
    loading: "読み込み中…",
    away: "エージェントが応答しません。再試行しています。",
    noModule: "モジュールはまだインストールされていません。",
    noScript:
      "このページには JavaScript が必要です。hakit コマンドでも同じことができます。",
    cancel: "キャンセル",
  },
  overview: {
    headlines: {
      good: "保護されています",
      busy: "変更中",
      risk: "稼働中（予備なし）",
      bad: "稼働していません",
      off: "停止",
    },
    broken: "稼働中ですが、異常があります",
    brokenTitle: "異常のあるもの",
    noDetail: "理由は不明",
    sinceTime: (time: string) => `${time} UTC から`,
    noModuleYet: "モジュールはまだありません",
    thisNode: "このノード",
    otherNode: "相手ノード",
    install:
      "モジュールがインストールされていません。「hakit module install」を参照してください。",
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
    alone: (peer: string) =>
      `単独でサービスを提供しています。今書き込まれるものは ${peer} にはありません。`,
    becomesLevel: "プライマリーに追いついています。",
    secondary: (peer: string) => `${peer} から引き継ぐ準備ができています。`,
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
      `もう一方のコピーと ${places} か所で異なります: 比較して修復してください`,
    waits: (peer: string) => `書き込みが ${peer} を待っています`,
    nothing: "まだ何もミラーされていません",
    empty: "空",
    half: "コピーが途中で、まだ使えません",
    newest: "最新のコピー",
    onlyHere: (bytes: string) => `最新のコピー、うち ${bytes} はここだけ`,
    level: "最新",
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
        `${node} のコピーが正となります。${peer} だけが書き込んだものはそこで退避され、${node} のコピーに置き換えられます。${peer} がすぐに戻らない場合、または ${node} のデータが正しいと分かっている場合にだけ行ってください。`,
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
      on: "両ノードで、今から設定のとおりになります。",
      confirm: (what: string) => `${what} に切り替える`,
    },
  },
  people: {
    roles: {
      viewer: "すべてを見られますが、何も変更できません",
      operator: "開始・停止・入れ替えもできます",
      administrator: "インストール・設定・データの破棄もできます",
    },
    back: "← クラスター",
    role: "ロール",
    name: "名前",
    password: "パスワード",
    oldPassword: "現在のパスワード",
    newPassword: "新しいパスワード",
    newPasswordAgain: "新しいパスワード（確認）",
    account: "あなたのアカウント",
    noPassword:
      "シングルサインオンでログインしています。パスワードはここにはありません。",
    you: (role: string, meaning: string) =>
      `あなたは ${role} です：${meaning}。`,
    changePassword: "パスワードの変更",
    loggedOut: "ほかでログインしている場合は、すべてログアウトされます。",
    change: "パスワードを変更",
    differ: "新しいパスワードが一致しません。",
    wrongOld: "現在のパスワードが違います。",
    tooMany: (seconds: number) =>
      `試行が多すぎます。${seconds} 秒待ってください。`,
    users: "ユーザー",
    same: "両ノードで同じです。",
    thatIsYou: (role: string) => `${role}（あなた）`,
    changeUser: (name: string) => `${name} を変更`,
    setRole: "ロールを設定",
    setPassword: "パスワードを設定",
    removal: (name: string) =>
      `${name} はすべての場所でログアウトされ、戻れません。`,
    remove: (name: string) => `${name} を削除`,
    add: "ユーザーの追加",
    addUser: "ユーザーを追加",
    isNow: (name: string, role: string) => `${name} は ${role} になりました。`,
    passwordChanged: (name: string) => `${name} のパスワードを変更しました。`,
    removed: (name: string) => `${name} を削除しました。`,
    audit: "監査",
    whoDidWhat: "誰が何をしたか",
    when: "日時（UTC）",
    who: "誰",
    from: "どこから",
    result: "結果",
    what: "内容",
    anyResult: "すべて",
    newest: (count: number) => `新しい順に ${count} 件を表示しています。`,
    matching: (shown: number, found: number) =>
      `該当する ${found} 件中 ${shown} 件を新しい順に表示しています。`,
    results: { done: "完了", refused: "拒否", failed: "失敗" },
  },
  login: {
    title: "ログイン",
    once: "このリンクで一度だけログインできます。",
    give: "名前とパスワードを入力してください。",
    usedLink:
      "このリンクは使用済みか、24 時間を過ぎています。パスワードを使うか、新しいリンクを作ってください。",
    wrong: "名前またはパスワードが違います。",
    wait: (seconds: number) =>
      `試行が多すぎます。${seconds} 秒待ってから、もう一度試してください。`,
    byHttps: (url: string) =>
      `このページのアドレスが http:// で始まる場合、ブラウザーはログインを保持しません。代わりに ${url} を開いてください。`,
    signOn: (label: string) =>
      `${label === "" ? "シングルサインオン" : label} でログイン`,
    entered: "ログインしました。",
    goOn: "進む",
    elsewhere: (host: string) =>
      `${host} ではシングルサインオンを使えません。クラスターのアドレス、または管理者が「hakit oidc set --name」で追加した名前を使ってください。`,
    noRole: (name: string) =>
      `${name} にはここでの役割がありません。クラスターの管理者に依頼するか、ローカルユーザーでログインしてください。`,
    noEntry: {
      stale:
        "時間がかかりすぎたか、使用済みか、別のウィンドウで始めたログインです。もう一度始めてください。",
      away:
        "認証サービスが応答しません。ローカルユーザーのパスワードでログインしてください。原因はエージェントのログにあります。",
      denied: "認証サービスがログインを許可しませんでした。",
      failed:
        "認証サービスの応答を受け入れられません。もう一度始めるか、ローカルユーザーでログインしてください。理由は監査とエージェントのログにあります。",
    },
  },
  problems: {
    agentSilent: "エージェントが応答しませんでした。",
    agentSaid: (status: number) => `エージェントの応答：${status}。`,
    notFound: "見つかりません",
    noModule: "そのモジュールはここにありません。",
    noNode: "そのノードはここにありません。",
    noPlace: "そのモジュールまたはノードはここにありません。",
    noPage: (path: string) => `「${path}」には何もありません。`,
    noTemplate: "そのテンプレートはありません。",
    moduleExists: (name: string) => `モジュール「${name}」はすでにあります。`,
    noLog: "ログがありません",
    noScriptLog: "その名前のスクリプトログは（もう）ありません。",
    unreadable: (why: string) => `ログを読めません：${why}`,
    tooMuch: "大きすぎます",
    shortForm: "短いフォームが必要です。",
    refused: "拒否されました",
    otherSite: "このログインは別のサイトのページから送られました。",
    otherPage:
      "フォームがあなたのページのものではありません。再読み込みしてやり直してください。",
    stillIn: (name: string) =>
      `まだ ${name} としてログインしています。前のページは以前のセッションのものでした。ここでもう一度ログアウトしてください。`,
    notForYou: "権限がありません",
    needsRole: (needed: string, role: string) =>
      `これにはロール ${needed} が必要です。あなたは ${role} です。`,
    onlyAdministrators: "設定は管理者だけが使えます。",
    failed: "このページは失敗しました",
    reload: (why: string) => `${why}（再読み込みしてください）`,
  },
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
    noForm:
      "module.yaml が YAML として読めない間、フォームは表示されません。隣で直してください。",
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
    interface: { label: "インターフェース", hint: "既定：最初のリンク" },
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
