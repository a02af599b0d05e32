import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { BearerGuard } from './bearer.guard.ts';

function asked(tokens: string | undefined, authorization: string | undefined) {
  const headers: Record<string, string> = {};
  const http = {
    getRequest: () => ({ headers: { authorization } }),
    getResponse: () => ({ header: (name: string, value: string) => void (headers[name] = value) }),
  };
  const guard = new BearerGuard({ realm: 'internal', setting: 'INTERNAL_TOKEN', tokens });
  try {
    return { let: guard.canActivate({ switchToHttp: () => http } as unknown as ExecutionContext), headers };
  } catch (error) {
    const { status, response } = error as { status: number; response: { code: string; remedy: string } };
    return { status, code: response.code, remedy: response.remedy, headers };
  }
}

describe('an API behind access tokens', () => {
  const [old, fresh] = ['an-old-token-of-ours', 'a-fresh-token-of-ours'];

  it.each([old, fresh])('accepts each of the tokens: %s', (token) => {
    expect(asked(`${fresh},${old}`, `Bearer ${token}`)).toMatchObject({ let: true });
  });

  it.each<[string, string | undefined, RegExp]>([
    ['without a token', undefined, /^Bearer realm="internal"$/],
    ['with another one', 'Bearer somebody-elses-token', /invalid_token/],
    ['with a part of it', `Bearer ${old.slice(0, -1)}`, /invalid_token/],
    ['with both at once', `Bearer ${old},${fresh}`, /invalid_token/],
    ['by another scheme', `Basic ${old}`, /^Bearer realm="internal"$/],
  ])('refuses a caller %s', (_, authorization, challenge) => {
    expect(asked(`${fresh},${old}`, authorization)).toMatchObject({
      status: 401,
      code: 'MSG_UNAUTHORIZED',
      remedy: expect.stringContaining('INTERNAL_TOKEN'),
      headers: { 'www-authenticate': expect.stringMatching(challenge) },
    });
  });

  it('is off where no token is set, whatever is sent', () => {
    for (const authorization of [undefined, 'Bearer ', 'Bearer undefined'])
      expect(asked(undefined, authorization)).toMatchObject({ status: 404, code: 'MSG_ROUTE_NOT_FOUND' });
  });
});
