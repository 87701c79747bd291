/** What the console says in Japanese: the frame of every page, the login, and what went wrong. */
import type { Texts } from "../en.ts";

export const frameTexts: Pick<
  Texts,
  "language" | "nav" | "common" | "login" | "problems"
> = {
  language: "日本語",
  nav: {
    label: "ページ",
    overview: "概要",
    timeline: "経過",
    resources: "リソース",
    logs: "ログ",
    kept: "コピー",
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
};
