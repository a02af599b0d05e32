import { type Party, type Topic, topics } from '#libs/contracts';
import { OperationConsumer } from '#libs/runtime';
import { describe, expect, it } from '@jest/globals';
import { EmailConsumer } from '../apps/email/src/email.consumer.ts';
import { ControlConsumer as ReportingControlConsumer } from '../apps/reporting/src/controls/control.consumer.ts';
import { DeadLetterConsumer } from '../apps/reporting/src/intake/dead-letter.consumer.ts';
import { RequestConsumer } from '../apps/reporting/src/intake/request.consumer.ts';
import { StatusConsumer } from '../apps/reporting/src/intake/status.consumer.ts';
import { OperationWordConsumer } from '../apps/reporting/src/operations/operation.consumer.ts';
import { UnreadableConsumer } from '../apps/reporting/src/unreadable/unreadable.consumer.ts';
import { SuppressionConsumer } from '../apps/reporting/src/suppressions/suppression.consumer.ts';
import { DeferredConsumer } from '../apps/retry/src/plan/deferred.consumer.ts';
import { ProviderConsumer } from '../apps/retry/src/holds/provider.consumer.ts';
import { ControlConsumer } from '../apps/retry/src/controls/control.consumer.ts';
import { StopConsumer } from '../apps/retry/src/stop/stop.consumer.ts';
import { SmsConsumer } from '../apps/sms/src/sms.consumer.ts';

const consumers: Partial<Record<Party, (abstract new (...args: never[]) => object)[]>> = {
  email: [EmailConsumer, OperationConsumer],
  sms: [OperationConsumer, SmsConsumer],
  retry: [ControlConsumer, DeferredConsumer, OperationConsumer, ProviderConsumer, StopConsumer],
  reporting: [
    DeadLetterConsumer,
    OperationWordConsumer,
    ReportingControlConsumer,
    RequestConsumer,
    StatusConsumer,
    SuppressionConsumer,
    UnreadableConsumer,
  ],
};

/** The topics whose `@On` stands on a method of the class. */
function handledBy({ prototype }: { prototype: object }): string[] {
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method = Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined;
    const patterns: unknown = method && Reflect.getMetadata('microservices:pattern', method);
    return Array.isArray(patterns) ? patterns.map(String) : [];
  });
}

describe('the wiring of the services', () => {
  it.each(Object.keys(consumers) as Party[])('%s consumes exactly the topics that the map declares for it', (party) => {
    const declared = Object.values<Topic>(topics).filter((topic) => topic.to.includes(party) && !topic.coming);
    const handled = consumers[party]!.flatMap(handledBy);
    expect(handled.sort()).toEqual(declared.map((topic) => topic.name).sort());
  });
});
