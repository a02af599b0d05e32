import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a product's image runs a service. */
export interface ImageOptions {
  /** Options of Node. */
  node: string[];
  /** Variables that the allocator reads before Node starts. */
  env: Record<string, string>;
}

/**
 * Read from the Dockerfile of a checkout, so that each product is measured as it ships.
 * @throws where the Dockerfile does not start a service as expected
 */
export function imageOptions(root: string): ImageOptions {
  const file = join(root, 'deploy', 'docker', 'Dockerfile');
  const text = readFileSync(file, 'utf8');
  const options = /exec node ((?:--\S+ )+)dist\//.exec(text)?.[1];
  if (options === undefined) throw new Error(`${file} does not say how Node is started`);
  const variables = [...text.matchAll(/\b(MALLOC_[A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name!, value!]);
  return { node: options.trim().split(' '), env: Object.fromEntries(variables) as Record<string, string> };
}
