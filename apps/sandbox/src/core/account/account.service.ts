import { Inject, Injectable } from '@nestjs/common';
import { SANDBOX_CONFIG, type SandboxConfig } from '../../sandbox.config.ts';
import { type Account, type AccountChange, changed, standardAccount } from './account.policy.ts';

/** How the accounts are set up now. Kept in memory: a restart brings the standard back. */
@Injectable()
export class AccountService {
  private account: Account;

  constructor(@Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig) {
    this.account = standardAccount(config);
  }

  current(): Account {
    return this.account;
  }

  change(change: AccountChange): void {
    this.account = changed(this.account, change);
  }

  reset(): void {
    this.account = standardAccount(this.config);
  }
}
