import { reasonOf, CliError } from '../../errors.ts';
import { allProviders } from '../../catalogue.ts';

/** A provider's entry in a channel's `/health/ready`. */
interface ProviderState {
  status: string;
  meaning?: string;
  remedy?: string;
}

/**
 * Asks a channel whether its providers accepted their keys.
 * @returns warnings: a provider that cannot be reached now may be reached later
 * @throws CliError when a provider refuses its key
 */
export async function checkProviders(url: string): Promise<string[]> {
  const warnings: string[] = [];
  for (const [provider, state] of await providersOf(url)) {
    if (state.status === 'refused') throw keyRefused(provider, state);
    if (state.status === 'unreachable')
      warnings.push(`${labelOf(provider)} cannot be reached at the moment: ${state.meaning ?? 'no answer'}`);
  }
  return warnings;
}

/** The error for a refused key. */
export function keyRefused(provider: string, { meaning, remedy }: ProviderState): CliError {
  const settings: readonly string[] = definitionOf(provider)?.access ?? [];
  // The last setting is the secret, which is wrong far more often than an account's id.
  const setting = settings.at(-1) ?? `the key of ${provider}`;
  return new CliError(`${labelOf(provider)} refuses the key in ${setting}${meaning ? `: ${meaning}` : ''}`, [
    `correct ${settings.join(' and ') || setting}, in the environment or in .env`,
    ...(remedy ? [remedy] : []),
    `unset ${settings.join(' and ') || setting} to use the sandbox, which sends nothing`,
  ]);
}

const definitionOf = (provider: string) => allProviders.find(({ name }) => name === provider);

const labelOf = (provider: string) => definitionOf(provider)?.label ?? provider;

async function providersOf(url: string): Promise<[string, ProviderState][]> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(20_000) });
    const { checks = {} } = (await answer.json()) as { checks?: Record<string, ProviderState> };
    return Object.entries(checks).flatMap(([name, state]) =>
      name.startsWith('provider:') ? [[name.slice('provider:'.length), state]] : [],
    );
  } catch (error) {
    throw new CliError(`${url}/health/ready says nothing about its providers: ${reasonOf(error)}`);
  }
}
