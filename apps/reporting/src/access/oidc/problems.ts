import type { Problem } from '#libs/runtime';
import { HOW_TO_GET_ONE } from '../problems.ts';

export const expiredToken: Problem = {
  code: 'MSG_TOKEN_EXPIRED',
  message: 'the token has expired',
  remedy: 'Sign in again, or let the program renew its token.',
};

/** @param claim which does not fit, such as aud */
export const foreignToken = (claim: string): Problem => ({
  code: 'MSG_UNAUTHORIZED',
  message: `the token is not for this API: its ${claim} does not fit`,
  remedy: 'Compare aud and iss of the token with OIDC_AUDIENCE and OIDC_ISSUER of the reporting service.',
});

export const noOpenId: Problem = {
  code: 'MSG_UNAUTHORIZED',
  message: 'tokens of an OpenID provider are not accepted here',
  remedy: `Set OIDC_ISSUER and OIDC_AUDIENCE of the reporting service, or use an API key. ${HOW_TO_GET_ONE}`,
};

/** @param claim in which they are looked for */
export const tokenWithoutTenants = (claim: string): Problem => ({
  code: 'MSG_FORBIDDEN',
  message: `the token names no tenant in its claim ${claim}`,
  remedy: 'Let the provider put the tenants there that you may see, or * for all; OIDC_TENANTS_CLAIM names the claim.',
});
