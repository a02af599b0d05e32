import { generateKeyPairSync, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import { SignJWT } from 'jose';
import Provider from 'oidc-provider';

export const audience = 'https://messaging.example.org/api';

/** What a token says of a person, besides who it is. */
export type TokenClaims = Record<string, unknown>;

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** An OpenID provider in this process. It gives tokens to clients, each of which stands for a person. */
export class OpenIdProvider {
  issuer = '';
  readonly asked: string[] = [];
  private readonly claims = new Map<string, TokenClaims>();
  private readonly secret = randomBytes(24).toString('hex');
  private server: Server | undefined;
  private port = 0;
  private key!: SigningKey;

  /** Starts, or starts again at the same address with another key. */
  async start(): Promise<void> {
    this.server = createServer();
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    this.issuer = `http://127.0.0.1:${this.port}`;
    this.key = { kid: randomBytes(4).toString('hex'), ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
    const handle = this.provider().callback();
    this.server.on('request', (request, response) => {
      this.asked.push(request.url ?? '');
      void handle(request, response);
    });
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** A token for a person, as the provider gives it. */
  async tokenFor(person: string, claims: TokenClaims): Promise<string> {
    this.claims.set(person, claims);
    const answer = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: person, client_secret: this.secret }),
    });
    const given = (await answer.json()) as { access_token?: string };
    if (given.access_token === undefined) throw new Error(`no token for ${person}: ${JSON.stringify(given)}`);
    return given.access_token;
  }

  /** A token that is signed by the provider's key and says what a test wants it to say. */
  signed(claims: TokenClaims, header: { alg?: string; kid?: string } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = {
      iss: this.issuer,
      aud: audience,
      sub: 'ada',
      iat: now,
      exp: now + 60,
      roles: ['messaging-reader'],
      tenants: '*',
    };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: this.key.kid, ...header })
      .sign(this.key.privateKey);
  }

  /** The public key, as somebody might misuse it for a secret. */
  get publicPem(): string {
    return this.key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  get kid(): string {
    return this.key.kid;
  }

  private provider(): Provider {
    const jwk: JsonWebKey = this.key.privateKey.export({ format: 'jwk' });
    return new Provider(this.issuer, {
      jwks: { keys: [{ ...jwk, kid: this.key.kid, alg: 'RS256', use: 'sig' }] },
      clients: ['ada', 'bob'].map((person) => ({
        client_id: person,
        client_secret: this.secret,
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
      ttl: { ClientCredentials: 300 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => audience,
          getResourceServerInfo: () => ({
            scope: '',
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 300,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      extraTokenClaims: (_context, token) => this.claims.get(token.clientId ?? ''),
    });
  }
}
