import { Inject, Injectable } from '@nestjs/common';
import { type CoreConfig, SANDBOX_CONFIG } from '../config.ts';
import { Simulators } from '../simulators.service.ts';
import { type AccountChange, type Accounts, changed, standardAccounts } from './account.policy.ts';

/** The present settings of the accounts. In memory: a restart resets them. */
@Injectable()
export class AccountService {
  private accounts: Accounts;

  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: CoreConfig,
    private readonly simulators: Simulators,
  ) {
    this.accounts = standardAccounts(simulators.all, config);
  }

  get clockSkewSeconds(): number {
    return this.accounts.clockSkewSeconds;
  }

  /** The account at one provider. */
  of<Setup>(provider: string): Setup {
    return this.accounts.of[provider] as Setup;
  }

  /** In the form of the control API. */
  current(): Record<string, unknown> {
    return { clockSkewSeconds: this.accounts.clockSkewSeconds, ...this.accounts.of };
  }

  change(change: AccountChange): void {
    this.accounts = changed(this.accounts, change);
  }

  reset(): void {
    this.accounts = standardAccounts(this.simulators.all, this.config);
  }
}
