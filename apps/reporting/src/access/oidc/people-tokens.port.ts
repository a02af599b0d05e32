import type { Authenticated } from '../authenticated.ts';

/** Recognises people by the tokens of an OpenID provider. */
export abstract class PeopleTokens {
  /** @throws InfrastructureDown while the provider has to be asked and cannot be reached */
  abstract callerOf(token: string, now: Date): Promise<Authenticated>;
}
