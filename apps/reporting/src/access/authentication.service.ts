import { Inject, Injectable } from '@nestjs/common';
import type { Authenticated } from './authenticated.ts';
import { looksLikeKey } from './key/api-key.ts';
import { KeyAuthentication } from './key/key-authentication.service.ts';
import { unknownKey } from './problems.ts';

/** Who calls, by the token that was sent. */
@Injectable()
export class Authentication {
  constructor(@Inject(KeyAuthentication) private readonly keys: Pick<KeyAuthentication, 'callerOf'>) {}

  /** @throws InfrastructureDown while what has to be asked cannot be reached */
  async callerOf(token: string, now: Date): Promise<Authenticated> {
    return looksLikeKey(token) ? this.keys.callerOf(token, now) : { refused: unknownKey };
  }
}
