import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aFileServer, type FileServer, trusted } from '../../../test/secure/file-server.ts';
import { type AddressBook, GuardedFiles } from '../src/files/guarded-files.adapter.ts';

const limits = { mostBytes: 1_000, withinMs: 2_000.5 };
const pdf = Buffer.from('%PDF-1.7 terms');

describe('a file by URL', () => {
  let server: FileServer;
  let answer: (response: ServerResponse, path: string) => void;
  /** The addresses of host names, and how often they were resolved. */
  let addresses: Record<string, string[]>;
  let lookedUp: string[];
  let files: GuardedFiles;

  const addressBook: AddressBook = (host, _, done) => {
    lookedUp.push(host);
    const found = addresses[host];
    if (!found) return done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  const at = (path: string, host = 'files.test') => `https://${host}:${server.port}${path}`;
  const redirectTo = (location: string) => {
    answer = (response, path) =>
      path === '/start' ? response.writeHead(302, { location }).end('elsewhere') : response.end('secret');
  };

  beforeAll(async () => {
    server = await aFileServer(trusted('files.test'), (incoming, response) => answer(response, incoming.url ?? ''));
  });
  beforeEach(() => {
    server.asked.length = 0;
    server.requests.length = 0;
    lookedUp = [];
    addresses = { 'files.test': ['127.0.0.1'] };
    answer = (response) => response.writeHead(200, { 'content-type': 'Application/PDF; charset=binary' }).end(pdf);
    files = new GuardedFiles(['127.0.0.1'], addressBook);
  });
  afterEach(() => files.onApplicationShutdown());
  afterAll(() => server.close());

  it('is fetched with its media type, and its server learns nothing about us', async () => {
    expect(await files.fetch(at('/terms.pdf?signature=x'), limits)).toEqual({
      fetched: true,
      content: pdf,
      type: 'application/pdf',
    });
    expect(server.asked).toEqual(['GET /terms.pdf?signature=x']);
    const reported = Object.keys(server.requests[0]!.headers).sort();
    expect(reported).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  });

  it('is fetched after a redirect', async () => {
    answer = (response, path) =>
      path === '/old' ? response.writeHead(301, { location: '/new' }).end() : response.end(pdf);
    expect(await files.fetch(at('/old'), limits)).toEqual({ fetched: true, content: pdf, type: undefined });
  });

  it.each([
    ['http', (port: number) => `http://files.test:${port}/`],
    ['a user and password', (port: number) => `https://user:secret@files.test:${port}/`],
    ['another loopback address', (port: number) => `https://127.0.0.2:${port}/`],
    ['one in short', (port: number) => `https://127.2:${port}/`],
    ['one as a number', (port: number) => `https://2130706434:${port}/`],
    ['one in hexadecimal', (port: number) => `https://0x7f000002:${port}/`],
    ['IPv6 loopback', (port: number) => `https://[::1]:${port}/`],
    ['an IPv4 address in IPv6', (port: number) => `https://[::ffff:127.0.0.2]:${port}/`],
    ['the metadata service', () => 'https://169.254.169.254/latest/meta-data/'],
    ['no URL at all', () => 'files'],
  ])('with %s is not fetched, neither at once nor behind a redirect', async (_, url) => {
    expect(await files.fetch(url(server.port), limits)).toEqual({ fetched: false, fault: 'forbidden' });
    expect(server.asked).toEqual([]);
    const location = url(server.port);
    if (!URL.canParse(location)) return;
    redirectTo(location);
    expect(await files.fetch(at('/start'), limits)).toEqual({ fetched: false, fault: 'forbidden' });
    expect(server.asked).toEqual(['GET /start']);
  });

  it.each([
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['::ffff:10.0.0.1'],
    ['fd00:ec2::254'],
    ['127.0.0.1', '127.0.0.2'],
    ['1.1.1.1', '192.168.0.1'],
  ])('whose host name resolves to %s %s is not fetched', async (...found) => {
    addresses['inside.test'] = found.filter((address) => address !== undefined);
    expect(await files.fetch(at('/', 'inside.test'), limits)).toEqual({ fetched: false, fault: 'forbidden' });
    redirectTo(at('/', 'inside.test'));
    expect(await files.fetch(at('/start'), limits)).toEqual({ fetched: false, fault: 'forbidden' });
    expect(server.asked).toEqual(['GET /start']);
  });

  it('is fetched from the address that was checked, even if its name resolves to another a moment later', async () => {
    const turning: AddressBook = (host, options, done) => {
      addressBook(host, options, done);
      addresses[host] = ['127.0.0.2'];
    };
    await files.onApplicationShutdown();
    files = new GuardedFiles(['127.0.0.1'], turning);
    expect(await files.fetch(at('/a'), limits)).toMatchObject({ fetched: true });
    expect(lookedUp).toEqual(['files.test']);
    expect(server.requests[0]!.socket.localAddress).toMatch(/127\.0\.0\.1$/);
    await new Promise<void>((resolve) => server.requests[0]!.socket.once('close', resolve).destroy());
    expect(await files.fetch(at('/b'), limits)).toEqual({ fetched: false, fault: 'forbidden' });
    expect(server.asked).toEqual(['GET /a']);
  });

  it('is not fetched over a connection with the certificate of another host', async () => {
    addresses['other.test'] = ['127.0.0.1'];
    expect(await files.fetch(at('/', 'other.test'), limits)).toEqual({ fetched: false, fault: 'unreachable' });
    expect(server.asked).toEqual([]);
  });

  it('that is larger than allowed is not read to its end, whether its server states the size or not', async () => {
    answer = (response) => response.writeHead(200, { 'content-length': '1001' }).write('x');
    expect(await files.fetch(at('/'), limits)).toEqual({ fetched: false, fault: 'too-large' });
    let stopped: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => (stopped = resolve));
    answer = (response) => {
      const more = setInterval(() => response.write(Buffer.alloc(400)), 5);
      response.on('close', () => {
        clearInterval(more);
        stopped!();
      });
    };
    expect(await files.fetch(at('/'), limits)).toEqual({ fetched: false, fault: 'too-large' });
    await closed;
    answer = (response) => response.end(Buffer.alloc(1_000));
    expect(await files.fetch(at('/'), limits)).toMatchObject({ fetched: true });
  });

  it.each([
    [404, 'missing'],
    [403, 'missing'],
    [410, 'missing'],
    [204, 'missing'],
    [206, 'missing'],
    [500, 'unreachable'],
    [503, 'unreachable'],
    [429, 'unreachable'],
    [408, 'unreachable'],
  ])('whose server responds with %i is %s', async (status, fault) => {
    answer = (response) => response.writeHead(status).end(status === 204 ? undefined : 'no');
    expect(await files.fetch(at('/'), limits)).toEqual({ fetched: false, fault });
  });

  it('that is empty, compressed, or redirected endlessly is unusable', async () => {
    answer = (response) => response.end();
    expect(await files.fetch(at('/'), limits)).toEqual({ fetched: false, fault: 'unusable' });
    answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    expect(await files.fetch(at('/'), limits)).toEqual({ fetched: false, fault: 'unusable' });
    server.asked.length = 0;
    answer = (response) => response.writeHead(302, { location: '/again' }).end();
    expect(await files.fetch(at('/'), limits)).toEqual({ fetched: false, fault: 'missing' });
    expect(server.asked).toHaveLength(4);
  });

  it('that takes too long, breaks off, or has an unknown host may succeed later', async () => {
    const soon = { ...limits, withinMs: 150 };
    answer = () => {};
    expect(await files.fetch(at('/'), soon)).toEqual({ fetched: false, fault: 'unreachable' });
    answer = (response) => response.writeHead(200).write('slowly');
    expect(await files.fetch(at('/'), soon)).toEqual({ fetched: false, fault: 'unreachable' });
    answer = (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 20);
    };
    expect(await files.fetch(at('/'), limits)).toEqual({ fetched: false, fault: 'unreachable' });
    expect(await files.fetch(at('/', 'nowhere.test'), limits)).toEqual({ fetched: false, fault: 'unreachable' });
  });

  it('is described without being read, by GET where HEAD is refused', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'image/png', 'content-length': '5000' }).end();
    expect(await files.look(at('/a.png'), 1_000)).toEqual({ bytes: 5_000, type: 'image/png' });
    expect(server.asked).toEqual(['HEAD /a.png']);
    answer = (response) => {
      if (response.req.method === 'HEAD') response.writeHead(403).end();
      else response.writeHead(200, { 'content-type': 'image/png' }).write('begins');
    };
    expect(await files.look(at('/b.png'), 1_000)).toEqual({ bytes: undefined, type: 'image/png' });
    answer = (response) => response.writeHead(404).end();
    expect(await files.look(at('/c.png'), 1_000)).toBeUndefined();
    expect(await files.look('https://169.254.169.254/', 1_000)).toBeUndefined();
  });
});
