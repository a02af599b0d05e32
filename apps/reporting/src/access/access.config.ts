import { secret } from '#libs/contracts';
import { recipientHashSettings, settingsGroup } from '#libs/runtime';
import { z } from 'zod';
import { isWholeKey } from './key/api-key.ts';
import { readRoleScopes } from './oidc/claims.policy.ts';

/** Tokens and keys must not travel in clear, except on this machine. */
const providerUrl = z.url().refine(isSafe, 'must begin with https:// (http:// only to this machine)');

/** Who may call the API. */
export const accessSettings = {
  REPORTING_BOOTSTRAP_KEY: secret(
    z.string().refine(isWholeKey, 'must be an API key, whole: messaging keys generate makes one'),
  )
    .optional()
    .describe(
      'The first API key of a fresh installation, from messaging keys generate: it has every scope for all tenants. ' +
        'It is entered into the table at its first use, and can be revoked as any other. Make keys for people and ' +
        'programs with it, then revoke it and take it out.',
    ),
  REPORTING_RATE_PER_MINUTE: z.coerce
    .number()
    .int()
    .positive()
    .default(6_000)
    .describe('Most requests of one key or person in a minute, at each replica; more are answered with 429.'),
  REPORTING_FAILURES_PER_MINUTE: z.coerce
    .number()
    .int()
    .positive()
    .default(60)
    .describe(
      'Most attempts in a minute with keys or tokens that are not accepted, from one address (IPv6: its network of ' +
        '64 bits) at each replica. The rest of the minute the address is answered with 429, except for keys that ' +
        'were accepted in the last hour.',
    ),
  REPORTING_TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'How many proxies of yours stand before the service and append to X-Forwarded-For: failed attempts count by ' +
        'the address that the outermost of them saw. 0: by the address that connects.',
    ),
  OIDC_ISSUER: providerUrl
    .optional()
    .describe(
      'OpenID provider whose access tokens (JWT) are accepted besides API keys, as its discovery document writes it. ' +
        'Unset: only API keys.',
    ),
  OIDC_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'What a token must be made for (its aud), such as the identifier of this API at the provider. Needed with ' +
        'OIDC_ISSUER.',
    ),
  OIDC_JWKS_URL: providerUrl
    .optional()
    .describe('Where the provider’s public keys are. Unset: as its discovery document says.'),
  OIDC_ROLES_CLAIM: z
    .string()
    .min(1)
    .default('roles')
    .describe('Claim of a token that holds the roles; with dots into others, such as realm_access.roles.'),
  OIDC_ROLE_SCOPES: z
    .string()
    .refine((text) => readRoleScopes(text) !== undefined, 'must be such as reader=read,operator=read+operate')
    .default('messaging-reader=read,messaging-operator=read+operate,messaging-admin=read+content+operate+admin')
    .describe('The scopes of each role: read, content, operate, admin. Other roles count for nothing.'),
  OIDC_TENANTS_CLAIM: z
    .string()
    .min(1)
    .default('tenants')
    .describe(
      'Claim of a token that holds the tenants that a person may see; * in it: all. Without any the token is refused.',
    ),
};

const settings = { ...accessSettings, ...recipientHashSettings };
export const accessConfig = settingsGroup('access', settings);
export type AccessConfig = z.infer<z.ZodObject<typeof settings>>;

/** What is no URL at all is refused as such. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
