/**
 * A small checkout in which every rule is broken once. Rule → the files that break it, by path; the first file is the
 * one to be reported. What is innocent must not be reported at all.
 */
export type SeededViolation = Record<string, string>;

const provider = 'apps/email/src/providers';

export const brokenBoundaries: Record<string, SeededViolation> = {
  'direction-of-contracts': { 'libs/contracts/src/up.ts': "import '#libs/transport';" },
  'direction-of-batching': { 'libs/batching/src/up.ts': "import '#libs/persistence';" },
  'direction-of-custody': { 'libs/custody/src/up.ts': "import '#libs/persistence';" },
  'direction-of-templates': { 'libs/templates/src/up.ts': "import '#libs/delivery';" },
  'direction-of-telemetry': { 'libs/telemetry/src/up.ts': "import '#libs/transport';" },
  'direction-of-persistence': { 'libs/persistence/src/up.ts': "import '#libs/runtime';" },
  'direction-of-transport': { 'libs/transport/src/up.ts': "import '#libs/persistence';" },
  'direction-of-runtime': { 'libs/runtime/src/up.ts': "import '#libs/delivery';" },
  'direction-of-delivery': { 'libs/delivery/src/up.ts': "import '#libs/operations';" },
  'direction-of-delivery-tables': { 'libs/delivery-tables/src/up.ts': "import '#libs/delivery';" },
  'direction-of-operations': { 'libs/operations/src/up.ts': "import '#libs/transport';" },
  'direction-of-providers': { 'libs/providers/src/up.ts': "import '#libs/delivery';" },
  'direction-of-provider-http': { 'libs/provider-http/src/up.ts': "import '#libs/delivery';" },
  'providers-are-pure': {
    'libs/providers/src/impure.ts': "import { request } from 'undici';\nexport const ask = request;",
  },
  'definitions-without-nest': {
    [`${provider}/resend/resend.definition.ts`]: "import '#libs/delivery';",
    'apps/cli/src/doctor/schemas.ts': "import '#libs/delivery';",
  },
  'contracts-are-pure': {
    'libs/contracts/src/impure.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;",
  },
  'policies-are-pure': {
    'apps/retry/src/plan/impure.policy.ts': "import { Pool } from 'pg';\nexport const pool = Pool;",
  },
  'services-do-no-io': {
    'apps/retry/src/plan/impure.service.ts': "import { request } from 'undici';\nexport const ask = request;",
  },
  'services-know-ports': {
    'apps/retry/src/plan/direct.service.ts':
      "import { PlanStore } from './plan.store.ts';\nexport const store = PlanStore;",
    'apps/retry/src/plan/plan.store.ts': 'export class PlanStore {}',
  },
  'io-where-the-name-says': {
    'apps/retry/src/plan/quiet.ts': "import { Kafka } from 'kafkajs';\nexport const kafka = Kafka;",
  },
  'no-app-imports-another': {
    'apps/sms/src/neighbour.ts': "import '../../email/src/door.ts';",
    'apps/email/src/door.ts': 'export {};',
  },
  'no-provider-imports-another': {
    [`${provider}/resend/resend.adapter.ts`]: "import '../sendgrid/sendgrid.failures.ts';",
    [`${provider}/sendgrid/sendgrid.failures.ts`]: 'export {};',
  },
  'providers-through-their-catalogue': {
    'apps/email/src/above.ts': "import './providers/resend/inside.ts';",
    [`${provider}/resend/inside.ts`]: 'export {};',
  },
  'no-simulator-imports-another': {
    'apps/sandbox/src/simulators/resend/nosy.ts': "import '../sendgrid/simulated.ts';",
    'apps/sandbox/src/simulators/sendgrid/simulated.ts': 'export {};',
  },
  'sandbox-core-knows-no-simulator': {
    'apps/sandbox/src/core/knowing.ts': "import '../simulators/resend/known.ts';",
    'apps/sandbox/src/simulators/resend/known.ts': 'export {};',
  },
  'sdk-only-in-its-adapter': {
    [`${provider}/sendgrid/sendgrid.failures.module.ts`]: "import mail from '@sendgrid/mail';\nexport default mail;",
  },
  'sdk-of-its-own-provider': {
    [`${provider}/resend/other.adapter.ts`]: "import mail from '@sendgrid/mail';\nexport default mail;",
  },
  'libraries-through-their-index': {
    'apps/email/src/deep.ts': "import '../../../libs/contracts/src/inside.ts';",
    'libs/contracts/src/inside.ts': 'export {};',
  },
  'libraries-by-their-name': { 'apps/email/src/path.ts': "import '../../../libs/contracts/src/index.ts';" },
  'own-library-by-relative-paths': { 'libs/delivery/src/own.ts': "import '#libs/delivery';" },
  'no-cycles': {
    'apps/reporting/src/egg.ts': "import './hen.ts';\nexport const egg = 1;",
    'apps/reporting/src/hen.ts': "import './egg.ts';\nexport const hen = 1;",
  },
  'testing-only-in-tests': { 'apps/email/src/shipped.ts': "import '#libs/testing';" },
  'production-stands-alone': {
    'apps/email/src/tool.ts': "import '../../../tools/tool.ts';",
    'tools/tool.ts': 'export {};',
  },
  'operator-commands-without-the-local-system': {
    'apps/cli/src/doctor/local.ts': "import type { Stack } from '../stack/stack.ts';\nexport type Local = Stack;",
    'apps/cli/src/stack/stack.ts': 'export class Stack {}',
  },
  'production-without-dev-packages': {
    'apps/email/src/dev.ts': "import { it } from '@jest/globals';\nexport const test = it;",
  },
  'nothing-unresolved': { 'apps/email/src/lost.ts': "import './not-there.ts';" },
};

export const innocent: SeededViolation = {
  'apps/sms/src/sms.consumer.ts': "import '#libs/contracts';\nimport '#libs/transport';\nimport './sms.policy.ts';",
  'apps/sms/src/sms.policy.ts':
    "import type { Pool } from 'pg';\nimport { createHash } from 'node:crypto';\nimport '#libs/contracts';\nexport " +
    "const hash = (_: Pool) => createHash('md5');",
  'apps/sms/src/sms.policy.spec.ts':
    "import '#libs/testing';\nimport { it } from '@jest/globals';\nexport const test = it;",
  'apps/sms/src/providers/twilio/twilio.adapter.ts':
    "import twilio from 'twilio';\nimport type { Pool } from 'undici';\nexport const client = (_: Pool) => twilio;",
  'apps/sms/test/whole.int-spec.ts': "import '#libs/testing';\nimport '../src/sms.consumer.ts';",
  'apps/cli/src/commands/checkout/up.ts': "import '../../stack/stack.ts';\nimport '../../doctor/doctor.ts';",
  'apps/cli/src/doctor/doctor.ts': "import '../../../email/src/door.ts';",
  'apps/cli/src/catalogue.ts':
    "import '#libs/delivery-tables';\nimport type { Part } from '#libs/delivery';\nexport type Known = Part;",
  'tools/innocent.ts': "import '#libs/runtime';",
};

export const brokenLint: Record<string, SeededViolation> = {
  'typescript(no-floating-promises)': {
    'apps/sms/src/floating.ts': 'const work = () => Promise.resolve(1);\nexport function start(): void {\n  work();\n}',
  },
  'typescript(no-misused-promises)': {
    'apps/sms/src/misused.ts': 'const look = () => Promise.resolve(true);\nexport const seen = () => (look() ? 1 : 2);',
  },
  'typescript(switch-exhaustiveness-check)': {
    'apps/sms/src/switch.ts':
      "export function word(of: 'a' | 'b'): string {\n  switch (of) {\n    case 'a':\n      return 'A';\n  }\n  " +
      "return '';\n}",
  },
  'typescript(no-explicit-any)': { 'apps/sms/src/any.ts': 'export const anything = (value: any): void => void value;' },
  'typescript(no-unsafe-assignment)': { 'apps/sms/src/unsafe.ts': "export const text: string = JSON.parse('1');" },
  'eslint(no-unused-vars)': { 'apps/sms/src/unused.ts': 'const unused = 1;\nexport {};' },
  'eslint(no-console)': { 'apps/sms/src/console.ts': "console.log('hello');\nexport {};" },
  'eslint(no-restricted-globals)': { 'apps/sms/src/globals.policy.ts': 'export const env = () => process.env;' },
  'eslint(no-restricted-properties)': { 'apps/sms/src/chance.policy.ts': 'export const chance = () => Math.random();' },
  'architecture(words-of-the-field)': {
    'apps/sms/src/retired.ts': 'export const unconfirmed = 1;\nexport const doubtSince = 2;',
    'apps/sms/src/retired-property.ts': 'export const message = { isTakenBack: true };',
    'apps/sms/src/retired-type.ts': 'export interface Sifted {\n  told: boolean;\n}',
    'apps/sms/src/retired-code.ts': "export const code = 'MSG_NO_WAY_OUT';",
  },
  'architecture(channels-by-registry)': {
    'apps/retry/src/comparing.ts': "export const isText = (channel: string): boolean => channel === 'sms';",
    'apps/retry/src/switching.ts':
      "export function word(channel: string): string {\n  switch (channel) {\n    case 'email':\n      return " +
      "'mail';\n    default:\n      return '';\n  }\n}",
    'apps/retry/src/listing.ts': "export const all = ['email', 'sms', 'fax'];",
    'apps/retry/src/table.ts': "export const words = { email: 'mail', sms: 'text' };",
    'apps/retry/src/union.ts': "export type Channel = 'email' | 'sms';",
    'apps/retry/src/members.ts': 'export interface Counts {\n  email: number;\n  sms: number;\n}',
  },
  'architecture(line-length)': {
    'apps/sms/src/long-text.ts': `export const text = '${'long '.repeat(30)}';`,
    'apps/sms/src/long-comment.ts': `// ${'long '.repeat(30)}\nexport {};`,
  },
  'architecture(time-as-argument)': {
    'apps/sms/src/clock.policy.ts': 'export const now = () => new Date();',
    'apps/sms/src/clock-number.policy.ts': 'export const now = () => Date.now();',
  },
};

export const innocentLint: SeededViolation = {
  'apps/sms/src/pure.policy.ts':
    'export const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);\nexport const parsed = ' +
    '(text: string): number => Date.parse(text);',
  'apps/sms/src/clock.ts': 'export const now = (): Date => new Date();',
  // What somebody was told is English in a text, and no name.
  'apps/sms/src/words.ts':
    "export const reported = 'It was told to the person on the way out.'; // set aside, in doubt",
  'apps/sms/src/pattern.ts': `export const pattern = /${'a|'.repeat(70)}b/;`,
  'apps/sms/src/kinds.ts': "export const isShort = (of: { kind: string }): boolean => of.kind === 'sms';",
  'apps/sms/src/own-name.ts': "export const channel = 'sms';",
  'apps/sms/src/rows.table.ts': `export const rows = ['${'long '.repeat(30)}'];`,
  'tools/speaks.ts': "console.log('hello');",
};
