import { describe, expect, it } from '@jest/globals';
import { portsTaken } from './ports.ts';
import { explain } from '../../errors.ts';

describe('a port that is taken', () => {
  it('is reported with its number, its purpose, the process that holds it and the setting that changes it', () => {
    const text = explain(
      portsTaken([{ name: 'reporting', port: 8080, holder: { pid: 42, command: 'java -jar shop.jar' } }]),
    );
    expect(text).toContain(
      'port 8080, which the reporting service needs (REPORTING_PORT), is held by process 42 (java -jar shop.jar)',
    );
    expect(text).toContain('REPORTING_PORT=18080');
  });

  it('is reported without the process where the machine does not show it', () => {
    expect(explain(portsTaken([{ name: 'kafka', port: 9092, holder: undefined }]))).toContain(
      'is held by another process',
    );
  });

  it('suggests only ports that exist', () => {
    expect(explain(portsTaken([{ name: 'sms', port: 60_000, holder: undefined }]))).toContain('SMS_PORT=59000');
  });
});
