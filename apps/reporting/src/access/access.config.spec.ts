import { InvalidConfiguration } from '#libs/contracts';
import { loadConfig } from '#libs/runtime';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { accessSettings } from './access.config.ts';
import { makeKey } from './key/api-key.ts';

const read = (env: Record<string, string>) => loadConfig(z.object(accessSettings), env);

describe('the settings of access', () => {
  it('need nothing: then there are no first key and no OpenID provider', () => {
    expect(read({})).toMatchObject({ REPORTING_TRUSTED_PROXIES: 0 });
    expect(read({})).not.toHaveProperty('REPORTING_BOOTSTRAP_KEY');
  });

  it('take a whole key, and an OpenID provider by https or on this machine', () => {
    const { key } = makeKey();
    expect(read({ REPORTING_BOOTSTRAP_KEY: key }).REPORTING_BOOTSTRAP_KEY).toBe(key);
    for (const issuer of ['https://id.example.org/realms/x', 'http://127.0.0.1:9000', 'http://localhost/'])
      expect(read({ OIDC_ISSUER: issuer }).OIDC_ISSUER).toBe(issuer);
  });

  it.each([
    ['REPORTING_BOOTSTRAP_KEY', makeKey().key.slice(0, 50)],
    ['REPORTING_BOOTSTRAP_KEY', 'a-token-of-earlier-times'],
    ['OIDC_ISSUER', 'http://id.example.org'],
    ['OIDC_ISSUER', 'id.example.org'],
    ['OIDC_JWKS_URL', 'ftp://id.example.org/keys'],
    ['OIDC_ROLE_SCOPES', 'reader=write'],
    ['REPORTING_TRUSTED_PROXIES', '-1'],
    ['REPORTING_RATE_PER_MINUTE', '0'],
  ])('refuse %s=%s by its name, without its value', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(InvalidConfiguration);
    expect(() => read({ [name]: value })).toThrow(name);
    if (value.length > 2) expect(() => read({ [name]: value })).not.toThrow(value);
  });
});
