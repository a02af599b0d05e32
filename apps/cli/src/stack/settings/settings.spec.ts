import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { CliError } from '../../errors.ts';
import { projectRoot } from '../../environment/env.ts';
import { readSettings } from './settings.ts';

describe('the settings of npm start', () => {
  it('has the documented defaults', () => {
    const { dataDir, ports, brokers, databaseUrl } = readSettings({});
    expect(dataDir).toBe(join(projectRoot, '.data'));
    expect(ports).toEqual({
      kafka: 9092,
      kafkaController: 9093,
      postgres: 5442,
      sandbox: 4010,
      reporting: 8080,
      email: 8081,
      sms: 8082,
      emailInternal: 8091,
      smsInternal: 8092,
      retryInternal: 8093,
      retry: 8083,
      reportingMetrics: 9464,
      emailMetrics: 9465,
      smsMetrics: 9466,
      retryMetrics: 9467,
    });
    expect([brokers, databaseUrl]).toEqual([undefined, undefined]);
  });

  it('takes every port and the data folder from the environment', () => {
    const { dataDir, ports } = readSettings({ DATA_DIR: 'elsewhere', KAFKA_PORT: '19092', RETRY_PORT: '18083' });
    expect(dataDir).toBe(join(projectRoot, 'elsewhere'));
    expect([ports.kafka, ports.retry]).toEqual([19_092, 18_083]);
  });

  it('counts an empty variable as unset', () => {
    const { ports, brokers } = readSettings({ EMAIL_PORT: '', KAFKA_BROKERS: '' });
    expect([ports.email, brokers]).toEqual([8081, undefined]);
  });

  it('names every port setting that makes no sense, in one go', () => {
    const read = () => readSettings({ EMAIL_PORT: 'abc', SMS_PORT: '8080' });
    expect(read).toThrow(CliError);
    expect(read).toThrow(/EMAIL_PORT must be a port.*SMS_PORT and REPORTING_PORT are both 8080/);
    expect(read).not.toThrow(/abc/);
  });
});
