import { type OperationRequested, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OperationRunner } from './operation-runner.service.ts';

/** Takes the jobs of operators up, in every service that has some. */
@Controller()
export class OperationConsumer {
  constructor(@Inject(OperationRunner) private readonly operations: Pick<OperationRunner, 'onRequested'>) {}

  @On(topics.operationRequested)
  onRequested(@Payload() request: OperationRequested): Promise<void> {
    return this.operations.onRequested(request);
  }
}
