/** What the console says in Japanese: users, account and audit. */
import type { Texts } from "../en.ts";

export const peopleTexts: Pick<Texts, "people"> = {
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
    untilHeard: (node: string) =>
      `ただし、接続できない ${node} では、再びつながるまで以前のままです。`,
    thatIsYou: (role: string) => `${role}（あなた）`,
    changeUser: (name: string) => `${name} を変更`,
    setRole: "ロールを設定",
    passwordCost: (name) =>
      `${name} はすべての場所でログアウトされ、新しいパスワードでのみログインできます。`,
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
};
