import { Inject, Injectable } from '@nestjs/common';
import type { Authenticated } from './authenticated.ts';
import { looksLikeKey } from './key/api-key.ts';
import { KeyAuthentication } from './key/key-authentication.service.ts';
import { PeopleTokens } from './oidc/people-tokens.port.ts';
import { unknownKey } from './problems.ts';

/** Three parts with dots between them: header, claims, signature. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Who calls, by the token that was sent. */
@Injectable()
export class Authentication {
  constructor(
    @Inject(KeyAuthentication) private readonly keys: Pick<KeyAuthentication, 'callerOf'>,
    @Inject(PeopleTokens) private readonly people: PeopleTokens,
  ) {}

  /** @throws InfrastructureDown while what has to be asked cannot be reached */
  async callerOf(token: string, now: Date): Promise<Authenticated> {
    if (looksLikeKey(token)) return this.keys.callerOf(token, now);
    return JWT.test(token) ? this.people.callerOf(token, now) : { refused: unknownKey };
  }
}
