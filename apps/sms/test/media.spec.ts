import type { ServerResponse } from 'node:http';
import { GuardedFiles } from '#libs/provider-http';
import { anSmsRequest } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aFileServer, type FileServer, trusted } from '../../../test/secure/file-server.ts';
import { twilio } from '../src/providers/twilio/index.ts';
import { ScreeningService } from '../src/screening.service.ts';
import type { SmsMessage } from '../src/sms-message.ts';
import { Conversations } from '../src/conversation/conversations.port.ts';
import { PrefixUse, type Use } from '../src/recipient/prefix-use.port.ts';

/** Every recipient has just written. */
class JustHeard extends Conversations {
  heard = () => Promise.resolve();
  lastHeard = () => Promise.resolve(Date.now());
  forget = () => Promise.resolve();
}

class NoBudget extends PrefixUse {
  count = (): Promise<Use> => Promise.reject(new Error('there is no budget to count for'));
}

const aMessage = (kind: SmsMessage['kind'], mediaUrls: string[]): SmsMessage => ({
  ...anSmsRequest(),
  kind,
  from: '+15005550006',
  region: 'US',
  mediaUrls,
});
const screeningBy = (files: GuardedFiles | undefined, media = [twilio.media]) =>
  new ScreeningService({
    conversations: new JustHeard(),
    prefixUse: new NoBudget(),
    windowRule: 'enforce',
    budgets: [],
    files,
    media,
    hashOf: (number) => `hash of ${number}`,
  });

describe('media, by what their servers state,', () => {
  let server: FileServer;
  let files: GuardedFiles;
  /** By path. */
  const reported: Record<string, { type?: string; bytes?: number }> = {
    '/photo.png': { type: 'image/png', bytes: 5_000_000 },
    '/large.png': { type: 'image/png', bytes: 5_000_001 },
    '/clip.mp4': { type: 'video/mp4', bytes: 500_001 },
    '/short.mp4': { type: 'video/mp4', bytes: 500_000 },
    '/film.mp4': { type: 'video/mp4', bytes: 16_000_001 },
    '/nameless': { bytes: 600_000 },
    '/half.png': { type: 'image/png', bytes: 2_500_000 },
    '/half-and-one.png': { type: 'image/png', bytes: 2_500_001 },
    '/moving.gif': { type: 'image/gif', bytes: 1_000 },
    '/empty.png': { type: 'image/png', bytes: 0 },
    '/endless.png': { type: 'image/png' },
    '/sign-in': { type: 'text/html; charset=utf-8', bytes: 900 },
  };

  beforeAll(async () => {
    server = await aFileServer(trusted('files.test'), (incoming, response: ServerResponse) => {
      const file = reported[incoming.url ?? ''];
      if (!file) return void response.writeHead(404).end();
      response.writeHead(200, {
        ...(file.type && { 'content-type': file.type }),
        ...(file.bytes !== undefined && { 'content-length': file.bytes }),
      });
      if (incoming.method === 'HEAD') response.end();
    });
    files = new GuardedFiles(['127.0.0.1'], (_host, _options, done) =>
      done(null, [{ address: '127.0.0.1', family: 4 }]),
    );
  });
  afterAll(async () => {
    await files.onApplicationShutdown();
    await server.close();
  });

  const screened = (kind: SmsMessage['kind'], paths: string[]) =>
    screeningBy(files).screen(
      aMessage(
        kind,
        paths.map((path) => `https://files.test:${server.port}${path}`),
      ),
    );
  const failed = (code: string, destination: number, rule: RegExp) => ({
    pass: false,
    failure: {
      code,
      kind: 'bad-content',
      retry: 'never',
      fields: [{ field: `mediaUrls[${destination}]`, rule: expect.stringMatching(rule) }],
    },
  });

  it.each<[SmsMessage['kind'], string[]]>([
    ['mms', ['/photo.png']],
    ['mms', ['/short.mp4', '/half.png']],
    ['mms', ['/half.png', '/half.png']],
    ['mms', ['/nameless']],
    ['mms', ['/endless.png', '/not-there']],
    ['whatsapp', ['/photo.png', '/clip.mp4']],
  ])('are sent by %s where nothing is proven against them: %j', async (kind, paths) => {
    expect(await screened(kind, paths)).toMatchObject({ pass: true });
  });

  it.each<[SmsMessage['kind'], string[], object]>([
    ['mms', ['/photo.png', '/large.png'], failed('MSG_FILE_TOO_LARGE', 1, /5000000 bytes, and has 5000001/)],
    ['mms', ['/clip.mp4'], failed('MSG_FILE_TOO_LARGE', 0, /500000/)],
    ['whatsapp', ['/film.mp4'], failed('MSG_FILE_TOO_LARGE', 0, /16000000/)],
    [
      'mms',
      ['/half.png', '/half-and-one.png'],
      failed('MSG_FILE_TOO_LARGE', 1, /files before it.*5000000 bytes, and has 5000001/),
    ],
    ['whatsapp', ['/large.png'], failed('MSG_FILE_TOO_LARGE', 0, /5000000 bytes, and has 5000001/)],
    ['whatsapp', ['/moving.gif'], failed('MSG_FILE_UNUSABLE', 0, /type that WhatsApp takes, and is image\/gif/)],
    ['mms', ['/empty.png'], failed('MSG_FILE_UNUSABLE', 0, /not empty/)],
    ['mms', ['/sign-in'], failed('MSG_FILE_UNUSABLE', 0, /not to a page/)],
  ])('are not sent by %s where something is: %j', async (kind, paths, outcome) => {
    expect(await screened(kind, paths)).toMatchObject(outcome);
  });

  it('are sent where any provider in use accepts them, else fail by the rules of the preferred one', async () => {
    const message = aMessage('mms', [`https://files.test:${server.port}/large.png`]);
    const generous = { ...twilio.media, mmsBytes: 9_000_000, mmsPictureBytes: 9_000_000 };
    const strict = { ...twilio.media, mmsPictureBytes: 1_000 };
    expect(await screeningBy(files, [twilio.media, generous]).screen(message)).toMatchObject({ pass: true });
    expect(await screeningBy(files, [strict, twilio.media]).screen(message)).toMatchObject(
      failed('MSG_FILE_TOO_LARGE', 0, /1000 bytes, and has 5000001/),
    );
  });

  it('are sent where no server is asked', async () => {
    const asked = server.asked.length;
    const message = aMessage('mms', [`https://files.test:${server.port}/large.png`]);
    expect(await screeningBy(undefined).screen(message)).toMatchObject({ pass: true });
    expect(server.asked).toHaveLength(asked);
  });

  it('are sent where their server does not respond in time', async () => {
    const silent = await aFileServer(trusted('files.test'), () => undefined);
    try {
      const started = performance.now();
      expect(
        await screeningBy(files).screen(aMessage('mms', [`https://files.test:${silent.port}/large.png`])),
      ).toMatchObject({ pass: true });
      expect(performance.now() - started).toBeGreaterThan(900);
      expect(performance.now() - started).toBeLessThan(2_500);
      expect(silent.asked).toEqual(['HEAD /large.png']);
    } finally {
      await silent.close();
    }
  });
});
