import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Channel } from '#libs/contracts';
import { catalogues } from '../../apps/cli/src/catalogue.ts';

export const COMPOSE = 'docker-compose.yml';

const indent = '      ';
const END = `${indent}# End of the providers.\n`;

/** docker-compose.yml is written by hand, but for the settings of each channel’s providers, between their marks. */
export const composeFile = (root: string): string =>
  Channel.options.reduce(withProviders, readFileSync(join(root, COMPOSE), 'utf8'));

/** @throws Error where the file has no place for them */
function withProviders(file: string, channel: Channel): string {
  const begin = `${indent}# Providers of ${channel}: written by npm run generate.\n`;
  const from = file.indexOf(begin);
  const to = file.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`${COMPOSE} has no place for the providers of ${channel}: ${begin} … ${END}`);
  const names = catalogues[channel].flatMap(({ settings }) => Object.keys(settings));
  const lines = names.map((name) => `${indent}${name}: \${${name}:-}\n`);
  return `${file.slice(0, from + begin.length)}${lines.join('')}${file.slice(to)}`;
}
