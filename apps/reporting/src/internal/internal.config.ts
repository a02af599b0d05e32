import { milliseconds, type OperatingService } from '#libs/contracts';
import { internalAccessSettings, settingsGroup } from '#libs/runtime';
import { z } from 'zod';

/** The services that reporting asks on their internal ports. */
export type InternalService = OperatingService;

const address = (service: InternalService, port: number) =>
  z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .default(`http://127.0.0.1:${port}`)
    .describe(`Where the internal port of the ${service} service is.`);

/** How reporting reaches the services behind it. */
export const internalServiceSettings = {
  ...internalAccessSettings,
  EMAIL_INTERNAL_URL: address('email', 8091),
  SMS_INTERNAL_URL: address('sms', 8092),
  RETRY_INTERNAL_URL: address('retry', 8093),
  INTERNAL_TIMEOUT_MS: milliseconds(5_000).describe(
    'How long a service has to answer on its internal port, in milliseconds; then it counts as away.',
  ),
};

export const internalServicesConfig = settingsGroup('internal services', internalServiceSettings);
export type InternalServicesConfig = z.infer<z.ZodObject<typeof internalServiceSettings>>;

/** Where the internal port of a service is. */
export function internalUrlOf(service: InternalService, config: InternalServicesConfig): string {
  const name = `${service.toUpperCase() as Uppercase<InternalService>}_INTERNAL_URL` as const;
  return config[name].replace(/\/+$/, '');
}
