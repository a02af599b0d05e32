import { createLogger } from '#libs/telemetry';
import { ConsumptionWatch } from './consumption-watch.ts';
import type { UndecodableBatch } from '../fetch/unread.ts';
import { describe, expect, it } from '@jest/globals';

const batch: UndecodableBatch = {
  fault: 'crc',
  detail: '',
  baseOffset: 7,
  firstOffset: 7,
  lastOffset: 9,
  bytes: Buffer.alloc(0),
};
const HOUR_MS = 3_600_000;

function aWatch() {
  const clock = { now: 1_000 };
  const lines: object[] = [];
  const logger = Object.assign(createLogger('test', 'silent'), { error: (fields: object) => lines.push(fields) });
  return { watch: new ConsumptionWatch(logger, () => clock.now), clock, lines };
}

describe('a consumer that restarts', () => {
  it('is no concern five times a minute, and is one from the sixth on until the minute is over', () => {
    const { watch, clock } = aWatch();
    for (let time = 0; time < 5; time += 1) {
      watch.restarted('messaging.email', new TypeError('a text that nobody needs'));
      clock.now += 1_000;
    }
    expect(watch.restlessness()).toBeUndefined();
    watch.restarted('messaging.email', new TypeError('a text that nobody needs'));
    expect(watch.restlessness()?.meaning).toBe(
      'The consumer has started again more than 5 times in the last minute: messaging.email (TypeError).',
    );
    clock.now += 56_000;
    expect(watch.restlessness()).toBeUndefined();
  });

  it('is none where six times are spread over more than a minute, or over two groups', () => {
    const { watch, clock } = aWatch();
    for (let time = 0; time < 30; time += 1) {
      watch.restarted('messaging.email', new TypeError());
      clock.now += 13_000;
    }
    for (const group of ['messaging.retry', 'messaging.sms'])
      for (let time = 0; time < 4; time += 1) watch.restarted(group, new TypeError());
    expect(watch.restlessness()).toBeUndefined();
  });

  it('is reported with the broker’s error, however often kafkajs has wrapped it', () => {
    const { watch } = aWatch();
    const said = Object.assign(new Error('Not authorized'), {
      name: 'KafkaJSProtocolError',
      type: 'GROUP_AUTHORIZATION_FAILED',
    });
    for (let time = 0; time < 6; time += 1)
      watch.restarted('messaging.email', new Error('retries exceeded', { cause: new Error('again', { cause: said }) }));
    expect(watch.restlessness()?.meaning).toContain('messaging.email (GROUP_AUTHORIZATION_FAILED)');
  });
});

describe('batches that were left out', () => {
  it('are reported by number and place for 24 hours after the last one', () => {
    const { watch, clock } = aWatch();
    expect(watch.lostBatches()).toBeUndefined();
    watch.leftOutBatch('messaging.email.requested', 2, batch);
    clock.now += 20 * HOUR_MS;
    watch.leftOutBatch('messaging.email.requested', 3, { ...batch, fault: 'codec' });
    clock.now += 23 * HOUR_MS;
    expect(watch.lostBatches()?.meaning).toContain(
      '2 batch(es) could not be decoded since this replica started and were left out, the last ones: ' +
        'messaging.email.requested/2 7-9 (crc), messaging.email.requested/3 7-9 (codec).',
    );
    clock.now += 2 * HOUR_MS;
    expect(watch.lostBatches()).toBeUndefined();
  });

  it('are reported by the last three places, however many there are', () => {
    const { watch } = aWatch();
    for (let partition = 0; partition < 100; partition += 1) watch.leftOutBatch('t', partition, batch);
    expect(watch.lostBatches()?.meaning).toContain('100 batch(es)');
    expect(watch.lostBatches()?.meaning).toContain('t/97 7-9 (crc), t/98 7-9 (crc), t/99 7-9 (crc).');
  });
});

describe('a partition that its broker cannot read', () => {
  it('is reported until it can be read again, and logged once', () => {
    const { watch, clock, lines } = aWatch();
    const position = { topic: 'messaging.email.requested', partition: 0, offset: 41, error: 'CORRUPT_MESSAGE' };
    for (let time = 0; time < 10; time += 1) {
      watch.stuck(position);
      clock.now += 5_000;
    }
    expect(lines).toEqual([position]);
    expect(watch.stuckPartitions()?.meaning).toBe(
      '1 partition(s) cannot be read: messaging.email.requested/0 from offset 41 on (CORRUPT_MESSAGE).',
    );
    clock.now += 30_000;
    expect(watch.stuckPartitions()).toBeUndefined();
    watch.stuck(position);
    expect(lines).toHaveLength(2);
  });
});
