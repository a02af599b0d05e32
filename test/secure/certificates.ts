import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Both as PEM; the key in PKCS8, which Kafka, PostgreSQL and Node all read. */
export interface Certified {
  certificate: string;
  key: string;
}

export interface Authority {
  /** PEM, what those who trust it are given. */
  certificate: string;
  /** A certificate for a server of that DNS name, or for a client. */
  issue(name: string): Certified;
}

/**
 * An authority of one's own, valid from yesterday until tomorrow. Made without openssl or keytool, which a machine may
 * not have.
 */
export function anAuthority(purpose: string): Authority {
  // Issuers are found by their name: two of one name, and the wrong one may be asked whether it signed.
  const name = `${purpose} ${randomBytes(8).toString('hex')}`;
  const { publicKey, privateKey } = keyPair();
  const certify = (subject: string, key: KeyObject, extensions: Buffer[]) =>
    certificate({ issuer: name, signer: privateKey, subject, key, extensions });
  return {
    certificate: certify(name, publicKey, [basicConstraints]),
    issue: (subject) => {
      const pair = keyPair();
      return {
        certificate: certify(subject, pair.publicKey, [subjectAltName(subject)]),
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface ToSign {
  issuer: string;
  signer: KeyObject;
  subject: string;
  key: KeyObject;
  extensions: Buffer[];
}

/** X.509 version 3 in DER (RFC 5280 §4.1), as PEM. */
function certificate({ issuer, signer, subject, key, extensions }: ToSign): string {
  const day = 86_400_000;
  const validity = sequence(utcTime(Date.now() - day), utcTime(Date.now() + day));
  const serial = der(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(8)]));
  const version3 = der(0xa0, der(0x02, Buffer.of(2)));
  const publicKey = key.export({ type: 'spki', format: 'der' });
  const body = sequence(
    version3,
    serial,
    ecdsaWithSha256,
    nameOf(issuer),
    validity,
    nameOf(subject),
    publicKey,
    der(0xa3, sequence(...extensions)),
  );
  const signature = bitString(sign('sha256', body, signer));
  const lines = sequence(body, ecdsaWithSha256, signature)
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...content: Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const long = bytes.length < 0x80 ? [] : bytes.length < 0x100 ? [0x81] : [0x82, bytes.length >> 8];
  return Buffer.concat([Buffer.of(tag, ...long, bytes.length & 0xff), bytes]);
}

const sequence = (...items: Buffer[]) => der(0x30, ...items);
const bitString = (bytes: Buffer) => der(0x03, Buffer.of(0), bytes);
const octetString = (bytes: Buffer) => der(0x04, bytes);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (at: number) =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
/** 2.5.4.3, the common name. */
const nameOf = (name: string) => sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(name)))));
/** 2.5.29.19, critical: it may sign others. */
const basicConstraints = sequence(
  objectId('551d13'),
  der(0x01, Buffer.of(0xff)),
  octetString(sequence(der(0x01, Buffer.of(0xff)))),
);
/** 2.5.29.17, with one DNS name. */
const subjectAltName = (name: string) =>
  sequence(objectId('551d11'), octetString(sequence(der(0x82, Buffer.from(name)))));
