/** What the API takes and gives of people, programs, their logins and certificates, and of what they did. */
import { z } from "zod";
import { userName, userRole } from "./accounts_file.ts";
import { auditEntrySchema } from "./audit.ts";
import { list } from "./schemas.ts";

export const nameParams = z.object({ name: userName });
const password = z.string().min(1).max(256);
export const newUserBody = z.strictObject({
  name: userName,
  role: userRole,
  password,
});
export const changedUserBody = z.strictObject({
  role: userRole.optional(),
  password: password.optional(),
}).refine(
  (body) => (body.role === undefined) !== (body.password === undefined),
  "expected either role or password",
);
export const ownPasswordBody = z.strictObject({ old: password, password });
export const newKeyBody = z.strictObject({ name: userName, role: userRole });
const pem = z.string().max(40_000).startsWith("-----BEGIN ");
export const certificateBody = z.strictObject({
  certificate: pem.describe("PEM; the chain below it may follow"),
  key: pem.describe("Its private key, PEM"),
});
export const credentialsSchema = z.union([
  z.strictObject({ once: z.string().min(1).max(100) }),
  z.strictObject({ name: z.string().min(1).max(100), password }),
]);
export const meAnswer = z.strictObject({
  name: z.string(),
  role: userRole,
  kind: z.enum(["root", "peer", "key", "user"]),
});
export const loginAnswer = z.strictObject({
  name: z.string(),
  role: userRole,
});
export const auditAnswer = z.strictObject({ entries: list(auditEntrySchema) });
export const usersAnswer = z.strictObject({
  users: list(z.strictObject({ name: z.string(), role: userRole })),
});
export const keysAnswer = z.strictObject({
  keys: list(z.strictObject({
    name: z.string(),
    role: userRole,
    created: z.iso.datetime(),
  })),
});
export const newKeyAnswer = z.strictObject({
  name: z.string(),
  key: z.string().describe("Shown once"),
});
const certificateInfo = z.strictObject({
  subject: z.string(),
  names: z.string().describe("Names and addresses that it is valid for"),
  from: z.string(),
  until: z.string(),
  fingerprint: z.string().describe("SHA-256, hexadecimal"),
});
export type CertificateInfo = z.infer<typeof certificateInfo>;
export const certificatesAnswer = z.strictObject({
  node: z.string(),
  cluster: certificateInfo.describe("Of the cluster's own authority"),
  own: certificateInfo.nullable()
    .describe("Shown to browsers that ask for one of its names"),
});

/** Of the second node, by the token that a person gave it. */
export const joinBody = z.strictObject({
  /** Of the token: a token of another cluster is told apart from a wrong secret. */
  cluster: z.string().max(64),
  secret: z.string().max(100),
  /** The caller's /etc/machine-id. */
  machine: z.string().regex(/^[0-9a-f]{32}$/),
});
export const joinFileBody = joinBody.extend({ name: z.string().max(200) });
