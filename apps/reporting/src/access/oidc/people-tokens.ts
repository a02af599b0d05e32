import { InvalidConfiguration } from '#libs/contracts';
import { made } from '#libs/runtime';
import { accessConfig } from '../access.config.ts';
import { readRoleScopes } from './claims.policy.ts';
import { OidcTokens } from './oidc-tokens.adapter.ts';
import { PeopleTokens } from './people-tokens.port.ts';
import { noOpenId } from './problems.ts';

/** Without an issuer nobody is recognised. */
export const peopleTokens = made(PeopleTokens, { config: accessConfig.KEY }, ({ config }): PeopleTokens => {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = config;
  if (issuer === undefined) return { callerOf: () => Promise.resolve({ refused: noOpenId }) };
  if (audience === undefined)
    throw new InvalidConfiguration('OIDC_ISSUER is set and OIDC_AUDIENCE is not: any token of the provider would do');
  return new OidcTokens({
    issuer,
    audience,
    jwksUrl: config.OIDC_JWKS_URL,
    hashKey: config.RECIPIENT_HASH_KEY,
    rules: {
      rolesClaim: config.OIDC_ROLES_CLAIM,
      roleScopes: readRoleScopes(config.OIDC_ROLE_SCOPES) ?? new Map(),
      tenantsClaim: config.OIDC_TENANTS_CLAIM,
    },
  });
});
