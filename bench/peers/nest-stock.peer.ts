/**
 * Nest's stock Kafka transport: a handler that awaits the provider, partitions consumed concurrently as told. No
 * ledger, no events.
 */
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { logLevel } from 'kafkajs';
import { patchKafkaJs } from '../../libs/transport/src/kafkajs/patches/timers-and-cut-responses.ts';
import { tell } from '../foundation/tell.ts';
import { onGo, order } from './order.ts';
import { providerPool } from './provider-pool.ts';

const topic = process.env['TOPIC'] ?? '';
const send = providerPool(order.providerUrl, order.inFlight);
patchKafkaJs();

class Consumer {
  async onRequested(request: { messageId: string }): Promise<void> {
    await send(request.messageId, 0);
  }
}

class App {}

// Node strips types and nothing more, so the decorators are applied by hand.
Controller()(Consumer);
EventPattern<string>(topic)(
  Consumer.prototype,
  'onRequested',
  Object.getOwnPropertyDescriptor(Consumer.prototype, 'onRequested')!,
);
Payload()(Consumer.prototype, 'onRequested', 0);
Module({ controllers: [Consumer] })(App);

onGo(async () => {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(App, {
    logger: ['error'],
    transport: Transport.KAFKA,
    options: {
      client: { clientId: topic, brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), logLevel: logLevel.NOTHING },
      consumer: { groupId: topic, allowAutoTopicCreation: false, maxWaitTimeInMs: 500 },
      subscribe: { fromBeginning: true },
      run: { partitionsConsumedConcurrently: Number(process.env['PARTITIONS_AT_ONCE']) },
    },
  });
  await app.listen();
});
tell({ kind: 'ready' });
