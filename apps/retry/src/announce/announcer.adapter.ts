import { channelTopics, type DeadLetter, factHeaders, factRecord, type SendDue, type SendPlanned, type StatusChanged, topics } from '#libs/contracts';
import { Publisher } from '#libs/transport';
import { Inject, Injectable } from '@nestjs/common';
import { Announcer } from './announcer.port.ts';

/** Tells it through Kafka. */
@Injectable()
export class KafkaAnnouncer extends Announcer {
  private readonly publisher: Publisher;

  constructor(@Inject(Publisher) publisher: Publisher) {
    super();
    this.publisher = publisher;
  }

  async facts(facts: readonly StatusChanged[]): Promise<void> {
    await Promise.all(facts.map((fact) => this.publisher.publish(factRecord(fact))));
  }

  async deadLetter(letter: DeadLetter): Promise<void> {
    await this.publisher.publish({ topic: topics.deadLetters, key: letter.messageId, value: letter });
  }

  async planned(planned: SendPlanned): Promise<void> {
    await this.publisher.publish({ topic: topics.sendPlanned, key: planned.messageId, value: planned, headers: factHeaders({ channel: planned.channel, source: 'retry' }) });
  }

  async due(due: SendDue): Promise<void> {
    const key = due.key === null ? null : Buffer.from(due.key, 'base64');
    await this.publisher.publish({ topic: channelTopics[due.channel].due, lane: due.lane, key, value: due });
  }
}
