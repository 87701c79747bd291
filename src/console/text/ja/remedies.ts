/** What the console says in Japanese: what to do about a refusal, by its code. */
import type { Texts } from "../en.ts";

export const remediesTexts: Pick<Texts, "remedies"> = {
  remedies: {
    "login-required":
      'ログインするか、"hakit key create" のキーで "Authorization: Bearer キー" を送ってください',
    "wrong-login":
      'もう一度試すか、管理者に "hakit user password NAME" を実行してもらってください',
    "wait": "Retry-After の時間だけ待ってから、もう一度試してください",
    "forbidden": "その権限を持つ人に依頼するか、管理者に権限を求めてください",
    "csrf": "ページを再読み込みして、もう一度試してください",
    "bad-request":
      "メッセージが示す箇所を直してください。プログラムが送れる内容は /api/openapi.json にあります",
    "too-large": "送る量を減らしてください",
    "not-found": "何があるかは /api/openapi.json を見てください",
    "no-such-module": '"hakit module list" を見てください',
    "no-such-node": 'ノードの名前は "hakit state" で確認してください',
    "no-such-log": '"hakit log MODULE --scripts" を見てください',
    "no-such-user": '"hakit user list" を見てください',
    "no-such-key": '"hakit key list" を見てください',
    "bad-user": "メッセージが示す箇所を直してください",
    "bad-oidc": '"hakit help oidc" を見てください',
    "bad-certificate": "PEM の証明書と、その PEM 秘密鍵を指定してください",
    "bad-archive":
      "アーカイブは通常のファイルだけを tar --format=ustar で作ってください",
    "bad-executable":
      "このマシン用に作られた hakit の実行ファイルを指定してください",
    "bad-module": "メッセージが示す箇所の module.yaml を直してください",
    "bad-cluster": "メッセージが示す箇所の cluster.yaml を直してください",
    "restart-pending":
      '"hakit upgrade --restart" を実行してから（もう一方のノードがない間は "hakit upgrade --restart --this-node"）、もう一度試してください',
    "module-runs": "メッセージのとおりにしてから、もう一度試してください",
    "peer-away":
      "そのサーバーがまもなく戻るか確認してください。同じコマンドに --alone を付けると、このノードは今、もう一方は応答したときに変更されます",
    "changed-meanwhile": "読み込み直して、変更をやり直してください",
    "no-such-revision": '"hakit module history NAME" を見てください',
    "nothing-staged": '先に送ってください："hakit k3s upgrade DIR|VERSION"',
    "busy": "数秒後にもう一度試してください",
    "peer-not-reachable":
      "そのサーバーの電源、そこで hakit が動いているか、間のネットワークを確認してください",
    "peer-failed": "もう一方のノードの agent.log を見てください",
    "refused": '今何ができるかは "hakit state" を見てください',
    "starting": "数秒後にもう一度試してください",
    "removed": '"hakit module list" を見てください',
    "timeout": '"hakit state" とモジュールのログを見てください',
    "no-such-copy": '"hakit copy list" を見てください',
    "no-such-salvage": 'そのノードで "hakit salvage list" を見てください',
    "salvage-in-use": "それが終わってから、もう一度試してください",
    "too-many-readers":
      "イベントを追っているページまたはプログラムを一つ閉じてから、もう一度試してください",
    "other": "モジュールのログと agent.log を見てください",
  },
};
