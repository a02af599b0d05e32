import { createSecretKey } from 'node:crypto';
import { InfrastructureDown } from '#libs/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { MessageList } from '../src/api/responses.ts';
import type { AuditPage } from '../src/access/audit/responses.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import { readRoleScopes } from '../src/access/oidc/claims.policy.ts';
import { OidcTokens } from '../src/access/oidc/oidc-tokens.adapter.ts';
import { Projection } from '../src/projection/projection.port.ts';
import { requested } from './facts.ts';
import { audience, OpenIdProvider } from './openid-provider.ts';
import { ReportingApi } from './reporting-api.ts';

const provider = new OpenIdProvider();
let api: ReportingApi;
const reader = { roles: ['messaging-reader'], tenants: ['shop'] };
const admin = { roles: ['messaging-reader', 'messaging-admin'], tenants: '*' };

beforeAll(async () => {
  await provider.start();
  api = new ReportingApi({ OIDC_ISSUER: provider.issuer, OIDC_AUDIENCE: audience });
  await api.start();
  const projection = api.service.app.get(Projection, { strict: false });
  for (const tenant of ['shop', 'bank']) await projection.project(requested(`of-${tenant}`, { tenant }));
}, 60_000);
afterAll(async () => {
  await api.stop();
  await provider.stop();
}, 30_000);

const as = (token: string) => ({ authorization: `Bearer ${token}` });
const listed = async (token: string) => {
  const { status, body } = await api.ask<MessageList & { code: string; message: string }>('/v1/messages', as(token));
  return status === 200
    ? body.items.map(({ messageId }) => messageId).sort()
    : { status, code: body.code, message: body.message };
};
const refused = (status: number, code: string, words: RegExp) => ({
  status,
  code,
  message: expect.stringMatching(words),
});

describe('a person with a token of the OpenID provider', () => {
  it('sees what the roles and tenants in it allow', async () => {
    expect(await listed(await provider.tokenFor('ada', reader))).toEqual(['of-shop']);
    expect(await listed(await provider.tokenFor('ada', admin))).toEqual(['of-bank', 'of-shop']);
    const foreign = await api.ask('/v1/messages/email/of-bank?tenant=bank', as(await provider.tokenFor('ada', reader)));
    expect(foreign.status).toBe(404);
  });

  it('is refused without a role that counts, and without a tenant', async () => {
    for (const roles of [undefined, [], ['somebody']])
      expect(await listed(await provider.tokenFor('bob', { roles, tenants: '*' }))).toEqual(
        refused(403, 'MSG_FORBIDDEN', /needs the scope read; yours: none/),
      );
    for (const tenants of [undefined, [], ['Not a tenant!']])
      expect(await listed(await provider.tokenFor('bob', { ...reader, tenants }))).toEqual(
        refused(403, 'MSG_FORBIDDEN', /names no tenant in its claim tenants/),
      );
  });

  it('is named in the audit by the subject, and hashed where that may be an address', async () => {
    const makes = (token: string) =>
      api.ask<MadeKeyResponse>('/v1/keys', { body: { name: 'x', scopes: ['read'], tenants: ['shop'] }, ...as(token) });
    expect((await makes(await provider.tokenFor('ada', admin))).body.madeBy).toBe('oidc:ada');
    const mail = await makes(await provider.signed({ ...admin, sub: 'ada@inbox.test' }));
    expect(mail.body.madeBy).toMatch(/^oidc:[0-9a-f]{32}$/);
    expect((await makes(await provider.tokenFor('bob', reader))).status).toBe(403);
    const { body } = await api.ask<AuditPage>('/v1/audit', as(await provider.tokenFor('ada', admin)));
    expect(body.items.map(({ who, outcome }) => [who, outcome])).toEqual([
      ['oidc:ada', 'done'],
      [mail.body.madeBy, 'done'],
      ['oidc:bob', 'refused'],
    ]);
    expect(JSON.stringify(body)).not.toContain('ada@');
  });
});

describe('a token', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it('is taken as it is signed by the provider, for us, and in time', async () => {
    expect(await listed(await provider.signed({}))).toEqual(['of-bank', 'of-shop']);
    expect(await listed(await provider.signed({ aud: ['https://other.test', audience] }))).toHaveLength(2);
    expect(await listed(await provider.signed({ exp: now() - 10 }))).toHaveLength(2);
  });

  it.each<[string, object, string, RegExp]>([
    ['has expired', { exp: now() - 60 }, 'MSG_TOKEN_EXPIRED', /expired/],
    ['never expires', { exp: undefined }, 'MSG_UNAUTHORIZED', /its exp does not fit/],
    ['is not valid yet', { nbf: now() + 600 }, 'MSG_UNAUTHORIZED', /its nbf does not fit/],
    ['is for somebody else', { aud: 'https://other.test' }, 'MSG_UNAUTHORIZED', /its aud does not fit/],
    ['is of another issuer', { iss: 'https://other.test' }, 'MSG_UNAUTHORIZED', /its iss does not fit/],
    ['names nobody', { sub: undefined }, 'MSG_UNAUTHORIZED', /its sub does not fit/],
  ])('that %s is refused, and says why', async (_, claims, code, words) =>
    expect(await listed(await provider.signed(claims as Record<string, unknown>))).toEqual(refused(401, code, words)),
  );

  it('that the provider did not sign is refused, however it is made', async () => {
    const [head, body, signature] = (await provider.signed({})).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const more = Buffer.from(JSON.stringify({ ...claims, roles: ['messaging-admin'] })).toString('base64url');
    // With the public key for a shared secret.
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: provider.kid })
      .sign(createSecretKey(Buffer.from(provider.publicPem)));
    const forged = [
      `${head}.${more}.${signature}`,
      `${head}.${body}.${signature.slice(0, -8)}AAAAAAAA`,
      `${head}.${body}.`,
      `${head}.${body}`,
      confused,
      new UnsecuredJWT(claims).encode(),
      'x.y.z',
    ];
    for (const token of forged)
      expect([token, await listed(token)]).toEqual([token, refused(401, 'MSG_UNAUTHORIZED', /not known here/)]);
  });
});

describe('the keys of the OpenID provider', () => {
  const tokens = (issuer: string, more: { cooldownMs?: number; cacheMs?: number; jwksUrl?: string } = {}) =>
    new OidcTokens({
      issuer,
      audience,
      jwksUrl: undefined,
      hashKey: 'a key for hashes in tests',
      rules: { rolesClaim: 'roles', tenantsClaim: 'tenants', roleScopes: readRoleScopes('messaging-reader=read')! },
      ...more,
    });
  const keysAsked = (of: OpenIdProvider) => of.asked.filter((url) => url === '/jwks').length;

  it('are asked for once for many tokens, and again where a token names a new one', async () => {
    const own = new OpenIdProvider();
    await own.start();
    const people = tokens(own.issuer, { cooldownMs: 50 });
    const known = () => own.signed({}).then((token) => people.callerOf(token, new Date()));
    const answers = await Promise.all(Array.from({ length: 10 }, known));
    for (const answer of answers) expect(answer).toMatchObject({ caller: { who: 'oidc:ada', scopes: ['read'] } });
    expect(keysAsked(own)).toBe(1);
    const old = await own.signed({});

    await own.stop();
    await own.start();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await known()).toMatchObject({ caller: { who: 'oidc:ada' } });
    expect(keysAsked(own)).toBe(2);
    expect(await people.callerOf(old, new Date())).toMatchObject({ refused: { code: 'MSG_UNAUTHORIZED' } });

    // A flood of unknown keys does not become a flood of questions.
    const before = keysAsked(own);
    const patient = tokens(own.issuer, { cooldownMs: 60_000 });
    await Promise.all(
      Array.from({ length: 20 }, async (_, at) =>
        patient.callerOf(await own.signed({}, { kid: `k${at}` }), new Date()),
      ),
    );
    expect(keysAsked(own) - before).toBe(1);
    await own.stop();
  });

  it('go on to be used while the provider is away; without them it is said who cannot be reached', async () => {
    const own = new OpenIdProvider();
    await own.start();
    const [warm, cold] = [tokens(own.issuer), tokens(own.issuer)];
    const token = await own.signed({});
    expect(await warm.callerOf(token, new Date())).toHaveProperty('caller');
    await own.stop();
    expect(await warm.callerOf(token, new Date())).toHaveProperty('caller');
    const down = cold.callerOf(token, new Date());
    await expect(down).rejects.toBeInstanceOf(InfrastructureDown);
    await expect(down).rejects.toThrow('the OpenID provider cannot be reached');
    await own.start();
    // As soon as it is back, no restart of ours is needed.
    expect(await cold.callerOf(await own.signed({}), new Date())).toHaveProperty('caller');
    await own.stop();
  });

  it('are not those of another issuer, whatever the discovery document says', async () => {
    const other = `${provider.issuer}/`;
    await expect(tokens(other).callerOf(await provider.signed({}), new Date())).rejects.toBeInstanceOf(
      InfrastructureDown,
    );
  });
});

describe('an installation without an OpenID provider', () => {
  it('says that it takes no tokens', async () => {
    const plain = new ReportingApi();
    await plain.start();
    try {
      const answer = await plain.ask('/v1/messages', as(await provider.signed({})));
      expect(answer).toMatchObject({ status: 401, body: { remedy: expect.stringContaining('OIDC_ISSUER') } });
    } finally {
      await plain.stop();
    }
  }, 60_000);
});
