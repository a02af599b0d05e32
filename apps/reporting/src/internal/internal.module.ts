import { Module } from '@nestjs/common';
import { HttpInternalServices } from './internal-services.client.ts';
import { InternalServices } from './internal-services.port.ts';
import { internalServicesConfig } from './internal.config.ts';

/** How the services behind reporting are asked what they alone know. */
@Module({
  providers: [internalServicesConfig.provider, { provide: InternalServices, useClass: HttpInternalServices }],
  exports: [InternalServices, internalServicesConfig.KEY],
})
export class InternalModule {}
