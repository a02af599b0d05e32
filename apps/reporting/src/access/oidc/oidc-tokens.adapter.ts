import { createHmac } from 'node:crypto';
import { InfrastructureDown } from '#libs/contracts';
import type { Problem } from '#libs/runtime';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Authenticated } from '../authenticated.ts';
import { unknownKey } from '../problems.ts';
import { type ClaimRules, grantOf } from './claims.policy.ts';
import type { PeopleTokens } from './people-tokens.port.ts';
import { expiredToken, foreignToken, tokenWithoutTenants } from './problems.ts';

/** Signatures by a private key alone: with a shared secret, whoever can check a token can make one. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** The clocks of the provider and ours may differ by so much. */
const CLOCK_TOLERANCE_SECONDS = 30;
const TIMEOUT_MS = 5_000;
/** A subject as providers make them: no address. */
const PLAIN_SUBJECT = /^[A-Za-z0-9_.|:-]{1,128}$/;

export interface OidcOptions {
  issuer: string;
  /** What a token must be made for. */
  audience: string;
  /** Where the provider's public keys are; undefined: as its discovery document says. */
  jwksUrl: string | undefined;
  rules: ClaimRules;
  /** Hashes subjects that may be addresses. */
  hashKey: string;
  /** How long its keys are used before they are fetched again, in milliseconds. */
  cacheMs?: number;
  /** For an unknown key they are fetched at once, but not twice in this time, in milliseconds. */
  cooldownMs?: number;
}

/** Recognises people by the tokens that an OpenID provider gives them (OpenID Connect Discovery 1.0, RFC 7519). */
export class OidcTokens implements PeopleTokens {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(private readonly options: OidcOptions) {}

  /** @throws InfrastructureDown while the provider's keys are needed and cannot be fetched */
  async callerOf(token: string, now: Date): Promise<Authenticated> {
    const { issuer, audience, rules } = this.options;
    try {
      const { payload } = await jwtVerify(token, await this.keySet(), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
        currentDate: now,
      });
      const grant = grantOf(payload, rules);
      if (grant.tenants.length === 0) return { refused: tokenWithoutTenants(rules.tenantsClaim), known: true };
      return { caller: { who: `oidc:${this.nameOf(payload.sub!)}`, ...grant } };
    } catch (error) {
      return { refused: refusalOf(error) };
    }
  }

  /** Fetched with the first token; after a failure with the next one. */
  private keySet(): Promise<JWTVerifyGetKey> {
    this.keys ??= this.findKeys().catch((error: unknown) => {
      this.keys = undefined;
      throw error;
    });
    return this.keys;
  }

  private async findKeys(): Promise<JWTVerifyGetKey> {
    const { jwksUrl, cacheMs = 600_000, cooldownMs = 30_000 } = this.options;
    const url = new URL(jwksUrl ?? (await this.discover()));
    return createRemoteJWKSet(url, {
      cacheMaxAge: cacheMs,
      cooldownDuration: cooldownMs,
      timeoutDuration: TIMEOUT_MS,
    });
  }

  private async discover(): Promise<string> {
    const { issuer } = this.options;
    try {
      const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
      if (!answer.ok) throw new Error(`the discovery document was answered with ${answer.status}`);
      const found = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
      if (found.issuer !== issuer || typeof found.jwks_uri !== 'string')
        throw new Error('the discovery document names another issuer than OIDC_ISSUER, or no keys');
      return found.jwks_uri;
    } catch (cause) {
      throw providerDown(cause);
    }
  }

  /** Some providers use addresses as subjects: those are hashed, as recipients are. */
  private nameOf(subject: string): string {
    if (PLAIN_SUBJECT.test(subject)) return subject;
    return createHmac('sha256', this.options.hashKey).update(subject).digest('hex').slice(0, 32);
  }
}

const providerDown = (cause: unknown) => new InfrastructureDown('the OpenID provider', 'authenticate', { cause });

/** @throws InfrastructureDown for what is not the token's fault */
function refusalOf(error: unknown): Problem {
  if (error instanceof errors.JWTExpired) return expiredToken;
  if (error instanceof errors.JWTClaimValidationFailed) return foreignToken(error.claim);
  if (error instanceof InfrastructureDown) throw error;
  const theirs = error instanceof errors.JOSEError && !FETCHING.has(error.code);
  if (theirs) return unknownKey;
  throw providerDown(error);
}

/** Errors of jose about fetching the keys, not about the token. Those of the network are none of jose's. */
const FETCHING: ReadonlySet<string> = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']);
