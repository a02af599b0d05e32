import { query } from '../../apps/cli/src/stack/postgres/postgres.ts';
import type { Bench } from '../bench.ts';
import { join } from 'node:path';
import { baseCheckout } from './base-checkout.ts';
import { type ImageOptions, imageOptions } from './image-options.ts';
import { Upstream } from './upstream.ts';

/** A state of this product that is measured: compiled, with topics and a database of its own. */
export interface Product {
  name: string;
  /** The folder of its checkout. */
  root: string;
  prefix: string;
  databaseUrl: string;
  upstream: Upstream;
  image: ImageOptions;
}

/** This checkout. */
export async function thisProduct({ foundation, closers }: Bench): Promise<Product> {
  const prefix = 'bench.';
  const upstream = await Upstream.connect(foundation.kafkaBrokers, prefix, closers);
  const root = join(import.meta.dirname, '..', '..');
  return { name: 'ours', root, prefix, databaseUrl: foundation.databaseUrl, upstream, image: imageOptions(root) };
}

/** The state before the pipeline (`BASE`). @returns why it cannot be measured, where it cannot */
export async function baseProduct({ foundation, closers, say }: Bench): Promise<Product | { missing: string }> {
  const root = await baseCheckout(say);
  if (typeof root !== 'string') return root;
  await query(foundation.databaseUrl, 'CREATE DATABASE base');
  const url = new URL(foundation.databaseUrl);
  url.pathname = '/base';
  const prefix = 'base.';
  const upstream = await Upstream.connect(foundation.kafkaBrokers, prefix, closers);
  return { name: 'base', root, prefix, databaseUrl: url.href, upstream, image: imageOptions(root) };
}
