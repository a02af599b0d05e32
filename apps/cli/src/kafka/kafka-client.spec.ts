import { describe, expect, it } from '@jest/globals';
import { connectionOf } from './kafka-client.ts';

describe('connecting to Kafka', () => {
  it('goes to the local broker, in the clear, when nothing is set', () => {
    expect(connectionOf({})).toEqual({ brokers: ['127.0.0.1:9092'] });
  });

  it('takes several brokers, TLS and a login', () => {
    const env = {
      KAFKA_BROKERS: 'a:1, b:2',
      KAFKA_SSL: 'true',
      KAFKA_SASL_MECHANISM: 'scram-sha-256',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
    };
    expect(connectionOf(env)).toEqual({
      brokers: ['a:1', 'b:2'],
      ssl: {},
      sasl: { mechanism: 'scram-sha-256', username: 'u', password: 'p' },
    });
  });

  it('names the setting that is invalid', () => {
    expect(() => connectionOf({ KAFKA_BROKERS: 'http://kafka' })).toThrow('KAFKA_BROKERS');
    expect(() => connectionOf({ KAFKA_SASL_MECHANISM: 'gssapi' })).toThrow('KAFKA_SASL_MECHANISM');
    expect(() => connectionOf({ KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '/nowhere.pem' })).toThrow('KAFKA_SSL_CA_FILE');
  });
});
