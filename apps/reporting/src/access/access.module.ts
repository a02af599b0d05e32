import { Jobs, made } from '#libs/runtime';
import { Module } from '@nestjs/common';
import { accessConfig } from './access.config.ts';
import { AuditController } from './audit/audit.controller.ts';
import { Audit } from './audit/audit.port.ts';
import { PostgresAudit } from './audit/audit.store.ts';
import { Authentication } from './authentication.service.ts';
import { KeyAuthentication } from './key/key-authentication.service.ts';
import { KeyUsage } from './key/key-usage.ts';
import { KeysController } from './key/keys.controller.ts';
import { ApiKeys } from './key/keys.port.ts';
import { KeysService } from './key/keys.service.ts';
import { PostgresApiKeys } from './key/keys.store.ts';
import { peopleTokens } from './oidc/people-tokens.ts';
import { RequestRates } from './rates/request-rates.ts';

const usage = made(KeyUsage, { keys: ApiKeys, jobs: Jobs }, ({ keys, jobs }) => {
  const uses = new KeyUsage(keys);
  uses.runIn(jobs);
  return uses;
});

const rates = made(
  RequestRates,
  { config: accessConfig.KEY },
  ({ config }) =>
    new RequestRates({ requests: config.REPORTING_RATE_PER_MINUTE, failures: config.REPORTING_FAILURES_PER_MINUTE }),
);

/** Who may call the API: keys, their scopes and tenants, and the audit. Its exports are what `@Access` needs. */
@Module({
  controllers: [KeysController, AuditController],
  providers: [
    accessConfig.provider,
    PostgresAudit,
    { provide: Audit, useExisting: PostgresAudit },
    { provide: ApiKeys, useClass: PostgresApiKeys },
    usage,
    rates,
    KeyAuthentication,
    peopleTokens,
    KeysService,
    Authentication,
  ],
  exports: [Authentication, RequestRates, Audit, PostgresAudit, accessConfig.KEY],
})
export class AccessModule {}
