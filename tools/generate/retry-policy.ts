import { stringify } from 'yaml';
import { z } from 'zod';
import { PolicyFile, writePolicy } from '../../apps/retry/src/policy/policy-file.ts';
import { standardPolicy } from '../../apps/retry/src/policy/standard-policy.ts';

/** What a policy file of retry may hold. */
export const retryPolicySchema = (): object => ({
  title: 'RetryPolicy',
  ...z.toJSONSchema(PolicyFile, { target: 'draft-2020-12', io: 'input' }),
});

/** The policy that applies without a file, as one. */
export const retryPolicyExample = (): string =>
  [
    '# yaml-language-server: $schema=schemas/retry-policy.schema.json',
    '# Written by npm run generate: what applies without a policy file. A file needs to name only what it changes.',
    '# RETRY_POLICY_FILE names it; it is read again when it changes.',
    stringify(writePolicy(standardPolicy)),
  ].join('\n');
