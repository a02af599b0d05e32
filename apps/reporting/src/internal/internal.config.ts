import { milliseconds, type OperatingService } from '#libs/contracts';
import { internalAccessSettings, settingsGroup } from '#libs/runtime';
import { z } from 'zod';

/** The services that reporting asks on their internal ports. */
export type InternalService = OperatingService;

const Address = z.url({ protocol: /^https?$/ });

const addressesIn = (text: string): string[] => text.split(',').map((each) => each.trim().replace(/\/+$/, ''));

const addresses = (service: InternalService, port: number) =>
  z
    .string()
    .refine((text) => addressesIn(text).every((each) => Address.safeParse(each).success), {
      error: 'must be an http or https address, or several with commas between them',
    })
    .default(`http://127.0.0.1:${port}`)
    .describe(
      `Where the internal port of the ${service} service is; of several replicas that of each, with commas between ` +
        'them. GET /v1/status asks all of them, anything else the first that can be reached.',
    );

/** How reporting reaches the services behind it. */
export const internalServiceSettings = {
  ...internalAccessSettings,
  EMAIL_INTERNAL_URL: addresses('email', 8091),
  SMS_INTERNAL_URL: addresses('sms', 8092),
  RETRY_INTERNAL_URL: addresses('retry', 8093),
  INTERNAL_TIMEOUT_MS: milliseconds(5_000).describe(
    'How long a service has to answer on its internal port, in milliseconds; then it counts as away.',
  ),
};

export const internalServicesConfig = settingsGroup('internal services', internalServiceSettings);
export type InternalServicesConfig = z.infer<z.ZodObject<typeof internalServiceSettings>>;

/** Where the internal ports of a service are: of each replica that the settings name. */
export function internalUrlsOf(service: InternalService, config: InternalServicesConfig): string[] {
  const name = `${service.toUpperCase() as Uppercase<InternalService>}_INTERNAL_URL` as const;
  return addressesIn(config[name]);
}
